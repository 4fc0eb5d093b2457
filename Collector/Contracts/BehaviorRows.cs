using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Collector.Collect;
using Analytics.Storage;

namespace Analytics.Collector.Contracts;

/// <summary>The lists of a behaviour payload; null where absent.</summary>
internal sealed record BehaviorLists(
    JsonElement? Clicks, JsonElement? Moves, JsonElement? Scrolls, JsonElement? Keys, JsonElement? Navigations, JsonElement? Forms,
    JsonElement? Touches, JsonElement? Media, JsonElement? Sizes, JsonElement? Visibility, JsonElement? Customs, JsonElement? Sales, JsonElement? Times)
{
    public static BehaviorLists Of(ref JsonFields fields)
    {
        JsonElement? clicks = null;
        if (fields.Object("clicks") is { } counted)
        {
            var inner = new JsonFields(counted, "clicks.");
            clicks = inner.Array("clickDetails");
            fields.Join(inner);
        }

        return new(
            clicks, fields.Array("mouseMovements"), fields.Array("mouseScroll"), fields.Array("keyboardActivities"), fields.Array("navigationHistory"),
            fields.Array("formInteractions"), fields.Array("touchEvents"), fields.Array("mediaInteractions"), fields.Array("windowSizes"),
            fields.Array("visibilitychanges"), fields.Array("customEvents"), fields.Array("ecommerce_events"), fields.Array("pageTimes"));
    }

    public static bool IsKnown(string name) => name is "clicks" or "mouseMovements" or "mouseScroll" or "keyboardActivities" or "navigationHistory"
        or "formInteractions" or "touchEvents" or "mediaInteractions" or "windowSizes" or "visibilitychanges" or "customEvents" or "ecommerce_events"
        or "pageTimes";
}

/// <summary>
/// Reads the rows of the lists: texts and numbers in an order that each list has of its own, the time last. A row that is not so is
/// refused by name, the others are taken. Positions come as the window shows them; <see cref="PageScroll"/> makes them the document's.
/// </summary>
/// <param name="stood">How far the page was scrolled when the payload's time began.</param>
/// <param name="start">The page that was open then; null where the payload does not say it.</param>
/// <param name="page">The page that it ended on.</param>
internal sealed partial class BehaviorRows(Reading reading, Size stood, string? start, string? page)
{
    private const int MaxPoints = 20_000;

    private PageScroll scroll = null!;
    private int refused;

    public List<IncomingEvent> Events { get; } = [];

    public List<IncomingPoints> Points { get; } = [];

    /// <summary>In order of time, each to another page than the one before.</summary>
    public List<(string Url, DateTimeOffset At)> Navigations { get; } = [];

    /// <param name="isStale">Whether a first position of the mouse is one that was told before.</param>
    public void Read(BehaviorLists lists, Predicate<DateTimeOffset?> isStale)
    {
        ReadNavigations(lists.Navigations);
        scroll = new(stood, [.. Navigations.Select(navigation => navigation.At)]);
        Each(lists.Scrolls, "mouseScroll", 0, 2, row => scroll.Add(row.At, row.Numbers[0], row.Numbers[1]), MaxPoints);
        AddPositions("scroll", scroll.Samples);
        Each(lists.Clicks, "clicks.clickDetails", 1, 2, row =>
        {
            var (x, y) = scroll.InDocument(row.At, row.Numbers[0], row.Numbers[1]);
            Events.Add(new() { Name = IncomingEvent.Click, At = row.At, X = x, Y = y, Element = ElementOf(row.Texts[0]) });
        });
        ReadKeys(lists.Keys);
        Each(lists.Forms, "formInteractions", 1, 0, row => Add("form_interaction", row, "form", row.Texts[0]));
        Each(lists.Media, "mediaInteractions", 2, 0, row => Add("media_" + Word(row.Texts[0]), row, "media", Enrichment.PageAddress.Clean(row.Texts[1])));
        Each(lists.Sizes, "windowSizes", 0, 2, row =>
        {
            Add("resize", row, "width", Number(row.Numbers[0]));
            Events[^1].Props!.Add(new("height", Number(row.Numbers[1])));
        });
        Each(lists.Visibility, "visibilitychanges", 1, 0, row => Add("visibility", row, "state", row.Texts[0]));
        Each(lists.Customs, "customEvents", 1, 0, row => Events.Add(new() { Name = EventPipeline.Cut(row.Texts[0], 120), At = row.At }));
        // Seen until the page was left, which is a moment before the next one is there.
        Each(lists.Times, "pageTimes", 0, 1, row => Events.Add(new() { Name = "pageleave", At = row.At?.AddMilliseconds(-1), Dwell = row.Numbers[0] }));
        ReadPositions(lists.Moves, "mouseMovements", "move", 0, isStale);
        ReadPositions(lists.Touches, "touchEvents", "touch", 1);
        ReadSales(lists.Sales);
    }

