using Analytics.QueryApi.Sites;
using Analytics.Storage;

namespace Analytics.QueryApi.Audit;

/// <summary>Says of an endpoint that it shows what single people did, so that each read of it is kept.</summary>
/// <param name="What">What is read, in a word: journey, sessions, profile, export.</param>
/// <param name="Subject">The parameter of the address that names the person or session; null where many are shown.</param>
internal sealed record AuditedRead(string What, string? Subject);

internal static class AuditedReads
{
    private const int MaxSubject = 255;

    /// <summary>Keeps who read this, of which site and about whom, whenever the answer is a success.</summary>
    /// <param name="subject">A parameter of the route or the query string.</param>
    public static TBuilder Audited<TBuilder>(this TBuilder endpoint, string what, string? subject = null)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AuditedRead(what, subject));

    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AuditTrail>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AuditTrail>());
    }

    /// <summary>Behind authorization: who was turned away has read nothing. An entry is made when an answer begins to leave.</summary>
    public static void UseAudit(this WebApplication app)
    {
        var trail = app.Services.GetRequiredService<AuditTrail>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use((context, next) =>
        {
            if (context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<AuditedRead>() is { } read
                && context.Features.Get<ApiKey>() is { } key)
            {
                context.Response.OnStarting(() =>
                {
                    if (context.Response.StatusCode is >= 200 and < 300)
                    {
                        trail.Add(Entry(context, endpoint, read, key, time.GetUtcNow()));
                    }

                    return Task.CompletedTask;
                });
            }

            return next(context);
        });
    }

    private static AuditRow Entry(HttpContext context, RouteEndpoint endpoint, AuditedRead read, ApiKey key, DateTimeOffset now)
    {
        var subject = read.Subject is null ? "" : Argument(context, read.Subject) ?? "";
        return new AuditRow
        {
            Time = now,
            KeyId = key.Id,
            KeyName = key.Name,
            What = read.What,
            Endpoint = $"{context.Request.Method} /{endpoint.RoutePattern.RawText?.TrimStart('/')}",
            Sites = Argument(context, "site") is { Length: > 0 } site ? [SiteRegistry.Normalise(site)] : key.Sites,
            Subject = subject.Length > MaxSubject ? subject[..MaxSubject] : subject,
        };
    }

    private static string? Argument(HttpContext context, string name) =>
        (string?)context.GetRouteValue(name) ?? (string?)context.Request.Query[name];
}
