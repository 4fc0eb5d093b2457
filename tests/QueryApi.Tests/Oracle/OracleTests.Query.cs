using System.Globalization;
using System.Text.Json;
using Analytics.QueryApi.Tests.Query;
using static Analytics.QueryApi.Tests.Oracle.Truth;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>The general query says what the truth says of the same days and filters.</summary>
public sealed partial class OracleTests
{
    private static readonly Dictionary<string, string> QueryNames = new()
    {
        ["page"] = "event:page",
        ["title"] = "event:title",
        ["event"] = "event:name",
        ["source"] = "visit:source",
        ["channel"] = "visit:channel",
        ["utm_campaign"] = "visit:utm_campaign",
        ["entry_page"] = "visit:entry_page",
        ["exit_page"] = "visit:exit_page",
        ["device"] = "visit:device",
        ["browser"] = "visit:browser",
        ["country"] = "visit:country",
    };

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task General_query_and_the_days_before(int question)
    {
        var (site, truth) = await ShopAsync();
        var (first, last) = (DateOnly.Parse(Some[question].From, CultureInfo.InvariantCulture), DateOnly.Parse(Some[question].To, CultureInfo.InvariantCulture));
        var days = last.DayNumber - first.DayNumber + 1;

        var answer = await site.Query($$"""{{Asked(Some[question])}}, "metrics": [{{TotalMetrics}}], "include": {"comparisons": {"mode": "previous_period"} } """);

        var row = answer.GetProperty("results")[0];
        Assert.Equal(truth.QueryTotals(Some[question]), Metrics(row));
        Assert.Equal(truth.QueryTotals(Some[question] with { From = Day(first), To = Day(last) }), Metrics(row.GetProperty("comparison")));

        string Day(DateOnly day) => day.AddDays(-days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    [Theory]
    [MemberData(nameof(Breakdowns))]
    public async Task General_query_by_a_dimension(int question, string dimension)
    {
        var (site, truth) = await ShopAsync();

        var answer = await site.Query($$"""{{Asked(Some[question])}}, "metrics": [{{RowMetrics}}], "dimensions": ["{{QueryNames[dimension]}}"]""");

        Assert.Equal(Sorted(truth.QueryRows(Some[question], dimension, "Direct"), value => Label(dimension, value)), Sorted(ByDimension(answer), value => value));
    }

    [Theory]
    [InlineData(0, "day")]
    [InlineData(0, "week")]
    [InlineData(0, "month")]
    [InlineData(1, "hour")]
    [InlineData(2, "hour")]
    [InlineData(3, "day")]
    [InlineData(4, "week")]
    [InlineData(5, "day")]
    [InlineData(6, "hour")]
    public async Task General_query_over_time(int question, string interval)
    {
        var (site, truth) = await ShopAsync();

        var answer = await site.Query($$"""{{Asked(Some[question])}}, "metrics": [{{RowMetrics}}], "dimensions": ["time:{{interval}}"]""");

        Assert.Equal(Sorted(truth.QueryRowsOverTime(Some[question], interval), value => value), Sorted(ByDimension(answer), value => value));
    }

    // Filtered by an event's name, pages count such events, and nobody leaves.
    public static TheoryData<int> QuestionsOfAnyEvent => [.. Questions.Select(row => row.Data).Where(question => Some[question].Filters.All(filter => filter.Dimension != "event"))];

    [Theory]
    [MemberData(nameof(QuestionsOfAnyEvent))]
    public async Task General_query_of_scroll_depth_and_time_by_page(int question)
    {
        var (site, truth) = await ShopAsync();

        var answer = await site.Query($$"""{{Asked(Some[question])}}, "metrics": ["visitors", "scroll_depth", "time_on_page"], "dimensions": ["event:page"]""");

        Assert.Equal(Sorted(truth.QueryReading(Some[question]), value => value), Sorted(ByDimension(answer), value => value));
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task General_query_of_goals(int question)
    {
        var (site, truth) = await ShopAsync();
        await MakeGoalsAsync(site);

        var answer = await site.Query($$"""{{Asked(Some[question])}}, "metrics": ["visitors", "events", "conversion_rate"], "dimensions": ["event:goal"]""");

        var expected = Goals.ToDictionary(goal => goal.Goal.Name!, goal => truth.QueryGoal(Some[question], goal.Goal));
        Assert.Equal(Sorted(expected, value => value).Where(row => !row.EndsWith(": 0 0 0", StringComparison.Ordinal)), Sorted(ByDimension(answer), value => value));
    }

    private static string Asked(Question question) => $$"""
        "date_range": ["{{question.From}}", "{{question.To}}"],
        "filters": {{JsonSerializer.Serialize(question.Filters.Select(filter => new object[] { "is", QueryNames[filter.Dimension], new[] { filter.Value } }))}}
        """;

    private static Dictionary<string, string> ByDimension(JsonElement answer) =>
        answer.GetProperty("results").EnumerateArray().ToDictionary(row => row.GetProperty("dimensions")[0].GetString()!, Metrics);

    private static string Metrics(JsonElement row) => string.Join(' ', row.GetProperty("metrics").EnumerateArray().Select(value => value.GetRawText()));

    private static List<string> Sorted(Dictionary<string, string> rows, Func<string, string> label) =>
        [.. rows.Select(row => $"{label(row.Key)}: {row.Value}").Order(StringComparer.Ordinal)];

    // What answers say for what the store says. Sessions without a page view have no channel, and are direct.
    private static string Label(string dimension, string value) => (dimension, value) switch
    {
        ("source", "") => "Direct / None",
        ("utm_campaign" or "device" or "browser", "") => "(not set)",
        ("device", _) => char.ToUpperInvariant(value[0]) + value[1..],
        _ => value,
    };
}
