namespace Analytics.AspNetCore.Delivery;

/// <summary>Whose page an event happened on. Events of equal visits travel together, so all that a request says once is here.</summary>
/// <param name="Address">The visitor's IP address.</param>
internal sealed record Visit(
    string? Visitor, string? User, string? Session, string? Url, string? Referrer, string? Title, string? UserAgent, string? Language, string? Address);

/// <summary>An event, complete and independent of the request it came from.</summary>
internal sealed record QueuedEvent(Visit Visit, string Name, DateTimeOffset At)
{
    public TrackedElement? Element { get; init; }
    public decimal? Revenue { get; init; }
    public string? Currency { get; init; }
    public string? OrderId { get; init; }
    public IReadOnlyList<TrackedItem> Items { get; init; } = [];
    /// <summary>A JSON object in UTF-8; empty for none.</summary>
    public ReadOnlyMemory<byte> Props { get; init; }

    /// <summary>About how many bytes it takes in a request; a character takes three at most, and seldom more than one.</summary>
    public int Size => 200 + Props.Length + 2 * (ElementLength + Items.Sum(item => 80 + item.Sku.Length + Length(item.Name) + Length(item.Category)));

    private int ElementLength => Element is not { } e ? 0
        : Length(e.Id) + Length(e.Tag) + Length(e.Class) + Length(e.Selector) + Length(e.Text) + Length(e.Href);

    private static int Length(string? text) => text?.Length ?? 0;
}
