using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Analytics.AspNetCore.Requests;

/// <summary>Whether a visitor may be tracked. Who may not gets no cookie either.</summary>
internal static class Permission
{
    private static readonly object JustRefused = new();

    public static bool IsRefused(HttpContext context, ActivityTrackerOptions options)
    {
        var headers = context.Request.Headers;
        return options.HonourPrivacySignals && (headers["DNT"] == "1" || headers["Sec-GPC"] == "1")
            || context.Request.Cookies[options.OptOutCookie] is { Length: > 0 } choice && choice != "0"
            || context.Items.ContainsKey(JustRefused)
            // The cookie policy middleware's: consent is needed and was not given.
            || context.Features.Get<ITrackingConsentFeature>() is { CanTrack: false };
    }

    public static void Refuse(HttpContext context, ActivityTrackerOptions options)
    {
        // Already this request is not tracked, and its answer brings no new id.
        context.Items[JustRefused] = true;
        context.Response.Cookies.Append(options.OptOutCookie, "1", Cookie(context, options));
        if (!options.Cookieless)
        {
            context.Response.Cookies.Delete(options.VisitorCookie.Name!, options.VisitorCookie.Build(context));
        }
    }

    public static void Allow(HttpContext context, ActivityTrackerOptions options)
    {
        context.Items.Remove(JustRefused);
        context.Response.Cookies.Delete(options.OptOutCookie, Cookie(context, options));
    }

    private static CookieOptions Cookie(HttpContext context, ActivityTrackerOptions options)
    {
        var cookie = options.VisitorCookie.Build(context);
        // A page's script may want to show the choice; and keeping it needs no consent.
        cookie.HttpOnly = false;
        cookie.IsEssential = true;
        return cookie;
    }
}
