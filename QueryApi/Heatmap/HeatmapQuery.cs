using System.Globalization;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Heatmap;

/// <summary>Which page, and which points on it.</summary>
/// <param name="Path">A pattern where it has a <c>*</c>.</param>
/// <param name="Hostname">Empty: whatever the host.</param>
/// <param name="Device">Empty: every device class.</param>
/// <param name="Compare">The days to compare with; null where none.</param>
/// <param name="ComparePrevious">Whether to compare with the period before.</param>
/// <param name="WithSpots">Whether places inside elements are wanted.</param>
internal sealed record HeatmapQuery(
    string Path, string Hostname, string Kind, string Device, (DateOnly First, DateOnly Last)? Compare, bool ComparePrevious, bool WithSpots) : IQueryPart
{
    public const string Scroll = "scroll";

    /// <summary>The kinds of points that lie on elements.</summary>
    public static IReadOnlyList<string> Clicks { get; } = ["click", "rage", "dead"];

    private static readonly TextParameter PathName = new(
        "path", "Path of the page, as reports name it; * stands for anything, so that /products/* is all products.", Required: true);
    private static readonly TextParameter HostnameName = new(
        "hostname", "Host of the page; where absent, pages of this path on every host.");
    private static readonly ChoiceParameter KindName = new(
        "kind", "What to show; rage is bursts of clicks, dead clicks without an answer.", [.. Clicks, "move", "touch", Scroll], Clicks[0]);
    private static readonly TextParameter DeviceName = new(
        "device", "Device class (desktop, mobile, tablet, ...); where absent, all. Maps of one class line up best.");
    private static readonly ChoiceParameter CompareName = new(
        "compare", "Another period whose grid comes along: previous is the one before, of the same length; custom is compare_from to compare_to.",
        ["none", "previous", "custom"], "none");
    private static readonly TextParameter CompareFromName = new("compare_from", "First UTC day of a custom comparison (2026-11-20).");
    private static readonly TextParameter CompareToName = new("compare_to", "Last UTC day of a custom comparison, which is included.");
    private static readonly ChoiceParameter SpotsName = new(
        "spots", "Whether elements tell where inside them was clicked, which lines up on pages whose layout moves.", ["no", "yes"], "no");

    public static IReadOnlyList<QueryParameter> Parameters { get; } =
        [PathName, HostnameName, KindName, DeviceName, CompareName, CompareFromName, CompareToName, SpotsName];

    public bool IsOfClicks => Clicks.Contains(Kind);

    public Dictionary<string, object?> Values => new()
    {
        ["path"] = IsPattern ? Like(Path) : Path,
        ["hostname"] = Hostname,
        ["kind"] = Kind,
        ["device"] = Device,
    };

    /// <summary>The page's rows of any table that has its columns.</summary>
    public string Where =>
        "cell.site_id = {site:UInt32} AND cell.path " + (IsPattern ? "LIKE" : "=")
        + " {path:String} AND cell.day >= {first_day:Date} AND cell.day <= {last_day:Date}"
        + (Hostname.Length > 0 ? " AND cell.hostname = {hostname:String}" : "")
        + (Device.Length > 0 ? " AND cell.device = {device:String}" : "");

    private bool IsPattern => Path.Contains('*', StringComparison.Ordinal);

    public static ValueTask<HeatmapQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        var compare = reader.Read(CompareName);
        var (first, last) = (Day(reader, CompareFromName, compare), Day(reader, CompareToName, compare));
        if (first > last)
        {
            reader.Refuse(CompareToName.Name, "The end lies before the begin.");
        }

        return ValueTask.FromResult(new HeatmapQuery(
            reader.Read(PathName), reader.Read(HostnameName), reader.Read(KindName), reader.Read(DeviceName),
            first is { } from && last is { } to ? (from, to) : null, compare == "previous", reader.Read(SpotsName) == "yes"));
    }

    private static DateOnly? Day(QueryReader reader, TextParameter parameter, string compare)
    {
        var text = reader.Read(parameter);
        if (compare != "custom")
        {
            if (text.Length > 0)
            {
                reader.Refuse(parameter.Name, "This goes with compare=custom only.");
            }

            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day.Year is >= 2000 and <= 2099)
        {
            return day;
        }

        reader.Refuse(parameter.Name, $"'{text}' is no date like 2026-11-20 in the years 2000 to 2099.");
        return null;
    }

    /// <summary>The pattern in the words of LIKE.</summary>
    private static string Like(string pattern) => pattern
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)
        .Replace('*', '%');
}

/// <summary>Which pages to choose from.</summary>
/// <param name="ByPattern">Whether numbers and ids in paths become a <c>*</c>.</param>
/// <param name="MinPageviews">Pages with fewer are left out.</param>
internal sealed record HeatmapPagesQuery(bool ByPattern, int MinPageviews) : IQueryPart
{
    private static readonly ChoiceParameter GroupName = new(
        "group", "path lists each page; wildcard puts pages together whose paths differ in numbers and ids only, which become a *.",
        ["path", "wildcard"], "path");
    private static readonly NumberParameter MinName = new("min_pageviews", "Leaves out pages with fewer page views.", 0, 1_000_000_000, 0);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [GroupName, MinName];

    public static ValueTask<HeatmapPagesQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new HeatmapPagesQuery(reader.Read(GroupName) == "wildcard", reader.Read(MinName)));
    }
}
