using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Campaigns;

public sealed class CampaignsTests(Api api)
{
    private static TestEvent Tagged(string page, string campaign, string source, string medium, string clickId = "") => Pageview(page).Having(row =>
        (row.UtmCampaign, row.UtmSource, row.UtmMedium, row.Source, row.ClickId) = (campaign, source, medium, source.Length > 0 ? source : "Google", clickId));

    [Fact]
    public async Task A_campaign_has_the_sessions_that_began_with_its_tags()
    {
        var site = await TestSite.With(api,
            Tagged("/", "spring", "nl", "email").By("ann").At("10:00"), Custom("purchase").By("ann").At("10:10").Having(row => row.Revenue = 20),
            Tagged("/", "spring", "nl", "email").By("bob").At("10:00"), Pageview("/buy").By("bob").At("10:01"),
            Tagged("/", "", "", "", "gclid").By("eve").At("10:00"),
            Tagged("/", "spring", "ads", "cpc", "gclid").By("joe").At("10:00"),
            Pageview("/").By("max").At("10:00").From("Google"),
            Pageview("/").By("lea").At("10:00"), Tagged("/x", "late", "nl", "email").By("lea").At("10:01"));

        (await site.Get<CampaignsResponse>("campaigns")).ShouldBe(new CampaignsResponse(
            [
                new("spring", "nl", "email", "", Visitors: 2, Sessions: 2, Pageviews: 3, BounceRate: 0.5, SessionSeconds: (600 + 60) / 2.0, Revenue: 20, []),
                new("", "Google", "", "gclid", 1, 1, 1, 1, 0, 0, []),
                new("spring", "ads", "cpc", "gclid", 1, 1, 1, 1, 0, 0, []),
            ],
            3));
    }

    [Fact]
    public async Task A_campaign_has_the_conversions_of_its_sessions_by_goal()
    {
        var site = await TestSite.With(api,
            Tagged("/", "spring", "nl", "email").By("ann").At("10:00"), Custom("signup").By("ann").At("10:01"), Custom("signup").By("ann").At("10:02"),
            Tagged("/", "spring", "nl", "email").By("bob").At("10:00"), Pageview("/thanks").By("bob").At("10:01"),
            Tagged("/", "", "ads", "cpc").By("joe").At("10:00"), Custom("signup").By("max").At("10:00"));
        var signup = await site.Save<Goal>("goals", new NewGoal("signup"));
        var thanks = await site.Save<Goal>("goals", new NewGoal(Page: "/thanks", Name: "Thanks"));

        var rows = (await site.Get<CampaignsResponse>("campaigns")).Rows;

        Assert.Equal(["nl", "ads"], rows.Select(row => row.Source));
        rows[0].Goals.ToDictionary(goal => goal.Id).ShouldBe(rows[0].Goals.ToDictionary(goal => goal.Id, goal => goal.Id == signup.Id
            ? new CampaignGoal(signup.Id, "signup", Conversions: 2, Converters: 1, Rate: 0.5) : new CampaignGoal(thanks.Id, "Thanks", 1, 1, 0.5)));
        Assert.Equal([(0L, 0L, 0.0), (0L, 0L, 0.0)], rows[1].Goals.Select(goal => (goal.Conversions, goal.Converters, goal.Rate)));
    }

    [Fact]
    public async Task Campaigns_are_filtered_and_paged_through()
    {
        var site = await TestSite.With(api,
            Tagged("/", "spring", "nl", "email").By("ann").Having(row => row.Country = "ES"), Tagged("/", "spring", "ads", "cpc").By("bob").Having(row => row.Country = "FR"));

        Assert.Equal(["ads"], (await site.Get<CampaignsResponse>("campaigns?country=FR")).Rows.Select(row => row.Source));
        Assert.Equal(["nl"], (await site.Get<CampaignsResponse>("campaigns?utm_medium=email")).Rows.Select(row => row.Source));
        Assert.Equal("nl of 2", await Page("limit=1&offset=1"));
        Assert.Equal(" of 2", await Page("limit=1&offset=2"));

        async Task<string> Page(string query) =>
            await site.Get<CampaignsResponse>($"campaigns?{query}") is var answer ? $"{string.Join(' ', answer.Rows.Select(row => row.Source))} of {answer.Total}" : "";
    }

    [Fact]
    public async Task A_site_without_campaigns_has_none()
    {
        var site = await TestSite.With(api, Pageview("/"));

        (await site.Get<CampaignsResponse>("campaigns")).ShouldBe(new CampaignsResponse([], 0));
    }
}
