using System.Net;
using System.Text.Json;

namespace Analytics.AspNetCore.Tests.Requests;

public sealed class FormTests
{
    private const string Secret = "correct-horse-battery-staple";

    private static readonly (string, string) FromHere = ("Sec-Fetch-Site", "same-origin");

    [Theory]
    [InlineData("contact", "ann@shop.example", true, 302, "form_submit_success")]
    [InlineData("contact", "ann@shop.example", false, 400, "form_submit_error")]
    [InlineData("contact", "", true, 200, "form_submit_error")]
    [InlineData("throws", "ann@shop.example", true, 500, "form_submit_error")]
    public async Task A_form_post_is_logged_with_its_outcome_and_without_what_was_typed(
        string path, string email, bool message, int status, string outcome)
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(true, FromHere);

        using var answer = await PostAsync(visitor, path + "?return=" + Secret, email, message);

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        await collector.WithAsync(2);
        await site.StopAsync();
        var id = Assert.Single(answer.Headers.GetValues("Set-Cookie")).Split('=', ';')[1];
        Assert.All(collector.Requests, request => Assert.Equal((id, "/" + path), (request.Visitor, new Uri(request.Url).PathAndQuery)));
        Assert.Equal(["form_submit", outcome], collector.Names);
        Assert.Equal([null, $$"""{"status":{{status}}}"""], collector.Events.OrderBy(e => Name(e.Event), StringComparer.Ordinal).Select(e => Props(e.Event)));
        AssertNothingTyped(collector);
    }

    [Fact]
    public async Task Names_of_fields_are_logged_only_if_asked_for_and_values_never()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector, options => options.FormFieldNames = true);
        using var visitor = site.Visitor(true, FromHere);

        await PostAsync(visitor, "contact", "ann@shop.example", message: true);

        await collector.WithAsync(2);
        Assert.Equal(
            """{"fields":"email,password,message"}""",
            collector.Events.Where(e => Name(e.Event) == "form_submit").Select(e => Props(e.Event)).Single());
        AssertNothingTyped(collector);
    }

    [Fact]
    public async Task Files_are_a_form_too()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector, options => options.FormFieldNames = true);
        using var visitor = site.Visitor(true, ("Origin", "https://shop.example"));
        using var form = new MultipartFormDataContent
        {
            { new StringContent(Secret), "message" },
            { new ByteArrayContent(new byte[100_000]), "photo", Secret + ".png" },
        };

        using var answer = await visitor.PostAsync(new Uri("contact", UriKind.Relative), form);

        await collector.WithAsync(2);
        Assert.Equal(["form_submit", "form_submit_success"], collector.Names);
        Assert.Equal("""{"fields":"message,photo"}""", collector.Events.Where(e => Name(e.Event) == "form_submit").Select(e => Props(e.Event)).Single());
        AssertNothingTyped(collector);
    }

    [Fact]
    public async Task Posts_of_machines_other_sites_and_scripts_are_no_forms()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var machine = site.Visitor();
        using var otherSite = site.Visitor(true, ("Sec-Fetch-Site", "cross-site"), ("Origin", "https://login.example"));
        using var script = site.Visitor(true, FromHere);
        using var json = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");

        await PostAsync(machine, "contact", "a", true);
        await PostAsync(otherSite, "contact", "a", true);
        await script.PostAsync(new Uri("contact", UriKind.Relative), json);
        await script.GetAsync("");

        await collector.WithAsync(1);
        await site.StopAsync();
        Assert.Equal(["pageview"], collector.Names);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient visitor, string path, string email, bool message)
    {
        using var form = new FormUrlEncodedContent(
        [
            new("email", email), new("password", Secret), new("__RequestVerificationToken", Secret),
            .. message ? [new KeyValuePair<string, string>("message", Secret)] : Array.Empty<KeyValuePair<string, string>>(),
        ]);
        return await visitor.PostAsync(new Uri(path, UriKind.Relative), form);
    }

    private static string Name(JsonElement e) => e.GetProperty("name").GetString()!;

    private static string? Props(JsonElement e) => e.TryGetProperty("props", out var props) ? props.GetRawText() : null;

    private static void AssertNothingTyped(RecordingCollector collector)
    {
        foreach (var request in collector.Requests)
        {
            Assert.DoesNotContain(Secret, request.Body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("ann@", request.Body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(request.Headers.Values, value => value.Contains(Secret, StringComparison.OrdinalIgnoreCase));
        }
    }
}
