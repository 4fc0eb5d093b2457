using System.Text.Json;
using System.Text.Json.Serialization;

namespace Analytics.TrafficGenerator.Layout;

/// <summary>Something on a page, as the tracker describes it, and its box at the measured width: left, top, width, height.</summary>
internal sealed record LayoutElement(string Selector, string Tag, string? Id, string? Class, string? Text, string? Href, int[] Box)
{
    public bool IsIn(string part) => Selector.StartsWith(part, StringComparison.Ordinal);
}

/// <summary>A page at one width: the document's size and what is on it.</summary>
internal sealed record LayoutView(int[] Size, IReadOnlyList<LayoutElement> Elements)
{
    public LayoutElement Find(string selector) => Elements.First(element => element.Selector == selector);

    public IReadOnlyList<LayoutElement> LinksTo(string path) => [.. Elements.Where(element => element.Href == path)];
}

internal sealed record LayoutPage(string Title, LayoutView Desktop, LayoutView Tablet, LayoutView Mobile)
{
    public LayoutView this[DeviceKind kind] => kind switch
    {
        DeviceKind.Desktop => Desktop,
        DeviceKind.Tablet => Tablet,
        _ => Mobile,
    };
}

/// <summary>The demo shop as Chromium shows it: made by measure.mjs beside this file.</summary>
internal sealed class DemoLayout
{
    private readonly Dictionary<string, LayoutPage> _pages;

    private DemoLayout(Dictionary<string, LayoutPage> pages) => _pages = pages;

    public LayoutPage this[string path] => _pages[path];

    public static DemoLayout Load()
    {
        using var stream = typeof(DemoLayout).Assembly.GetManifestResourceStream("layout.json")!;
        return new(JsonSerializer.Deserialize(stream, LayoutJson.Default.DictionaryStringLayoutPage)!);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Dictionary<string, LayoutPage>))]
internal sealed partial class LayoutJson : JsonSerializerContext;
