using System.Globalization;
using System.Text;

namespace Analytics.Load;

/// <summary>
/// A whole request, made once. What differs between two requests has a fixed width and is written over the last one's: the visitor, the
/// session, the request's own id, the time. Each connection writes into a copy of its own.
/// </summary>
internal sealed class Template
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
    }

    /// <summary>How many events come of it.</summary>
    public int Events { get; }

    public int Length => bytes.Length;

    public static Template Post(Uri server, string path, int events, Browser browser, string body)
    {
        var content = Encoding.UTF8.GetBytes(body);
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
        return new(bytes, FindSlots(bytes), events);
    }

    /// <summary>For another connection; the slots are the same, also where they have been written over.</summary>
    public Template Copy() => new((byte[])bytes.Clone(), slots, Events);

    /// <param name="seed">Of the run, so that no two runs have an id in common.</param>
    /// <param name="session">Requests with the same number are one session; two sessions are one visitor.</param>
    public ReadOnlyMemory<byte> Fill(ulong seed, long request, long session, long now)
    {
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

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return value ^ (value >> 31);
    }
}