    /// <summary>The library tells of each <c>pushState</c> twice, and of jumps within a page as well: neither opens one.</summary>
    private void ReadNavigations(JsonElement? list)
    {
        var told = new List<(string Url, DateTimeOffset At)>();
        // One without a time was before all others; a time so far back becomes that of the request.
        Each(list, "navigationHistory", 1, 0, row => told.Add((row.Texts[0], row.At ?? DateTimeOffset.UnixEpoch)));
        var before = start;
        foreach (var (url, at) in told.OrderBy(navigation => navigation.At))
        {
            var isJump = before is null && PageOf(url).Length < url.Length && IsSame(url, page);
            if (!isJump && !IsSame(url, before))
            {
                Navigations.Add((url, at));
            }

            before = url;
        }
    }

    public static bool IsSame(string? url, string? other) => url is not null && other is not null && PageOf(url).SequenceEqual(PageOf(other));

    /// <summary>Without its fragment, but for one that is the address of a page: <c>#/cart</c>, <c>#!cart</c>.</summary>
    private static ReadOnlySpan<char> PageOf(string url) =>
        url.IndexOf('#', StringComparison.Ordinal) is >= 0 and var mark && !(mark + 1 < url.Length && url[mark + 1] is '/' or '!') ? url.AsSpan(0, mark) : url;

    private readonly record struct Row(List<string> Texts, List<double> Numbers, DateTimeOffset? At);

    private void Add(string name, Row row, string prop, string value) => Events.Add(new()
    {
        Name = name,
        At = row.At,
        Props = value.Length == 0 ? [] : [new(prop, EventPipeline.Cut(value, JsonFields.MaxPropValue))],
    });

    /// <summary>Texts first or numbers first, the library has both; the last number is the time.</summary>
    private void Each(JsonElement? list, string name, int texts, int numbers, Action<Row> take, int most = CollectEndpoint.MaxEvents)
    {
        if (list is not { } rows)
        {
            return;
        }

        if (rows.GetArrayLength() > most)
        {
            reading.Fail($"'{name}' holds more than {most} rows.", name);
            return;
        }

        var index = 0;
        foreach (var json in rows.EnumerateArray())
        {
            if (TryRead(json, texts, numbers, out var row))
            {
                take(row);
            }
            else
            {
                reading.Refuse(refused++, new(
                    $"'{name}[{index}]' must be an array of {texts + numbers + 1} values with a time at its end",
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}[{index}]")));
            }

            index++;
        }
    }

    private static bool TryRead(JsonElement json, int texts, int numbers, out Row row)
    {
        row = new(new(texts), new(numbers), null);
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() < texts + numbers)
        {
            return false;
        }

        var last = json.GetArrayLength() - 1;
        var position = 0;
        foreach (var value in json.EnumerateArray())
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Number when position == last && row.Numbers.Count == numbers:
                    if (!JsonFields.Finite(value, out var ms) || JsonFields.UnixTime(ms) is not { } at)
                    {
                        return false;
                    }

                    row = row with { At = at };
                    break;
                case JsonValueKind.Number when row.Numbers.Count < numbers && JsonFields.Finite(value, out var number):
                    row.Numbers.Add(number);
                    break;
                // A form without a name is null; one with a field that is called "name" answers with that field, which JSON makes {}.
                case JsonValueKind.String or JsonValueKind.Null or JsonValueKind.Object when row.Texts.Count < texts:
                    row.Texts.Add(value.ValueKind == JsonValueKind.String ? JsonText.Of(value) : "");
                    break;
                default:
                    return false;
            }

