using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Analytics.Load;

/// <summary>
/// A whole request, made once. What differs between two requests has a fixed width and is written over the last one's: the visitor, the
/// session, the request's own id, the time, and digits of positions and times, without which the store would compress copies. Each
/// connection writes into a copy of its own.
/// </summary>
internal sealed partial class Template
{
    public const long Now = 7_777_777_777_777;

    // Widths of a UUID and of a Unix time in milliseconds.
    public static readonly string Visitor = new('V', 36);
    public static readonly string Session = new('S', 36);
    public static readonly string Request = new('R', 36);

    private static readonly (string Mark, Slot Slot)[] Marks =
    [
        (Visitor, Slot.Visitor), (Session, Slot.Session), (Request, Slot.Request), (Now.ToString(CultureInfo.InvariantCulture), Slot.Now),
    ];

    private readonly byte[] bytes;
    private readonly List<(int Offset, Slot Slot)> slots;

    private Template(byte[] bytes, List<(int Offset, Slot Slot)> slots, int events)
    {
        (this.bytes, this.slots, Events) = (bytes, slots, events);
    }

    private enum Slot
    {
        Visitor,
        Session,
        Request,
        Now,

        /// <summary>Three digits, drawn anew for each request.</summary>
        Digits,
    }

    /// <summary>How many events come of it.</summary>
    public int Events { get; }

    /// <summary>Stands for a number of at least four digits, whose last three differ from request to request.</summary>
    public static string Varying(int number) => string.Create(CultureInfo.InvariantCulture, $"~{number}~");

    /// <summary>Stands for a number from 0 to 1.</summary>
    public static string VaryingShare => "~0.000~";

    public static Template Post(Uri server, string path, int events, Browser browser, string body)
    {
        var content = Encoding.UTF8.GetBytes(VaryingNumber.Replace(body, "$1"));
        var head = string.Create(CultureInfo.InvariantCulture, $"""
            POST {path} HTTP/1.1
            Host: {server.Authority}
            User-Agent: {browser.UserAgent}
            Accept: */*
            Accept-Language: {browser.Language},en;q=0.5
            Content-Type: text/plain;charset=UTF-8
            Origin: https://shop.example
            Content-Length: {content.Length}


            """).ReplaceLineEndings("\r\n");
        byte[] bytes = [.. Encoding.ASCII.GetBytes(head), .. content];
        return new(bytes, [.. FindSlots(bytes), .. FindDigits(body, bytes.Length - content.Length)], events);
    }

    /// <summary>For another connection; the slots are the same, also where they have been written over.</summary>
    public Template Copy() => new((byte[])bytes.Clone(), slots, Events);

    /// <param name="seed">Of the run, so that no two runs have an id in common.</param>
    /// <param name="session">Requests with the same number are one session; two sessions are one visitor.</param>
    public ReadOnlyMemory<byte> Fill(ulong seed, long request, long session, long now)
    {
        var dice = Mix(seed + (ulong)request);
        foreach (var (offset, slot) in slots)
        {
            switch (slot)
            {
                case Slot.Visitor:
                    WriteId(bytes.AsSpan(offset, 36), seed, (ulong)(session / 2) | 1UL << 62, '4');
                    break;
                case Slot.Session:
                    WriteId(bytes.AsSpan(offset, 36), seed, (ulong)session | 2UL << 62, '7');
                    break;
                case Slot.Request:
                    WriteId(bytes.AsSpan(offset, 36), seed, (ulong)request | 3UL << 62, '7');
                    break;
                case Slot.Now:
                    now.TryFormat(bytes.AsSpan(offset, 13), out _, default, CultureInfo.InvariantCulture);
                    break;
                case Slot.Digits:
                    dice = (dice * 6_364_136_223_846_793_005UL) + 1_442_695_040_888_963_407UL;
                    var number = (uint)(dice >> 33);
                    bytes[offset] = (byte)('0' + (number % 10));
                    bytes[offset + 1] = (byte)('0' + (number / 10 % 10));
                    bytes[offset + 2] = (byte)('0' + (number / 100 % 10));
                    break;
            }
        }

        return bytes;
    }

    private static List<(int Offset, Slot Slot)> FindSlots(byte[] bytes)
    {
        var slots = new List<(int Offset, Slot Slot)>();
        foreach (var (mark, slot) in Marks)
        {
            var pattern = Encoding.ASCII.GetBytes(mark);
            for (var at = 0; bytes.AsSpan(at).IndexOf(pattern) is >= 0 and var found; at += found + pattern.Length)
            {
                slots.Add((at + found, slot));
            }
        }

        return slots;
    }

    /// <summary>A UUID that looks drawn at random, and is the same for the same numbers.</summary>
    private static void WriteId(Span<byte> target, ulong seed, ulong number, char version)
    {
        var high = Mix(seed ^ Mix(number));
        var low = Mix(high + number);
        for (var i = 0; i < 36; i++)
        {
            if (i is 8 or 13 or 18 or 23)
            {
                target[i] = (byte)'-';
                continue;
            }

            ref var bits = ref i < 18 ? ref high : ref low;
            target[i] = i == 14 ? (byte)version : "0123456789abcdef"u8[(int)(bits & 15)];
            bits >>= 4;
        }
    }

    private static IEnumerable<(int Offset, Slot Slot)> FindDigits(string body, int start)
    {
        var stripped = 0;
        foreach (Match match in VaryingNumber.Matches(body))
        {
            // Two marks before the number and two after it are left out; the body is ASCII.
            var end = match.Index + match.Length - 2 - stripped - 2;
            yield return (start + end - 3, Slot.Digits);
            stripped += 4;
        }
    }

    [GeneratedRegex("\"~([0-9.]+)~\"")]
    private static partial Regex VaryingNumber { get; }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return value ^ (value >> 31);
    }
}
