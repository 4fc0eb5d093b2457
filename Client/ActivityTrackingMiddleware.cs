using System.Diagnostics.CodeAnalysis;
using Analytics.AspNetCore.Delivery;
using Analytics.AspNetCore.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Analytics.AspNetCore;

/// <summary>
/// Logs page visits and form posts once they are answered. Requests that can be neither pass through untouched; nothing that fails
/// here reaches the request.
/// </summary>
[SuppressMessage("Design", "CA1031", Justification = "Tracking is never worth a request.")]
internal sealed partial class ActivityTrackingMiddleware
{
    private const int MaxFieldNames = 50;
    private const int MaxFieldName = 100;

    private static readonly object FailedKey = new();
    private static readonly object WatchedKey = new();

    private readonly RequestDelegate next;
    private readonly ActivityTracker tracker;
    private readonly ILogger<ActivityTrackingMiddleware> logger;
    private readonly ActivityTrackerOptions options;
    private readonly PathString[] excluded;
    private int told;

    public ActivityTrackingMiddleware(
        RequestDelegate next, ActivityTracker tracker, IOptions<ActivityTrackerOptions> options, ILogger<ActivityTrackingMiddleware> logger)
    {
        this.next = next;
        this.tracker = tracker;
        this.logger = logger;
        this.options = options.Value;
        excluded = [.. this.options.ExcludedPaths.Select(path => new PathString(path.Length > 1 ? path.TrimEnd('/') : path))];
    }

    public Task InvokeAsync(HttpContext context) => Watch(context) is { } watched ? FollowAsync(context, watched) : next(context);

    /// <summary>For <see cref="ActivityTracker.FormFailed"/>.</summary>
    internal static void MarkFailed(HttpContext context) => context.Items[FailedKey] = true;

    /// <summary>What a request was before anything changed it: rewriting and re-executing middleware do.</summary>
    private sealed record Watched(
        ActivityTrackingMiddleware Middleware, HttpContext Context, bool IsForm, PathString PathBase, PathString Path, QueryString Query, Endpoint? Endpoint,
        DateTimeOffset Began);

    private Watched? Watch(HttpContext context)
    {
        try
        {
            var request = context.Request;
            var form = options.FormPosts && Navigation.IsFormPost(request);
            if (!form && !(options.PageVisits && Navigation.MayOpenPage(request)) || IsExcluded(request.Path) || Permission.IsRefused(context, options))
            {
                return null;
            }

            // Error pages re-execute the pipeline for the same request.
            if (!context.Items.TryAdd(WatchedKey, null))
            {
                return null;
            }

            var watched = new Watched(
                this, context, form, request.PathBase, request.Path, request.QueryString, context.GetEndpoint(), DateTimeOffset.UtcNow);
            if (!options.Cookieless && Visitors.Of(context, options) is null)
            {
                // When the answer begins, because only then it is known to be a page, and caches of answers have taken theirs.
                context.Response.OnStarting(static state => ((Watched)state).Middleware.NameVisitor((Watched)state), watched);
            }

            return watched;
        }
        catch (Exception e)
        {
            Tell(e);
            return null;
        }
    }

    /// <summary>The answer is about to begin: if it is one that is logged, the visitor gets an id.</summary>
    private Task NameVisitor(Watched watched)
    {
        try
        {
            if (IsWanted(watched.Context, watched, threw: false))
            {
                Visitors.Ensure(watched.Context, options);
            }
        }
        catch (Exception e)
        {
            Tell(e);
        }

        return Task.CompletedTask;
    }

    private async Task FollowAsync(HttpContext context, Watched watched)
    {
        try
        {
            await next(context);
        }
        catch
        {
            Note(context, watched, threw: true);
            throw;
        }

        Note(context, watched, threw: false);
    }

    private void Note(HttpContext context, Watched watched, bool threw)
    {
        try
        {
            if (!IsWanted(context, watched, threw))
            {
                return;
            }

            // An answer without a body has not begun yet.
            Visitors.Ensure(context, options);
            var visit = tracker.VisitOf(context, tracker.Addresses.Of(context.Request, watched.PathBase, watched.Path, watched.Query));
            if (watched.IsForm)
            {
                NoteForm(context, watched, visit, threw);
            }
            else
            {
                tracker.Add(visit, "pageview", watched.Began);
            }
        }
        catch (Exception e)
        {
            Tell(e);
        }
    }

    private bool IsWanted(HttpContext context, Watched watched, bool threw) =>
        // The request may have changed it: a consent was taken back, an opt-out made.
        !Permission.IsRefused(context, options)
        && (watched.IsForm || !threw && !context.RequestAborted.IsCancellationRequested && IsPage(context, watched))
        && options.Filter?.Invoke(context) != false;

    private bool IsPage(HttpContext context, Watched watched) =>
        Navigation.IsPage(context.Response, watched.Endpoint ?? context.GetEndpoint(), options.StaticPages);

    private void NoteForm(HttpContext context, Watched watched, Visit visit, bool threw)
    {
        var fields = options.FormFieldNames ? FieldNames(context) : null;
        tracker.Add(visit, "form_submit", watched.Began, fields is null ? null : new Dictionary<string, object> { ["fields"] = fields });
        if (context.RequestAborted.IsCancellationRequested)
        {
            // Gone before the answer: nobody knows how it ended.
            return;
        }

        var status = threw && context.Response.StatusCode < 400 ? StatusCodes.Status500InternalServerError : context.Response.StatusCode;
        var failed = status >= 400 || context.Items.ContainsKey(FailedKey);
        tracker.Add(
            visit, failed ? "form_submit_error" : "form_submit_success", DateTimeOffset.UtcNow, new Dictionary<string, object> { ["status"] = status });
    }

    /// <summary>Of a form that the site has read; the body is not read for this. Names with two underscores are the framework's.</summary>
    private static string? FieldNames(HttpContext context) =>
        context.Features.Get<IFormFeature>()?.Form is not { Count: > 0 } form ? null : string.Join(',', form.Keys
            .Concat(form.Files.Select(file => file.Name))
            .Where(name => name.Length is > 0 and <= MaxFieldName && !name.StartsWith("__", StringComparison.Ordinal))
            .Distinct()
            .Take(MaxFieldNames));

    private bool IsExcluded(PathString path)
    {
        foreach (var prefix in excluded)
        {
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private void Tell(Exception e)
    {
        if (Interlocked.Exchange(ref told, 1) == 0)
        {
            Log.Failed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A request could not be tracked. Further ones are not reported.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
