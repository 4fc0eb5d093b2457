using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Heatmap;

/// <summary>Which page, and which points on it.</summary>
/// <param name="Hostname">Empty: whatever the host.</param>
/// <param name="Device">Empty: every device class.</param>
internal sealed record HeatmapQuery(string Path, string Hostname, string Kind, string Device) : IQueryPart
{
    public const string Click = "click";
    public const string Scroll = "scroll";

    private static readonly TextParameter PathName = new("path", "Path of the page, as reports name it.", Required: true);
    private static readonly TextParameter HostnameName = new(
        "hostname", "Host of the page; where absent, pages of this path on every host.");
    private static readonly ChoiceParameter KindName = new("kind", "What to show.", [Click, "move", "touch", Scroll], Click);
    private static readonly TextParameter DeviceName = new(
        "device", "Device class (desktop, mobile, tablet, ...); where absent, all. Maps of one class line up best.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [PathName, HostnameName, KindName, DeviceName];

    public Dictionary<string, object?> Values => new() { ["path"] = Path, ["hostname"] = Hostname, ["kind"] = Kind, ["device"] = Device };

    public static ValueTask<HeatmapQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new HeatmapQuery(
            reader.Read(PathName), reader.Read(HostnameName), reader.Read(KindName), reader.Read(DeviceName)));
    }
}
