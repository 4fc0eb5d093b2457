using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Analytics.AspNetCore;

/// <summary>
/// What is tracked and how it is delivered. Bound from the configuration section <c>ActivityTracking</c>, then changed by what
/// <c>AddActivityTracking</c> is given; checked when the site starts.
/// </summary>
public sealed class ActivityTrackerOptions
{
    /// <summary>The configuration section the options are bound from.</summary>
    public const string Section = "ActivityTracking";

    /// <summary>Whether anything is tracked. False needs no other option. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where the analytics system is, such as <c>https://analytics.example</c>; <c>collect/batch</c> is added. Required.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The site's key in the analytics system: its domain or website id. Required.</summary>
    public string? Site { get; set; }

    /// <summary>Whether page visits are logged. Switch off where the pages carry the tracker's script, which logs them too. Default: true.</summary>
    public bool PageVisits { get; set; } = true;

    /// <summary>Whether HTML files that are served as they are count as pages too. Default: false.</summary>
    public bool StaticPages { get; set; }

    /// <summary>Whether form posts are logged: <c>form_submit</c>, then <c>form_submit_success</c> or <c>form_submit_error</c>. Default: true.</summary>
    public bool FormPosts { get; set; } = true;

    /// <summary>Whether the names of a form's fields are logged, 50 at most. Their values never are. Default: false.</summary>
    public bool FormFieldNames { get; set; }

    /// <summary>Paths that are never logged, with all below them; configuration adds to them. Default: the usual paths of health checks and metrics.</summary>
    public IList<string> ExcludedPaths { get; } = ["/health", "/healthz", "/alive", "/livez", "/ready", "/readyz", "/metrics"];

    /// <summary>
    /// Query parameters that are sent as part of an address; all others stay here, since a query may hold what was typed into a form or
    /// a token out of a mail. <c>*</c> sends all. Configuration adds to them. Default: those that name a campaign.
    /// </summary>
    public IList<string> QueryParameters { get; } =
        ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "ref", "source", "gclid", "gbraid", "wbraid", "msclkid", "fbclid"];

    /// <summary>Says whether a request may be logged, after all else said so. Default: all may.</summary>
    public Func<HttpContext, bool>? Filter { get; set; }

    /// <summary>Names the signed-in user of a request, for the reports on users. Default: none is named.</summary>
    public Func<HttpContext, string?>? UserId { get; set; }

    /// <summary>Whether to set no cookie: the analytics system then tells visitors apart by a hash that changes daily. Default: false.</summary>
    public bool Cookieless { get; set; }

    /// <summary>
    /// The first-party cookie with the visitor's random id. Default: <c>uid</c>, HttpOnly, SameSite=Lax, Secure over HTTPS, 365 days, not
    /// essential.
    /// </summary>
    public CookieBuilder VisitorCookie { get; } = new()
    {
        Name = "uid",
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        SecurePolicy = CookieSecurePolicy.SameAsRequest,
        MaxAge = TimeSpan.FromDays(365),
    };

    /// <summary>The cookie of a visitor who does not want to be tracked; any value but <c>0</c> counts. Default: <c>analytics_optout</c>.</summary>
    public string OptOutCookie { get; set; } = "analytics_optout";

    /// <summary>Whether <c>DNT: 1</c> (Do Not Track) and <c>Sec-GPC: 1</c> (Global Privacy Control) are obeyed. Default: true.</summary>
    public bool HonourPrivacySignals { get; set; } = true;

    /// <summary>
    /// Whether the visitor's IP address is sent along as <c>X-Forwarded-For</c>, for the country and the daily hash. The analytics
    /// system stores no full address, and believes the header only from a proxy that it trusts. Default: true.
    /// </summary>
    public bool ForwardAddress { get; set; } = true;

    /// <summary>Most events in memory, those on their way included; above it the oldest go. 1 to 10,000,000. Default: 10,000 (some 10 MB).</summary>
    public int QueueLimit { get; set; } = 10_000;

    /// <summary>Most events gathered before they are sent; none waits longer than <see cref="FlushInterval"/>. 1 to 2,000. Default: 200.</summary>
    public int BatchSize { get; set; } = 200;

    /// <summary>Longest time an event waits for others. 10 ms to 1 minute. Default: 1 second.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most requests to the analytics system at once; one request carries one visitor's events on one page. 1 to 64. Default: 4.</summary>
    public int MaxConcurrency { get; set; } = 4;

    /// <summary>How long one request to the analytics system may take. 100 ms to 5 minutes. Default: 10 seconds.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Longest pause between attempts while the analytics system is away; the first is half a second, each next twice as long. A longer
    /// <c>Retry-After</c> is honoured, up to an hour. 500 ms to 1 hour. Default: 30 seconds.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stopping site waits for its last events to be taken. 0 to 1 minute. Default: 5 seconds.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>All that is wrong at once, each with the option's name and what it may be.</summary>
internal sealed class ActivityTrackerOptionsValidator : IValidateOptions<ActivityTrackerOptions>
{
    public ValidateOptionsResult Validate(string? name, ActivityTrackerOptions options)
    {
        if (!options.Enabled)
        {
            return ValidateOptionsResult.Success;
        }

        var faults = new List<string>();
        Check(options.Endpoint is { IsAbsoluteUri: true, Query: "", Fragment: "" }, "Endpoint", "an absolute address such as https://analytics.example");
        Check(options.Site is { Length: > 0 and <= 253 } && !string.IsNullOrWhiteSpace(options.Site), "Site", "the site's key in the analytics system");
        Check(!string.IsNullOrEmpty(options.OptOutCookie), "OptOutCookie", "the name of a cookie");
        Check(options.Cookieless || !string.IsNullOrEmpty(options.VisitorCookie.Name), "VisitorCookie:Name", "the name of a cookie");
        Check(options.Cookieless || options.VisitorCookie.Name != options.OptOutCookie, "OptOutCookie", "another cookie than VisitorCookie");
        Check(options.ExcludedPaths.All(path => path is ['/', ..]), "ExcludedPaths", "paths that begin with a slash");
        Check(options.QueueLimit is >= 1 and <= 10_000_000, "QueueLimit", "from 1 to 10,000,000 events");
        Check(options.BatchSize is >= 1 and <= 2_000, "BatchSize", "from 1 to 2,000 events");
        Check(options.MaxConcurrency is >= 1 and <= 64, "MaxConcurrency", "from 1 to 64 requests");
        Check(Within(options.FlushInterval, 0.01, 60), "FlushInterval", "from 10 ms to 1 minute");
        Check(Within(options.RequestTimeout, 0.1, 300), "RequestTimeout", "from 100 ms to 5 minutes");
        Check(Within(options.MaxRetryDelay, 0.5, 3600), "MaxRetryDelay", "from 500 ms to 1 hour");
        Check(Within(options.ShutdownTimeout, 0, 60), "ShutdownTimeout", "from 0 to 1 minute");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool good, string option, string expected)
        {
            if (!good)
            {
                faults.Add($"{ActivityTrackerOptions.Section}:{option} must be {expected}.");
            }
        }
    }

    private static bool Within(TimeSpan value, double least, double most) =>
        value >= TimeSpan.FromSeconds(least) && value <= TimeSpan.FromSeconds(most);
}
