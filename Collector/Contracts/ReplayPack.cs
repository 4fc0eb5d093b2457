using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// Opens what rrweb's packer closed: an event as a text of JSON, deflated, one character a byte. What is packed could not be masked. A text
/// that is JSON as it stands is an event too; what is neither is refused.
/// </summary>
internal static class ReplayPack
{
    /// <summary>The events, all of them objects; null where they already were.</summary>
    public static JsonDocument? Open(JsonElement events, Reading reading)
    {
        if (events.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Object))
        {
            return null;
        }

        using var open = new MemoryStream();
        open.WriteByte((byte)'[');
        var room = BodyLimits.Recordings.Decompressed;
        var (index, bad, firstBad) = (-1, 0, 0);
        foreach (var e in events.EnumerateArray())
        {
            index++;
            if (Open(e, ref room) is not { } json)
            {
                firstBad = bad++ == 0 ? index : firstBad;
                continue;
            }

            if (open.Length > 1)
            {
                open.WriteByte((byte)',');
            }

            open.Write(json);
        }

        if (bad > 0)
        {
            // A recording may hold very many: one refusal stands for all.
            var others = bad == 1 ? "is" : string.Create(CultureInfo.InvariantCulture, $"and {bad - 1} more are");
            var field = string.Create(CultureInfo.InvariantCulture, $"replay[{firstBad}]");
            reading.Refuse(firstBad, new($"'{field}' {others} neither an event nor a packed one", field));
        }

        open.WriteByte((byte)']');
        return JsonDocument.Parse(open.ToArray(), new() { MaxDepth = JsonFields.MaxDepth });
    }

    /// <param name="room">How many bytes may yet come out, of all texts together: small ones can be very large inside.</param>
    private static byte[]? Open(JsonElement e, ref int room)
    {
        if (e.ValueKind == JsonValueKind.Object)
        {
            return Encoding.UTF8.GetBytes(e.GetRawText());
        }

        if (e.ValueKind != JsonValueKind.String || JsonText.Of(e) is not { Length: > 1 } text)
        {
            return null;
        }

        var json = text[0] == '{' ? Encoding.UTF8.GetBytes(text) : Inflate(text, ref room);
        return json is not null && IsEvent(json) ? json : null;
    }

    private static byte[]? Inflate(string text, ref int room)
    {
        if (text.Any(letter => letter > byte.MaxValue))
        {
            return null;
        }

        try
        {
            using var packed = new ZLibStream(new MemoryStream(Encoding.Latin1.GetBytes(text)), CompressionMode.Decompress);
            using var json = new MemoryStream();
            var part = new byte[8192];
            for (int read; room >= 0 && (read = packed.Read(part)) > 0;)
            {
                if ((room -= read) < 0)
                {
                    return null;
                }

                json.Write(part, 0, read);
            }

            return json.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static bool IsEvent(byte[] json)
    {
        JsonText.Mend(json);
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = JsonFields.MaxDepth - 1 });
            return System.Text.Unicode.Utf8.IsValid(json) && document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
