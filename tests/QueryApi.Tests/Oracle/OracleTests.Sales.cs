using Analytics.Contracts;

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
        var (mean, median) = scores.Count == 0 ? (0, 0) : (scores.Average(), scores.Order().Skip((scores.Count - 1) / 2).Take(2 - (scores.Count % 2)).Average());
        Assert.Equal((scores.Count, returning, mean, median), (answer.Visitors, answer.ReturningVisitors, answer.MeanScore, answer.MedianScore));
        Assert.Equal(
            Enumerable.Range(0, 10).Select(tens => new CountBin(tens * 10, tens == 9 ? null : (tens * 10) + 9, scores.Count(score => Math.Min(score / 10, 9) == tens))),
            answer.Scores);
        Assert.Equal(
            truth.Hours(Some[question]),
            answer.Hours.Where(hour => hour.Sessions > 0).ToDictionary(hour => (hour.Weekday, hour.Hour), hour => hour.Sessions));
    }
}
