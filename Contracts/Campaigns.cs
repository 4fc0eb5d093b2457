namespace Analytics.Contracts;

/// <summary>What a site's campaigns brought, most visitors first.</summary>
/// <param name="Total">How many rows there are in all.</param>
public sealed record CampaignsResponse(IReadOnlyList<CampaignRow> Rows, long Total);

/// <param name="Campaign">utm_campaign of the session's first page, or empty.</param>
/// <param name="Source">utm_source of it; where absent, the name of where the session came from.</param>
/// <param name="Medium">utm_medium of it, or empty.</param>
/// <param name="ClickId">Name of the advertising click id in the session's addresses (gclid, msclkid, ...), or empty.</param>
/// <param name="Visitors">Different visitors of these sessions.</param>
/// <param name="Sessions">Sessions that began in the period.</param>
/// <param name="BounceRate">Of these sessions, the share with exactly one page view, 0 to 1.</param>
/// <param name="SessionSeconds">Mean time between a session's first and last event, in seconds.</param>
/// <param name="Revenue">Of these sessions, in the site's base currency.</param>
/// <param name="Goals">Conversions in these sessions, a row a goal of the site.</param>
public sealed record CampaignRow(
    string Campaign, string Source, string Medium, string ClickId, long Visitors, long Sessions, long Pageviews, double BounceRate,
    double SessionSeconds, decimal Revenue, IReadOnlyList<CampaignGoal> Goals);

/// <param name="Id">The goal's id.</param>
/// <param name="Conversions">Events that match the goal.</param>
/// <param name="Converters">Different visitors with one.</param>
/// <param name="Rate">Of the campaign's visitors, the share that converted, 0 to 1.</param>
public sealed record CampaignGoal(string Id, string Name, long Conversions, long Converters, double Rate);
