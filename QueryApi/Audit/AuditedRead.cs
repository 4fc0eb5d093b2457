namespace Analytics.QueryApi.Audit;

/// <summary>Says of an endpoint that it shows what single people did, so that each read of it is kept.</summary>
/// <param name="What">What is read, in a word: journey, sessions, profile, export.</param>
/// <param name="Subject">The parameter of the address that names the person or session; null where many are shown.</param>
internal sealed record AuditedRead(string What, string? Subject);

internal static class AuditedReads
{
    /// <summary>Keeps who read this, of which site and about whom, whenever the answer is a success.</summary>
    /// <param name="subject">A parameter of the route or the query string.</param>
    public static TBuilder Audited<TBuilder>(this TBuilder endpoint, string what, string? subject = null)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AuditedRead(what, subject));
}
