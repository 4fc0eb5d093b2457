using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Audit;

/// <summary>Says of an endpoint that it shows what single people did, so that each read of it is kept.</summary>
/// <param name="What">What is read, in a word: journey, sessions, profile, export.</param>
/// <param name="Subject">The parameter of the address that names the person or session; null where many are shown.</param>
/// <param name="OnlyNoted">Whether it does so only for questions of which the handler says so: <see cref="AuditedReads.NotePeople"/>.</param>
internal sealed record AuditedRead(string What, string? Subject, bool OnlyNoted);

internal static class AuditedReads
{
    private const int MaxSubject = 255;

    /// <summary>Keeps who read this, of which site and about whom, whenever the answer is a success.</summary>
    /// <param name="subject">A parameter of the route or the query string.</param>
    public static TBuilder Audited<TBuilder>(this TBuilder endpoint, string what, string? subject = null)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AuditedRead(what, subject, OnlyNoted: false));

    /// <summary>The same of endpoints that can be asked about single people, whenever they are: <see cref="NotePeople"/>.</summary>
    public static TBuilder AuditedWhereNoted<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AuditedRead("people", Subject: null, OnlyNoted: true));

    /// <summary>Says of a request that its answer is about single people.</summary>
    /// <param name="subject">Who; empty where numbers are split by person.</param>
    /// <param name="site">Where the address does not name it.</param>
    public static void NotePeople(this HttpContext context, string subject = "", string? site = null)
    {
        if (subject.Length > 0 || context.Features.Get<PeopleNote>() is null)
        {
            context.Features.Set(new PeopleNote(subject, site));
        }
    }

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
                    if (context.Response.StatusCode is >= 200 and < 300 && (!read.OnlyNoted || context.Features.Get<PeopleNote>() is not null))
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
        var note = context.Features.Get<PeopleNote>();
        var subject = RouteText.Of((read.Subject is null ? null : Argument(context, read.Subject)) ?? note?.Subject ?? "");
        return new AuditRow
        {
            Time = now,
            KeyId = key.Id,
            KeyName = key.Name,
            What = read.What,
            Endpoint = $"{context.Request.Method} /{endpoint.RoutePattern.RawText?.TrimStart('/')}",
            Sites = (note?.Site ?? Argument(context, "site")) is { Length: > 0 } site ? [SiteRegistry.Normalise(site)] : key.Sites,
            Subject = subject.Length > MaxSubject ? subject[..MaxSubject] : subject,
        };
    }

    private static string? Argument(HttpContext context, string name) =>
        (string?)context.GetRouteValue(name) ?? (string?)context.Request.Query[name];

    private sealed record PeopleNote(string Subject, string? Site);
}
