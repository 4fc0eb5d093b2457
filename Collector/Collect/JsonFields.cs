using System.Globalization;
using System.Text.Json;

namespace Analytics.Collector.Collect;

/// <summary>
/// Reads the fields of one JSON object. A field that is absent or null has no value; one of the wrong type is remembered by name in
/// <see cref="Error"/>, the first only. Numbers may come as text where <c>lenient</c> says so: some trackers quote all they send.
/// </summary>
internal struct JsonFields(JsonElement json, string path = "")
{
    /// <summary>A recording nests as deep as the page does; nothing here reads by recursion.</summary>
    public const int MaxDepth = 256;
    public const int MaxProps = 50;
    public const int MaxPropName = 300;
    public const int MaxPropValue = 2000;

    private readonly JsonElement json = json;

    public Fault? Error { get; private set; }

    public readonly bool Has(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public readonly JsonElement Json => json;

    /// <summary>The first of the names that has a value.</summary>
    public string? Text(string name, string? alias = null) => TryGet(name, alias, out var value, out var found) ? TextOf(found, value) : null;

    public double? Number(string name) => TryGet(name, null, out var value, out _) ? NumberOf(name, value) : null;

    /// <summary>For who walks through the properties and knows the value already: looking for a dozen names one by one is a dozen walks.</summary>
    public string? TextOf(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return JsonText.Of(value);
            case JsonValueKind.Number:
                // Ids come as numbers from sites that count theirs.
                return value.GetRawText();
            default:
                Fail(name, "a string");
                return null;
        }
    }

    public double? NumberOf(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        Fail(name, "a number");
        return null;
    }

    /// <summary>True, and nothing else, is true.</summary>
    public bool Flag(string name)
    {
        if (!TryGet(name, null, out var value, out _))
        {
            return false;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Fail(name, "true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>An amount of money: a number, or one as text.</summary>
    public decimal? Amount(string name) => TryGet(name, null, out var value, out _) ? AmountOf(name, value) : null;

    public decimal? AmountOf(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var amount)
            || value.ValueKind == JsonValueKind.String
                && decimal.TryParse(JsonText.Of(value), NumberStyles.Float, CultureInfo.InvariantCulture, out amount))
        {
            if (IsStorable(amount))
            {
                return amount;
            }
        }

        Fail(name, "an amount");
        return null;
    }

    /// <summary>Whether Decimal(18, 4) holds it, also once it is rounded to that.</summary>
    internal static bool IsStorable(decimal amount) => Math.Abs(amount) < 100_000_000_000_000m && Math.Abs(decimal.Round(amount, 4)) < 100_000_000_000_000m;

    /// <summary>A point in time: Unix milliseconds, Unix seconds, or ISO 8601 text.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (!TryGet(name, null, out var value, out _))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && UnixTime(number) is { } time)
        {
            return time;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            var text = JsonText.Of(value);
            // At the ends of the calendar, a second more or less is no time any more.
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) && IsBelievable(parsed.ToUnixTimeMilliseconds()))
            {
                return parsed;
            }

            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && UnixTime(number) is { } quoted)
            {
                return quoted;
            }
        }

        Fail(name, "a time");
        return null;
    }

    /// <summary>Width and height as <c>[w,h]</c>, <c>{"width":w,"height":h}</c> or <c>"1920x1080"</c>.</summary>
    public Size Size(string name)
    {
        if (!TryGet(name, null, out var value, out _))
        {
            return default;
        }

        double width = 0, height = 0;
        var good = value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength() == 2 && Finite(value[0], out width) && Finite(value[1], out height),
            JsonValueKind.Object => value.TryGetProperty("width", out var w) && Finite(w, out width)
                && value.TryGetProperty("height", out var h) && Finite(h, out height),
            JsonValueKind.String => JsonText.Of(value) is var text && text.IndexOf('x', StringComparison.OrdinalIgnoreCase) is > 0 and var x
                && double.TryParse(text.AsSpan(0, x), NumberStyles.Float, CultureInfo.InvariantCulture, out width)
                && double.TryParse(text.AsSpan(x + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out height),
            _ => false,
        };
        if (good)
        {
            return new(width, height);
        }

        Fail(name, "a width and a height");
        return default;
    }

    /// <summary>An object; null where absent.</summary>
    public JsonElement? Object(string name) => Of(name, JsonValueKind.Object, "an object");

    /// <summary>An array; null where absent.</summary>
    public JsonElement? Array(string name) => Of(name, JsonValueKind.Array, "an array");

    public JsonElement? ObjectOf(string name, JsonElement value) => Of(name, value, JsonValueKind.Object, "an object");

    public JsonElement? ArrayOf(string name, JsonElement value) => Of(name, value, JsonValueKind.Array, "an array");

    public void Fail(string name, string expected) => Error ??= new($"'{path}{name}' must be {expected}", path + name);

    /// <summary>Takes over the error of an object inside this one.</summary>
    public void Join(in JsonFields inner) => Error ??= inner.Error;

    private JsonElement? Of(string name, JsonValueKind kind, string expected) =>
        TryGet(name, null, out var value, out _) ? Of(name, value, kind, expected) : null;

    private JsonElement? Of(string name, JsonElement value, JsonValueKind kind, string expected)
    {
        if (value.ValueKind == kind)
        {
            return value;
        }

        Fail(name, expected);
        return null;
    }

    private readonly bool TryGet(string name, string? alias, out JsonElement value, out string found)
    {
        found = name;
        if (json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        found = alias ?? name;
        return alias is not null && json.TryGetProperty(alias, out value) && value.ValueKind != JsonValueKind.Null;
    }

    internal static bool Finite(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number) && double.IsFinite(number);
    }

    // Seconds have ten digits until the year 2286, milliseconds thirteen since 2001.
    internal static DateTimeOffset? UnixTime(double number)
    {
        var ms = Math.Abs(number) < 100_000_000_000 ? number * 1000 : number;
        return IsBelievable(ms) ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms) : null;
    }

    // 1906 to 2286.
    private static bool IsBelievable(double ms) => ms is > -2_000_000_000_000 and < 10_000_000_000_000;
}

/// <summary>
/// JSON strings as texts. A tracker that cuts a text may cut an emoji in two, and JSON.stringify writes the half as an escape; the parser
/// then throws wherever it comes across it, in names as in values. So a body is mended before it is parsed.
/// </summary>
internal static class JsonText
{
    public static string Of(JsonElement value) => value.GetString() ?? "";

    public static string NameOf(JsonProperty property) => property.Name;

    /// <summary>Makes each escaped half of a surrogate pair U+FFFD, which is as long.</summary>
    public static void Mend(Span<byte> json)
    {
        for (var rest = json; rest.IndexOf((byte)'\\') is >= 0 and var at && at + 1 < rest.Length;)
        {
            rest = rest[at..];
            var unit = UnitAt(rest);
            if (unit is >= 0xD800 and < 0xDC00 && rest.Length >= 12 && rest[6] == (byte)'\\' && UnitAt(rest[6..]) is >= 0xDC00 and < 0xE000)
            {
                rest = rest[12..];
            }
            else
            {
                if (unit is >= 0xD800 and < 0xE000)
                {
                    "\\ufffd"u8.CopyTo(rest);
                }

                // A backslash and what it escapes: that may be a backslash.
                rest = rest[2..];
            }
        }
    }

    /// <summary>The value of an escape like \u00e9, or -1.</summary>
    private static int UnitAt(ReadOnlySpan<byte> escape) =>
        escape.Length >= 6 && escape[1] == (byte)'u' && ushort.TryParse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? unit
            : -1;
}
