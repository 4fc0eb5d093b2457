namespace Analytics.Dashboard;

/// <summary>
/// What a browser may do with our pages. Titles, addresses and selectors come from strangers; the encoder is the first wall, this is
/// the second.
/// </summary>
internal static class SecurityHeaders
{
    // Style attributes (bar widths) are allowed, style elements are not. Frames hold tracked pages behind the heatmap: any host,
    // but sandboxed without scripts.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; frame-src http: https:; form-action 'self'; base-uri 'self'; frame-ancestors 'self'; object-src 'none'";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        return next(context);
    });
}