            position++;
        }

        return row.Texts.Count == texts && row.Numbers.Count == numbers;
    }

    private void ReadPositions(JsonElement? list, string name, string kind, int texts, Predicate<DateTimeOffset?>? isStale = null)
    {
        var positions = new List<PageScroll.Position>();
        var isFirst = true;
        Each(list, name, texts, 2, row =>
        {
            var skips = isFirst && isStale?.Invoke(row.At) == true;
            isFirst = false;
            if (skips)
            {
                return;
            }

            var (x, y) = scroll.InDocument(row.At, row.Numbers[0], row.Numbers[1]);
            positions.Add(new(row.At, x, y));
        }, MaxPoints);
        AddPositions(kind, positions);
    }

    private void AddPositions(string kind, IReadOnlyList<PageScroll.Position> positions)
    {
        if (positions.Count == 0)
        {
            return;
        }

        var start = positions.FirstOrDefault(position => position.At is not null).At;
        Points.Add(new(kind, start, [.. positions.Select(position => new PointerRow.Point(
            (ushort)Math.Clamp(position.X, 0, ushort.MaxValue), (uint)Math.Clamp(position.Y, 0, uint.MaxValue),
            (uint)Math.Clamp(((position.At ?? start) - start)?.TotalMilliseconds ?? 0, 0, uint.MaxValue)))]));
    }

    /// <summary>One event for all keys of a request: how many, and how many of each that moves or controls.</summary>
    private void ReadKeys(JsonElement? list)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        DateTimeOffset? last = null;
        var total = 0;
        Each(list, "keyboardActivities", 1, 0, row =>
        {
            last = row.At ?? last;
            if (NameOfKey(row.Texts[0]) is { } key)
            {
                counts[key] = counts.GetValueOrDefault(key) + 1;
                total++;
            }
        });
        if (total > 0)
        {
            Events.Add(new()
            {
                Name = "key_activity",
                At = last,
                Props = [new("keys", Number(total)), .. counts.Select(count => new KeyValuePair<string, string>(count.Key, Number(count.Value)))],
            });
        }
    }

    /// <summary>The key's name where it types nothing; "key" for all others together; nothing for one that only modifies the next.</summary>
    private static string? NameOfKey(string key) => key switch
    {
        "Tab" or "Enter" or "Escape" or "ArrowUp" or "ArrowDown" or "ArrowLeft" or "ArrowRight" or "Home" or "End" or "PageUp" or "PageDown"
            or "Backspace" or "Delete" or "F1" or "F2" or "F3" or "F4" or "F5" or "F6" or "F7" or "F8" or "F9" or "F10" or "F11" or "F12" => key,
        "Shift" or "Control" or "Alt" or "AltGraph" or "Meta" or "CapsLock" or "NumLock" or "Fn" or "OS" => null,
        _ => "key",
    };

    private void ReadSales(JsonElement? list)
    {
        if (list is not { } sales)
        {
            return;
        }

        var index = 0;
        foreach (var json in sales.EnumerateArray())
        {
            if (index >= CollectEndpoint.MaxEvents)
            {
                reading.Fail($"'ecommerce_events' holds more than {CollectEndpoint.MaxEvents} events.", "ecommerce_events");
                return;
            }

            var path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ecommerce_events[{index}]");
            if (json.ValueKind != JsonValueKind.Object)
            {
                reading.Refuse(refused++, new($"'{path}' must be an object", path));
            }
            else if (ReadSale(json, path + ".", out var sale) is { } refusal)
            {
                reading.Refuse(refused++, refusal);
            }
            else
            {
                Events.Add(sale!);
            }

            index++;
        }
    }

    private static Fault? ReadSale(JsonElement json, string path, out IncomingEvent? sale)
    {
        sale = null;
        var fields = new JsonFields(json, path);
        var type = fields.Text("event_type");
        var sku = fields.Text("product_id");
        var product = fields.Text("product_name");
        var price = fields.Amount("price");
        var quantity = fields.Number("quantity") ?? 1;
        var value = fields.Amount("value");
        // Only what was earned is revenue; a refund takes it away again. What a cart is worth is a prop.
        var isSale = type is "purchase" or "order" or "order_completed" or "transaction" or "refund";
        List<KeyValuePair<string, string>>? props = null;
        foreach (var property in json.EnumerateObject())
        {
            if (JsonText.NameOf(property) is var name
                && name is not ("event_type" or "product_id" or "product_name" or "category" or "price" or "quantity" or "order_id" or "currency" or "timestamp")
                && (name != "value" || !isSale))
            {
                Props.Add(ref props, name, property.Value);
            }
        }

        var earned = value ?? (price * (decimal)Math.Clamp(quantity, 0, 1_000_000));
        if (earned is { } sum && !JsonFields.IsStorable(sum))
        {
            fields.Fail("price", "an amount that can be sold that often");
        }

        sale = new()
        {
            Name = type is "order" or "order_completed" or "transaction" ? "purchase" : type ?? "",
            At = fields.Time("timestamp"),
            Revenue = !isSale ? null : type == "refund" ? -Math.Abs(earned ?? 0) : earned,
            Currency = fields.Text("currency"),
            Order = fields.Text("order_id"),
            Items = sku is null && product is null
                ? null
                : [new(EventPipeline.Cut(sku, 128), EventPipeline.Cut(product, 300), EventPipeline.Cut(fields.Text("category"), 128), price ?? 0, (uint)Math.Clamp(quantity, 0, uint.MaxValue))],
            Props = props,
        };
        if (fields.Error is null && sale.Name.Length is 0 or > 120)
        {
            fields.Fail("event_type", "a name of 1 to 120 characters");
        }

        return fields.Error;
    }

    /// <summary>
    /// Of <c>html>body>div.wide#login>input</c>: the whole as selector, the last step's tag, id and classes. What is in brackets is a class's
    /// own, as in <c>bg-[#fff]</c>.
    /// </summary>
    private static IncomingElement ElementOf(string path)
    {
        // As long as the original, so that places in the one are places in the other.
        var plain = Brackets().Replace(path, match => new('_', match.Length));
        var from = plain.LastIndexOf('>') + 1;
        var last = path.AsSpan(from).TrimEnd();
        var marks = plain.AsSpan(from, last.Length);
        var tag = marks.IndexOfAny('.', '#') is >= 0 and var end ? last[..end] : last;
        var hash = marks.IndexOf('#');
        var id = hash < 0 ? default : last[(hash + 1)..];
        id = hash >= 0 && marks[(hash + 1)..].IndexOf('.') is > 0 and var dot ? id[..dot] : id;
        var classes = last[tag.Length..].ToString().Replace(hash < 0 ? "\0" : "#" + id.ToString(), "", StringComparison.Ordinal);
        return new()
        {
            // The end of a long path says more than its beginning.
            Selector = path.Length > 500 ? path[^500..] : path,
            Tag = tag.Trim().ToString().ToUpperInvariant(),
            Id = id.IsEmpty ? null : id.ToString(),
            Class = classes.Replace('.', ' ').Trim() is { Length: > 0 } list ? list : null,
        };
    }

    [GeneratedRegex(@"\[[^\[\]]*\]")]
    private static partial Regex Brackets();

    private static string Word(string text) => new([.. text.Where(char.IsAsciiLetterOrDigit).Take(40)]);

    private static string Number(double number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
