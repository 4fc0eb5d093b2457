namespace Analytics.Collector.Enrichment;

/// <summary>
/// Families of sources, as marketers know them from Google Analytics: what the medium's tag says, else what kind of source it is.
/// </summary>
internal static class Channels
{
    /// <param name="kind">What the source is listed as: search, social, email, paid, chatbot, another word, or nothing.</param>
    /// <param name="external">The visit came from another host.</param>
    public static string Of(PageAddress page, string kind, bool external)
    {
        var tag = Plain(page.UtmMedium);
        var source = Plain(page.UtmSource);
        return tag switch
        {
            "email" or "newsletter" or "mail" => "Email",
            "affiliate" or "affiliates" => "Affiliates",
            "display" or "banner" or "expandable" or "interstitial" or "cpm" => "Display",
            "sms" => "SMS",
            "audio" => "Audio",
            _ when tag.EndsWith("push", StringComparison.Ordinal) || tag.Contains("notification", StringComparison.Ordinal) => "Push",
            _ when IsPaid(page, tag) => Paid(page, tag, kind),
            _ when kind == "paid" => "Display",
            "social" or "socialnetwork" or "socialmedia" or "sm" => "Organic Social",
            _ when tag.Contains("video", StringComparison.Ordinal) => "Organic Video",
            _ when source is "email" or "newsletter" => "Email",
            _ when kind == "social" => "Organic Social",
            "organic" => "Organic Search",
            _ when kind == "search" => "Organic Search",
            _ when kind == "email" => "Email",
            _ when kind == "chatbot" => "AI",
            "referral" or "link" or "app" => "Referral",
            _ when external => "Referral",
            _ when source.Length > 0 || tag.Length > 0 => "Campaign",
            _ => "Direct",
        };
    }

    private static bool IsPaid(PageAddress page, string tag) =>
        tag is "cpc" or "ppc" or "cpv" or "cpa" or "cpp" or "retargeting" || tag.StartsWith("paid", StringComparison.Ordinal) || ClickIds.IsPaid(page.ClickId);

    // The tag knows, then the source; who says only that a click was paid means a search, unless the source is none.
    private static string Paid(PageAddress page, string tag, string kind) => page.ClickId switch
    {
        _ when tag.Contains("social", StringComparison.Ordinal) => "Paid Social",
        _ when tag.Contains("video", StringComparison.Ordinal) => "Paid Video",
        _ when tag.Contains("search", StringComparison.Ordinal) => "Paid Search",
        _ when kind == "social" => "Paid Social",
        "ttclid" or "sccid" => "Paid Social",
        "irclickid" => "Affiliates",
        "dclid" => "Display",
        _ when kind == "paid" => "Display",
        _ when kind == "search" || tag is "cpc" or "ppc" || ClickIds.IsPaid(page.ClickId) => "Paid Search",
        _ => "Paid Other",
    };

    // e-mail, E_Mail and email are one word.
    private static string Plain(string text) => text.Length == 0 ? "" : string.Concat(text.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
