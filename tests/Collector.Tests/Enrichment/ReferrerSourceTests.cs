using Analytics.Collector.Enrichment;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Tests.Enrichment;

public sealed class ReferrerSourceTests
{
    private static readonly ReferrerSource Sources = new(Options.Create(new ReferrerOptions()));

    [Theory]
    [InlineData("https://www.google.com/search?q=secret", "https://a.example/", "www.google.com/search|Google|Organic Search")]
    [InlineData("https://www.google.co.uk/", "https://a.example/", "www.google.co.uk|Google|Organic Search")]
    [InlineData("android-app://com.google.android.googlequicksearchbox/", "https://a.example/", "com.google.android.googlequicksearchbox|Google|Organic Search")]
    [InlineData("https://www.bing.com/search?q=x", "https://a.example/", "www.bing.com/search|Bing|Organic Search")]
    [InlineData("https://duckduckgo.com/", "https://a.example/", "duckduckgo.com|DuckDuckGo|Organic Search")]
    [InlineData("https://search.brave.com/", "https://a.example/", "search.brave.com|Brave Search|Organic Search")]
    [InlineData("https://www.ecosia.org/search", "https://a.example/", "www.ecosia.org/search|Ecosia|Organic Search")]
    [InlineData("https://search.yahoo.com/", "https://a.example/", "search.yahoo.com|Yahoo!|Organic Search")]
    [InlineData("https://yandex.ru/search/", "https://a.example/", "yandex.ru/search/|Yandex|Organic Search")]
    [InlineData("https://www.baidu.com/link?url=x", "https://a.example/", "www.baidu.com/link|Baidu|Organic Search")]
    [InlineData("https://www.qwant.com/", "https://a.example/", "www.qwant.com|Qwant|Organic Search")]
    [InlineData("https://news.google.com/", "https://a.example/", "news.google.com|Google News|Organic Search")]
    [InlineData("https://t.co/abc", "https://a.example/", "t.co/abc|Twitter|Organic Social")]
    [InlineData("https://x.com/", "https://a.example/", "x.com|Twitter|Organic Social")]
    [InlineData("https://m.facebook.com/", "https://a.example/", "m.facebook.com|Facebook|Organic Social")]
    [InlineData("https://l.facebook.com/l.php?u=x", "https://a.example/", "l.facebook.com/l.php|Facebook|Organic Social")]
    [InlineData("https://l.instagram.com/", "https://a.example/", "l.instagram.com|Instagram|Organic Social")]
    [InlineData("https://www.linkedin.com/feed/", "https://a.example/", "www.linkedin.com/feed/|LinkedIn|Organic Social")]
    [InlineData("https://lnkd.in/abc", "https://a.example/", "lnkd.in/abc|LinkedIn|Organic Social")]
    [InlineData("android-app://com.linkedin.android/", "https://a.example/", "com.linkedin.android|LinkedIn|Organic Social")]
    [InlineData("https://www.reddit.com/r/x/", "https://a.example/", "www.reddit.com/r/x/|Reddit|Organic Social")]
    [InlineData("https://out.reddit.com/", "https://a.example/", "out.reddit.com|Reddit|Organic Social")]
    [InlineData("https://www.youtube.com/", "https://a.example/", "www.youtube.com|Youtube|Organic Social")]
    [InlineData("https://www.pinterest.com/", "https://a.example/", "www.pinterest.com|Pinterest|Organic Social")]
    [InlineData("https://go.bsky.app/", "https://a.example/", "go.bsky.app|Bluesky|Organic Social")]
    [InlineData("https://mastodon.social/@a", "https://a.example/", "mastodon.social/@a|Mastodon|Organic Social")]
    [InlineData("https://news.ycombinator.com/item", "https://a.example/", "news.ycombinator.com/item|Hacker News|Organic Social")]
    [InlineData("https://github.com/a/b", "https://a.example/", "github.com/a/b|GitHub|Organic Social")]
    [InlineData("https://mail.google.com/mail/u/0/", "https://a.example/", "mail.google.com/mail/u/0/|Gmail|Email")]
    [InlineData("android-app://com.google.android.gm/", "https://a.example/", "com.google.android.gm|Gmail|Email")]
    [InlineData("https://outlook.live.com/", "https://a.example/", "outlook.live.com|Outlook.com|Email")]
    [InlineData("https://googleads.g.doubleclick.net/", "https://a.example/", "googleads.g.doubleclick.net|Google|Display")]
    [InlineData("https://paid.outbrain.com/network/redir", "https://a.example/", "paid.outbrain.com/network/redir|Outbrain|Display")]
    [InlineData("https://en.wikipedia.org/wiki/Mug", "https://a.example/", "en.wikipedia.org/wiki/Mug|Wikipedia|Referral")]
    [InlineData("https://blog.example/post", "https://a.example/", "blog.example/post|blog.example|Referral")]
    [InlineData("https://www.a.example/x", "https://a.example/", "||Direct")]
    [InlineData("", "https://a.example/", "||Direct")]
    [InlineData(null, "https://a.example/?utm_source=nl&utm_medium=email", "|nl|Email")]
    [InlineData(null, "https://a.example/?utm_source=newsletter", "|newsletter|Email")]
    [InlineData(null, "https://a.example/?utm_source=mailchimp&utm_medium=E-Mail", "|mailchimp|Email")]
    [InlineData("https://www.google.com/", "https://a.example/?gclid=1", "www.google.com|Google|Paid Search")]
    [InlineData(null, "https://a.example/?gclid=1", "|Google|Paid Search")]
    [InlineData(null, "https://a.example/?msclkid=1", "|Bing|Paid Search")]
    [InlineData(null, "https://a.example/?fbclid=1", "|Facebook|Organic Social")]
    [InlineData("https://www.facebook.com/", "https://a.example/?fbclid=1&utm_source=facebook&utm_medium=cpc", "www.facebook.com|Facebook|Paid Social")]
    [InlineData(null, "https://a.example/?utm_source=facebook&utm_medium=cpc", "|Facebook|Paid Social")]
    [InlineData(null, "https://a.example/?utm_source=ig&utm_medium=paid", "|Instagram|Paid Social")]
    [InlineData(null, "https://a.example/?utm_source=google&utm_medium=cpc", "|Google|Paid Search")]
    [InlineData(null, "https://a.example/?utm_source=adwords&utm_medium=ppc", "|adwords|Paid Search")]
    [InlineData(null, "https://a.example/?utm_source=google", "|Google|Organic Search")]
    [InlineData(null, "https://a.example/?utm_source=linkedin&utm_medium=social", "|LinkedIn|Organic Social")]
    [InlineData(null, "https://a.example/?utm_source=x.com", "|Twitter|Organic Social")]
    [InlineData(null, "https://a.example/?ttclid=1", "|tiktok.com|Paid Social")]
    [InlineData(null, "https://a.example/?utm_source=Taboola&utm_medium=cpc", "|Taboola|Display")]
    [InlineData(null, "https://a.example/?utm_source=partner&utm_medium=affiliate", "|partner|Affiliates")]
    [InlineData(null, "https://a.example/?utm_source=app&utm_medium=web_push", "|app|Push")]
    [InlineData(null, "https://a.example/?utm_source=creator&utm_medium=paid-video", "|creator|Paid Video")]
    [InlineData(null, "https://a.example/?utm_source=podcast&utm_medium=audio", "|podcast|Audio")]
    [InlineData(null, "https://a.example/?utm_source=flyer&utm_campaign=spring", "|flyer|Campaign")]
    [InlineData(null, "https://a.example/?utm_source=shop&utm_medium=retargeting", "|shop|Paid Other")]
    [InlineData("https://chatgpt.com/", "https://a.example/?utm_source=chatgpt.com", "chatgpt.com|chatgpt.com|Referral")]
    public void A_visit_has_a_source_and_a_channel(string? referrer, string page, string expected)
    {
        var origin = Sources.Of(referrer, PageAddress.Parse(page));

        Assert.Equal(expected, $"{origin.Referrer}|{origin.Source}|{origin.Channel}");
    }

    [Fact]
    public void An_owners_file_names_sources_that_no_list_knows()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """{"chatbot": {"ChatGPT": {"domains": ["chatgpt.com", "chat.openai.com"]}}, "search": {"Ours": {"domains": ["www.google.com"]}}}""");
        try
        {
            var sources = new ReferrerSource(Options.Create(new ReferrerOptions { File = file }));

            string Of(string? referrer, string query)
            {
                var origin = sources.Of(referrer, PageAddress.Parse("https://a.example/" + query));
                return $"{origin.Source}|{origin.Channel}";
            }

            Assert.Equal("ChatGPT|AI", Of("https://chatgpt.com/", ""));
            Assert.Equal("ChatGPT|AI", Of(null, "?utm_source=chatgpt.com"));
            Assert.Equal("Ours|Organic Search", Of("https://www.google.com/", ""));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
