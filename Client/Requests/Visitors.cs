using Microsoft.AspNetCore.Http;

namespace Analytics.AspNetCore.Requests;

/// <summary>Whose request it is, by a random id in a first-party cookie.</summary>
internal static class Visitors
{
    private static readonly object Key = new();

    /// <summary>An id that the answer will carry.</summary>
    private sealed record NewVisitor(HttpContext Context, ActivityTrackerOptions Options, string Id);

    /// <summary>The visitor that the request names, or that was named while it was handled. Null for none.</summary>
    public static string? Of(HttpContext context, ActivityTrackerOptions options)
    {
        if (options.Cookieless)
        {
            return null;
        }

        return context.Request.Cookies[options.VisitorCookie.Name!] is { } given && IsSound(given) ? given
            : context.Items.TryGetValue(Key, out var made) ? ((NewVisitor)made!).Id
            : null;
    }

    /// <summary>The request's visitor; a new one, if it has none and the answer can still carry a cookie.</summary>
    public static string? Ensure(HttpContext context, ActivityTrackerOptions options)
    {
        if (options.Cookieless)
        {
            return null;
        }

        if (Of(context, options) is { } known)
        {
            return known;
        }

        if (context.Response.HasStarted || IsShared(context.Response))
        {
            return null;
        }

        var visitor = new NewVisitor(context, options, Guid.NewGuid().ToString());
        context.Items[Key] = visitor;
        // Not at once: an error page clears the headers, and a cache of answers keeps what it finds there.
        context.Response.OnStarting(static state => SetCookie((NewVisitor)state), visitor);
        return visitor.Id;
    }

    private static Task SetCookie(NewVisitor visitor)
    {
        var (context, options, id) = visitor;
        if (!IsShared(context.Response) && !Permission.IsRefused(context, options))
        {
            context.Response.Cookies.Append(options.VisitorCookie.Name!, id, options.VisitorCookie.Build(context));
        }

        return Task.CompletedTask;
    }

    /// <summary>A shared cache would hand one visitor's cookie to all.</summary>
    private static bool IsShared(HttpResponse response) =>
        response.Headers.CacheControl.ToString() is { Length: > 0 } cached
        && (cached.Contains("public", StringComparison.OrdinalIgnoreCase) || cached.Contains("s-maxage", StringComparison.OrdinalIgnoreCase));

    /// <summary>A cookie is what anybody may have written; another system's id of the same name is as good as ours.</summary>
    private static bool IsSound(string visitor)
    {
        if (visitor.Length is < 8 or > 64)
        {
            return false;
        }

        foreach (var c in visitor)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
