using Analytics.Contracts;
using Analytics.QueryApi.Rollups;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>What is answered from rollups is as true as what is read from the events.</summary>
public sealed class OracleRollupTests(Api api) : IAsyncLifetime
{
    private WebApplicationFactory<Program> server = null!;
    private HttpClient client = null!;
    private TestSite site = null!;
    private Truth truth = null!;

    public async ValueTask InitializeAsync()
    {
        server = api.Server(("Rollups:MinEvents", "0"), ("Rollups:MaxAge", "00:00:00"), ("Rollups:Roll", "false"));
        client = Api.WithKey(server.CreateClient(), Api.Key);
        (site, truth) = await RandomShop.InAsync(api);
        var row = (await new Storage.Sites(api.ClickHouse).ListAsync()).Single(row => row.SiteId == site.Id);
        await server.Services.GetRequiredService<Roller>().RollAsync(row, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Overviews_timeseries_and_breakdowns()
    {
        foreach (var question in RandomShop.Questions)
        {
            var stats = $"/api/sites/{site.Key}/stats";
            var overview = (await client.GetAsync<OverviewComparison>($"{stats}/overview?{question.Query}")).Current;
            (overview with { Revenue = 0 }).ShouldBe(truth.Overview(question) with { Revenue = 0 });
            (await client.GetAsync<TimeseriesResponse>($"{stats}/timeseries?interval=day&{question.Query}")).Points.ShouldBe(truth.Timeseries(question, "day"));
            foreach (var dimension in new[] { "page", "source", "entry_page", "exit_page", "device", "country" })
            {
                var told = await client.GetAsync<BreakdownResponse>($"{stats}/breakdown/{dimension}?{question.Query}");
                WithTrueVisitors(told, truth.Breakdown(question, dimension)).ShouldBe(truth.Breakdown(question, dimension));
            }
        }
    }

    /// <summary>
    /// By value, visitors are exact to about 1,000 and within 0.8 % (one standard error) beyond (decision 0010): within five of them here, and then
    /// the true ones stand in for them. Rows that visitors put in another order are in the true one.
    /// </summary>
    private static BreakdownResponse WithTrueVisitors(BreakdownResponse told, BreakdownResponse truth)
    {
        var place = truth.Rows.Index().ToDictionary(row => row.Item.Value, row => row.Index);
        return told with
        {
            Rows = [.. told.Rows.OrderBy(row => place.GetValueOrDefault(row.Value, int.MaxValue)).Select(row =>
            {
                var real = truth.Rows.Single(other => other.Value == row.Value).Visitors;
                Assert.InRange(row.Visitors, real < 900 ? real : real * 0.96, real < 900 ? real : real * 1.04);
                return row with { Visitors = real };
            })],
        };
    }
}
