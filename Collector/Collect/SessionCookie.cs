namespace Analytics.Collector.Collect;

/// <summary>Where contracts that have no session id of their own keep ours: for as long as a session lasts without activity.</summary>
internal static class SessionCookie
{
    public const string Name = "analytics_session";

    public static void Write(HttpContext context, string session) => context.Response.Cookies.Append(Name, session, new CookieOptions
    {
        Path = "/",
        MaxAge = TimeSpan.FromMinutes(30),
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        IsEssential = true,
        Secure = context.Request.IsHttps || context.Request.Headers["X-Forwarded-Proto"] == "https",
    });

    /// <summary>The session, if the text is an id as we make them; anything may stand in a cookie.</summary>
    public static string? Read(string? text) => Guid.TryParseExact(text, "D", out var id) ? id.ToString() : null;
}
