using Microsoft.AspNetCore.Components;

namespace Analytics.Dashboard.Components.Parts;

/// <summary>A page about the visits of one site, chosen by period and filters in its address: what is shown can be sent as a link.</summary>
public abstract class SitePage<TData> : LivePage<TData>
    where TData : class
{
    [Parameter]
    public string Site { get; set; } = "";

    [SupplyParameterFromQuery(Name = "period")]
    public string? PeriodKey { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    public string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    public string? To { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    public string? Page { get; set; }

    [SupplyParameterFromQuery(Name = "entry_page")]
    public string? EntryPage { get; set; }

    [SupplyParameterFromQuery(Name = "exit_page")]
    public string? ExitPage { get; set; }

    [SupplyParameterFromQuery(Name = "source")]
    public string? Source { get; set; }

    [SupplyParameterFromQuery(Name = "channel")]
    public string? Channel { get; set; }

    [SupplyParameterFromQuery(Name = "utm_campaign")]
    public string? Campaign { get; set; }

    [SupplyParameterFromQuery(Name = "device")]
    public string? Device { get; set; }

    [SupplyParameterFromQuery(Name = "browser")]
    public string? Browser { get; set; }

    [SupplyParameterFromQuery(Name = "os")]
    public string? Os { get; set; }

    [SupplyParameterFromQuery(Name = "country")]
    public string? Country { get; set; }

    [SupplyParameterFromQuery(Name = "language")]
    public string? Language { get; set; }

    [SupplyParameterFromQuery(Name = "visitor")]
    public string? Visitor { get; set; }

    protected override string Subject => Site;

    protected override string Question => $"{Site} {Selection}";

    protected Selection Selection => new(
        Period.Parse(PeriodKey, From, To),
        [.. Chosen.Where(filter => filter.Value is not null).Select(filter => new Filter(filter.Dimension, filter.Value!))]);

    private (string Dimension, string? Value)[] Chosen =>
    [
        ("page", Page), ("entry_page", EntryPage), ("exit_page", ExitPage), ("source", Source), ("channel", Channel),
        ("utm_campaign", Campaign), ("device", Device), ("browser", Browser), ("os", Os), ("country", Country), ("language", Language),
        ("visitor", Visitor),
    ];
}
