using Analytics.QueryApi.Stats;
using static Analytics.QueryApi.Tests.Commerce.Sale;

namespace Analytics.QueryApi.Tests.Commerce;

/// <summary>Whatever stands in a parameter of the reports on sales, forms, engagement and heatmaps: it matches itself, or is refused.</summary>
public sealed class HostileTests(Api api)
{
    public static TheoryData<string> Texts =>
    [
        "' OR 1=1 --", "'; DROP TABLE sales; --", "\\'", "\\", "{site:UInt32}", "{{", "}}", "%", "_", "*", "**", "[1,2]", "NULL", "\\N", "a\tb", "a\nb",
        "\u2028", "日本", "😀", "1) UNION ALL SELECT 1 --", "<script>", "--", ";", "&a=b", "EUR'",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_hostile_value_finds_nothing_or_is_refused(string text)
    {
        var site = await TestSite.With(api, Purchase("A1", 10, Item("mug", 10)));
        var value = Uri.EscapeDataString(text);
        string[] reports =
        [
            .. new[] { "commerce", "commerce/timeseries", "commerce/products", "commerce/carts", "commerce/coupons", "commerce/time-to-buy", "commerce/lifetime", "forms", "forms/f", "engagement" }
                .Select(report => $"{report}?{string.Join('&', Filters.Parameters.Where(filter => filter.Name != "cohort").Select(filter => $"{filter.Name}={value}"))}"),
            $"commerce?currency={value}", $"commerce/products?by={value}", $"commerce/lifetime?first={value}", $"commerce/timeseries?interval={value}", $"forms/{value}",
            $"heatmap?path={value}&kind=rage&hostname={value}&device={value}&spots=yes", $"heatmap?path=/&compare=custom&compare_from={value}&compare_to={value}",
            $"heatmap/pages?group={value}", $"heatmap/pages?min_pageviews={value}",
        ];
        foreach (var report in reports)
        {
            using var response = await site.Ask(report);

            Assert.True((int)response.StatusCode is 200 or 400, $"{report}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        Assert.Equal(10, (await site.Overview()).Revenue);
    }
}
