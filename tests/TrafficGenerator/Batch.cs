using System.Text.Json.Serialization;

namespace Analytics.TrafficGenerator;

/// <summary>The body of POST /collect/batch, written down here once more on purpose: the generator is a client like any other.</summary>
internal sealed record Batch(
    string Site, Guid BatchId, Guid Visitor, Guid Session, string? User, long SentAt, Page Page, List<TrackedEvent> Events, Points? Points)
{
    [JsonPropertyName("batch")]
    public Guid BatchId { get; init; } = BatchId;

    // The contract has an explicit null for nobody.
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? User { get; init; } = User;
}

internal sealed record Page(
    string Url, string Referrer, string Title, long At, int[] Viewport, int[] Document, int[] Screen, string Language, string Timezone);

internal sealed record TrackedEvent(string Name, int At)
{
    public int? X { get; init; }

    public int? Y { get; init; }

    public ElementInfo? Element { get; init; }

    public int? Scroll { get; init; }

    public int? Dwell { get; init; }

    public decimal? Revenue { get; init; }

    public string? Currency { get; init; }

    public string? Order { get; init; }

    public IReadOnlyList<Item>? Items { get; init; }

    public Dictionary<string, object>? Props { get; init; }
}

internal sealed record ElementInfo(string Selector, string Tag)
{
    public string? Id { get; init; }

    public string? Class { get; init; }

    public string? Text { get; init; }

    public string? Href { get; init; }

    public double? Ex { get; init; }

    public double? Ey { get; init; }
}

internal sealed record Item(string Sku, string Name, string Category, decimal Price, int Quantity);

internal sealed record Points(IReadOnlyList<int[]> Move);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(decimal))]
internal sealed partial class WireJson : JsonSerializerContext;
