using System.Globalization;
using Analytics.AspNetCore;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.SampleSite;

/// <summary>A small shop that uses all of Analytics.AspNetCore: pages, a form, a sign-in, an order, an API, files, health.</summary>
public static class Site
{
    /// <param name="args">Command line; configuration as in <c>--ActivityTracking:Endpoint http://localhost:8080</c>.</param>
    /// <param name="change">What a test wants different.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? change = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddActivityTracking(options => options.Site ??= "shop.example");
        builder.Services.AddSingleton<Orders>();
        change?.Invoke(builder);

        var app = builder.Build();
        app.UseExceptionHandler("/oops");
        app.UseActivityTracking();
        app.UseStaticFiles();
        MapPages(app);
        MapForms(app);
        MapShop(app);
        app.MapGet("/health", () => Page("healthy"));
        app.MapFallbackToFile("/app/{**page}", "app.html");
        return app;
    }

    private static void MapPages(WebApplication app)
    {
        app.MapGet("/", () => Page("Welcome"));
        app.MapGet("/products/{id}", (string id) => Page("Product"));
        app.MapGet("/cached", (HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=60";
            return Page("The same for everybody");
        });
        app.MapGet("/gone", () => TypedResults.NotFound());
        app.MapGet("/broken", string () => throw new InvalidOperationException("This page is broken."));
        app.Map("/oops", () => Results.Content("<h1>Sorry</h1>", "text/html", statusCode: 500));
        app.MapPost("/privacy/opt-out", (HttpContext context, ActivityTracker tracker) =>
        {
            tracker.OptOut(context);
            return Results.Redirect("/");
        });
    }

    private static void MapForms(WebApplication app)
    {
        app.MapPost("/contact", async (HttpContext context, ActivityTracker tracker) =>
        {
            var form = await context.Request.ReadFormAsync();
            if (form["message"].Count > 0 && form["email"] != "")
            {
                return Results.Redirect("/thanks");
            }

            if (form["email"] == "")
            {
                // The page again, with what is wrong with it.
                tracker.FormFailed(context);
                return Page("Please give an address");
            }

            return Results.BadRequest();
        });
        app.MapPost("/throws", IResult () => throw new InvalidOperationException("This form is broken."));
        app.MapGet("/thanks", () => Page("Thank you"));
    }

    private static void MapShop(WebApplication app)
    {
        app.MapGet("/api/stock", () => new { Mugs = 3 });
        app.MapPost("/api/wish", async (ActivityTracker tracker, CancellationToken ct) =>
            (await tracker.LogActivityAsync("wish", "/products/mug", "heart", new { colour = "blue" }, ct)).ToString());
        app.MapPost("/api/order", async (HttpContext context, ActivityTracker tracker, Orders orders, CancellationToken ct) =>
        {
            var order = orders.Add(tracker.VisitorOf(context));
            var outcome = await tracker.TrackAsync(
                TrackedEvent.Purchase(order, 49.90m, "EUR", new TrackedItem("p1", "Mug", 24.95m, 2)) with
                {
                    Page = "/checkout",
                    Props = new { coupon = "X" },
                },
                ct);
            return $"{order} {outcome}";
        });
        // The payment provider calls it: nothing of this request is the visitor's.
        app.MapPost("/payments/{order}", async (string order, ActivityTracker tracker, Orders orders, CancellationToken ct) =>
            (await tracker.TrackAsync(new("paid") { Visitor = orders.VisitorOf(order), Page = "/checkout", OrderId = order }, ct)).ToString());
    }

    private static ContentHttpResult Page(string title) =>
        TypedResults.Content($"<!doctype html><title>{title}</title><h1>{title}</h1>", "text/html; charset=utf-8");
}

/// <summary>Remembers whose an order is.</summary>
internal sealed class Orders
{
    private readonly List<string?> visitors = [];

    public string Add(string? visitor)
    {
        lock (visitors)
        {
            visitors.Add(visitor);
            return visitors.Count.ToString(CultureInfo.InvariantCulture);
        }
    }

    public string? VisitorOf(string order)
    {
        lock (visitors)
        {
            return visitors[int.Parse(order, CultureInfo.InvariantCulture) - 1];
        }
    }
}
