using System.Net;
using System.Net.Http.Json;
using Analytics.QueryApi.Stats;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Stats;

public sealed class ParameterTests(Api api)
{
    [Theory]
    [InlineData("overview?period=tomorrow", "period")]
    [InlineData("overview?contry=ES", "contry")]
    [InlineData("overview?Page=/", "Page")]
    [InlineData("overview?limit=10", "limit")]
    [InlineData("realtime?period=today", "period")]
    [InlineData("heatmap", "path")]
    [InlineData("heatmap?path=", "path")]
    [InlineData("heatmap?path=/&path=/a", "path")]
    [InlineData("heatmap?path=/&kind=rages", "kind")]
    [InlineData("heatmap?path=/&country=ES", "country")]
    [InlineData("timeseries?interval=fortnight", "interval")]
    [InlineData("sessions?limit=0", "limit")]
    [InlineData("sessions?limit=1001", "limit")]
    [InlineData("sessions?limit=ten", "limit")]
    [InlineData("sessions?offset=-1", "offset")]
    [InlineData("sessions?limit=99999999999999999999", "limit")]
    [InlineData("breakdown/page?offset=1.5", "offset")]
    [InlineData("sessions/x?limit=10001", "limit")]
    public async Task A_wrong_parameter_is_named(string report, string name)
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask(report);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!;
        Assert.Equal([name], problem.Errors.Keys);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once_with_what_is_allowed()
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask("timeseries?period=x&interval=y&z=1");

        var errors = (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors;
        Assert.Equal(["interval", "period", "z"], errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["'y' is not one of: auto, minute, hour, day, week, month, quarter, year."], errors["interval"]);
        Assert.StartsWith("There is no such parameter. There are: browser, browser_version, channel", Assert.Single(errors["z"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_have_a_limit()
    {
        var site = await TestSite.With(api, Pageview("/1"));

        using var tooMany = await site.Ask("overview?" + string.Join('&', Enumerable.Range(0, 101).Select(i => $"page=/{i}")));
        using var tooLong = await site.Ask("overview?page=/" + new string('x', 4096));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (tooMany.StatusCode, tooLong.StatusCode));
        Assert.Equal(1, (await site.Overview("from=2026-11-20&" + string.Join('&', Enumerable.Range(0, 100).Select(i => $"page=/{i}")))).Pageviews);
        Assert.Equal(0, (await site.Overview("from=2026-11-20&page=/" + new string('x', 4095))).Pageviews);
    }

    private static readonly string[] Hostile =
    [
        "' OR 1=1 --", "'; DROP TABLE events; --", "\\'", "\\", "'", "''", "\"", "`", "{page:String}", "{site:UInt32}", "{{", "}}", "%", "_", "*", "[1,2]", "['a']", "NULL", "\\N",
        "a\tb", "a\nb", "a\rb", "a\0b", "a\bb", "a'b\\", "\u2028", "é", "日本", "😀", "\ud800", "1) UNION ALL SELECT 1 --", "x' AND sleep(3) --", "${x}", "<script>", "/*", "--", "#", ";", "?", "&a=b", "=",
    ];

    [Fact]
    public async Task Hostile_values_match_themselves_and_nothing_else()
    {
        // Lone surrogates cannot be stored; everything else has a page of its own.
        var storable = Hostile.Where(text => text != "\ud800").ToList();
        var site = await TestSite.With(api, [.. storable.Select((text, i) => Pageview(text).By($"v{i}").From(text).Having(row => (row.Title, row.UserId) = (text, text)))]);

        foreach (var text in storable)
        {
            var value = Uri.EscapeDataString(text);
            var answer = await site.Breakdown("page", $"&page={value}&title={value}&source={value}&entry_page={value}&user={value}");
            Assert.Equal([text], answer.Rows.Select(row => row.Value));
        }

        Assert.Equal(
            storable.Order(StringComparer.Ordinal),
            (await site.Breakdown("page")).Rows.Select(row => row.Value).Order(StringComparer.Ordinal));
    }

    public static TheoryData<string> HostileTexts => [.. Hostile.Select(text => text == "\ud800" ? "%ED%A0%80" : Uri.EscapeDataString(text))];

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task A_hostile_value_in_any_place_finds_nothing_or_is_refused(string text)
    {
        var site = await TestSite.With(api, Pageview("/").In("s"));
        var stats = $"/api/sites/{site.Key}/stats";
        var addresses = new List<string>(
        [
            $"{stats}/sessions?{string.Join('&', Filters.Parameters.Select(filter => $"{filter.Name}={text}"))}",
            .. Period.Parameters.Select(parameter => $"{stats}/overview?{parameter.Name}={text}"),
            $"{stats}/timeseries?interval={text}", $"{stats}/sessions?limit={text}", $"{stats}/sessions?offset={text}", $"{stats}/overview?{text}={text}",
            $"{stats}/heatmap?path={text}", $"{stats}/heatmap?path=/&hostname={text}", $"{stats}/heatmap?path=/&device={text}", $"{stats}/heatmap?path=/&kind={text}",
            $"/stats?site={text}", $"/api/heatmap?url={text}", $"/api/heatmap?site={site.Key}&url=https://shop.example/{text}", $"/api/pages?offset={text}",
            $"{stats}/users?search={text}", $"{stats}/users?sort={text}", $"{stats}/errors?search={text}", $"{stats}/events/log?cursor={text}", $"{stats}/vitals/page?metric={text}",
            $"/api/admin/activities?site={site.Key}&user_id={text}", $"/api/admin/activities?site={site.Key}&action_type={text}", $"/api/admin/ingest?site={text}",
        ]);
        if (!text.Contains("%00", StringComparison.Ordinal))
        {
            // The web server itself refuses a NUL in a path.
            addresses.AddRange([
                $"{stats}/breakdown/{text}", $"{stats}/sessions/{text}", $"/api/sites/{text}", $"/api/sites/{text}/stats/overview", $"/sessions/{text}",
                $"/api/sessions/{text}/events", $"{stats}/users/{text}", $"{stats}/events/{text}", $"{stats}/events/{text}/properties/{text}", $"{stats}/errors/{text}",
                $"{stats}/vitals/{text}", $"/api/analytics/user/{text}",
            ]);
        }

        foreach (var address in addresses)
        {
            using var response = await api.Client.GetAsync(address);

            Assert.True((int)response.StatusCode is 200 or 400 or 404, $"{address}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        Assert.Equal(1, (await site.Overview()).Pageviews);
    }
}
