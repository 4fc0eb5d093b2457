using Analytics.Contracts;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Tests.Oracle;

public sealed partial class OracleTests
{
    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Commerce(int question)
    {
        var (site, truth) = await ShopAsync();

        (await site.Get<CommerceResponse>("commerce", Some[question].Query)).Current.ShouldBe(truth.Commerce(Some[question]));
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Carts(int question)
    {
        var (site, truth) = await ShopAsync();

        var answer = await site.Get<CartsResponse>("commerce/carts", Some[question].Query);

        Assert.Equal(truth.Carts(Some[question]), (answer.WithView, answer.WithCart, answer.WithPurchase, answer.AbandonedCarts));
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Engagement(int question)
    {
        var (site, truth) = await ShopAsync();

        var answer = await site.Get<EngagementResponse>("engagement", Some[question].Query);

        var (scores, returning) = truth.Engagement(Some[question]);
        var expected = new Histogram(scores.Select(score => ((long)score, 1L)));
        Assert.Equal((scores.Count, returning, expected.Mean, expected.Median), (answer.Visitors, answer.ReturningVisitors, answer.MeanScore, answer.MedianScore));
        Assert.Equal(expected.Bins(0, 10, 20, 30, 40, 50, 60, 70, 80, 90), answer.Scores);
        Assert.Equal(
            truth.Hours(Some[question]),
            answer.Hours.Where(hour => hour.Sessions > 0).ToDictionary(hour => (hour.Weekday, hour.Hour), hour => hour.Sessions));
    }
}
