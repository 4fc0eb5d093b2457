using System.Globalization;
using System.Security.Cryptography;

namespace Analytics.Collector.Buffer;

/// <summary>
/// Names an entry of the buffer, for ever: the same on every attempt to send it. Says also how large the entry is, so that a
/// batch can be planned from ids alone. Text form: <c>time-producer.number-rows-bytes</c>.
/// </summary>
internal readonly record struct EntryId(string Text, long UnixMs, int Rows, int Bytes)
{
    // This process among all that ever pushed.
    private static readonly string Producer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private static long last;

    /// <param name="rows">Rows of the table that has the most in this entry.</param>
    public static EntryId New(DateTimeOffset now, int rows, int bytes)
    {
        var unixMs = now.ToUnixTimeMilliseconds();
        var number = Interlocked.Increment(ref last);
        return new(string.Create(CultureInfo.InvariantCulture, $"{unixMs:x}-{Producer}.{number:x}-{rows}-{bytes}"), unixMs, rows, bytes);
    }

    public static bool TryParse(string? text, out EntryId id)
    {
        id = default;
        Span<Range> parts = stackalloc Range[5];
        if (text is null
            || text.AsSpan().Split(parts, '-') != 4
            || !long.TryParse(text.AsSpan(parts[0]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unixMs)
            || !int.TryParse(text.AsSpan(parts[2]), NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            || !int.TryParse(text.AsSpan(parts[3]), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
        {
            return false;
        }

        id = new(text, unixMs, rows, bytes);
        return true;
    }

    public override string ToString() => Text;
}
