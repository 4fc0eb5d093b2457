using System.Text.RegularExpressions;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>
/// The grids of every kind of point against a count of the raw rows in plain C#: 20,000 clicks of three kinds and 50,000 positions of two, from a
/// fixed seed, on documents of several widths, some unknown, with some points beyond their edge.
/// </summary>
public sealed class OracleHeatmapTests(Api api)
{
    private const int Clicks = 20_000;
    private const int Paths = 1_000;
    private const int PointsEach = 50;

    private static readonly DateTimeOffset First = new(2026, 10, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Pages = ["/", "/product/1", "/product/2", "/50%_off"];
    private static readonly string[] Hosts = ["shop.example", "www.shop.example"];
    private static readonly string[] Devices = ["desktop", "mobile", "tablet"];
    private static readonly ushort[] Widths = [0, 390, 1000, 1280];

    private static readonly Dictionary<string, string> Kinds = new() { ["click"] = "click", ["rage_click"] = "rage", ["dead_click"] = "dead" };

    /// <summary>One point, as it was sent.</summary>
    private sealed record Point(string Kind, string Host, string Path, string Device, DateTimeOffset Time, int Document, int Viewport, int X, long Y);

    [Fact]
    public async Task Grids_of_clicks_rage_dead_clicks_moves_and_touches()
    {
        var (site, points) = await MakeAsync();
        foreach (var kind in (string[])["click", "rage", "dead", "move", "touch"])
        {
            await CompareAsync(site, points, kind, "/", "", "", "2026-10-20", "2026-11-20");
            await CompareAsync(site, points, kind, "/product/*", "mobile", "", "2026-10-25", "2026-11-07");
            await CompareAsync(site, points, kind, "/50%_off", "", "www.shop.example", "2026-11-01", "2026-11-01");
        }
    }

    private static async Task CompareAsync(
        TestSite site, List<Point> points, string kind, string path, string device, string host, string first, string last)
    {
        var pattern = new Regex($"^{Regex.Escape(path).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.Singleline);
        var (from, to) = (DateTimeOffset.Parse(first + "T00:00Z", null), DateTimeOffset.Parse(last + "T00:00Z", null).AddDays(1));
        var expected = points
            .Where(p => p.Kind == kind && pattern.IsMatch(p.Path) && p.Time >= from && p.Time < to
                && (device.Length == 0 || p.Device == device) && (host.Length == 0 || p.Host == host))
            .GroupBy(p => (X: Math.Min(1000, p.X * 1000 / Width(p)), Y: p.Y / 8 * 8))
            .ToDictionary(cell => cell.Key, cell => (long)cell.Count());

        var answer = await site.Get<HeatmapResponse>(
            $"heatmap?kind={kind}&path={Uri.EscapeDataString(path)}&device={device}&hostname={host}", $"from={first}&to={last}");

        Assert.InRange(expected.Count, 10, 49_999); // none is cut off
        Assert.Equal(expected, answer.Cells.ToDictionary(cell => (cell.X, (long)cell.Y), cell => cell.Count));
        Assert.Equal(expected.Values.Sum(), answer.Total);
    }

    // A document that did not say how wide it is, is as wide as its window; a window that did not either, as most are.
    private static int Width(Point p) => p.Document > 0 ? p.Document : p.Viewport > 0 ? p.Viewport : 1280;

    private async Task<(TestSite Site, List<Point> Points)> MakeAsync()
    {
        var site = await TestSite.With(api);
        var random = new Random(20261120); // the seed: the points are the same in every run
        var points = new List<Point>();
        var events = new List<EventRow>();
        for (var i = 0; i < Clicks; i++)
        {
            var name = Pick(Kinds.Keys.ToArray());
            var row = new EventRow
            {
                SiteId = site.Id,
                Name = name,
                Timestamp = Time(),
                VisitorId = (ulong)random.Next(500),
                SessionId = (ulong)random.Next(2_000),
                Hostname = Pick(Hosts),
                Path = Pick(Pages),
                Device = Pick(Devices),
                DocumentWidth = Pick(Widths),
                ViewportWidth = Pick(Widths),
                X = (ushort)random.Next(1_400),
                Y = (uint)random.Next(6_000),
                ElementSelector = Pick(["#buy", "a.nav", ""]),
            };
            events.Add(row);
            points.Add(new(Kinds[name], row.Hostname, row.Path, row.Device, row.Timestamp, row.DocumentWidth, row.ViewportWidth, row.X, row.Y));
        }

        var paths = new List<PointerRow>();
        for (var i = 0; i < Paths; i++)
        {
            var row = new PointerRow
            {
                SiteId = site.Id,
                Kind = Pick(["move", "touch"]),
                Timestamp = Time(),
                VisitorId = (ulong)random.Next(500),
                SessionId = (ulong)random.Next(2_000),
                Hostname = Pick(Hosts),
                Path = Pick(Pages),
                Device = Pick(Devices),
                DocumentWidth = Pick(Widths),
                ViewportWidth = Pick(Widths),
                Points = [.. Enumerable.Range(0, PointsEach).Select(n => new PointerRow.Point((ushort)random.Next(1_400), (uint)random.Next(6_000), (uint)n * 50))],
            };
            paths.Add(row);
            points.AddRange(row.Points.Select(p => new Point(
                row.Kind, row.Hostname, row.Path, row.Device, row.Timestamp, row.DocumentWidth, row.ViewportWidth, p.X, p.Y)));
        }

        await api.ClickHouse.InsertAsync<EventRow>(events);
        await api.ClickHouse.InsertAsync<PointerRow>(paths);
        return (site, points);

        DateTimeOffset Time() => First.AddMilliseconds(random.NextInt64((Api.Now - First).Ticks / TimeSpan.TicksPerMillisecond));

        T Pick<T>(T[] choices) => choices[random.Next(choices.Length)];
    }
}
