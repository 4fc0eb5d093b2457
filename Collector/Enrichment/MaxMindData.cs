using System.Globalization;
using System.Text;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// A section of a MaxMind DB file: values that say their type and length, maps and arrays of them, and pointers from one to another. Reads
/// single values by their path and passes over the rest. A file that is damaged has no value there; nothing is thrown.
/// </summary>
internal sealed class MaxMindData(byte[] file, int start)
{
    private const int Pointer = 1, String = 2, Map = 7, Array = 11, Boolean = 14;
    private const int MaxDepth = 32;

    /// <summary>The text at the end of a path of keys and positions, if it is there.</summary>
    public string? Text(int offset, params ReadOnlySpan<string> path) =>
        TryFind(start + (long)offset, path, out var type, out var at, out var length) && type == String
            ? Encoding.UTF8.GetString(file, (int)at, length)
            : null;

    public long? Number(int offset, params ReadOnlySpan<string> path)
    {
        // Unsigned of 16, 32 and 64 bits.
        if (!TryFind(start + (long)offset, path, out var type, out var at, out var length) || type is not (5 or 6 or 9) || length > 8)
        {
            return null;
        }

        var number = 0L;
        foreach (var one in file.AsSpan((int)at, length))
        {
            number = (number << 8) | one;
        }

        return number;
    }

    private bool TryFind(long at, ReadOnlySpan<string> path, out int type, out long content, out int length)
    {
        if (!TryOpen(at, out type, out content, out length, out _))
        {
            return false;
        }

        foreach (var step in path)
        {
            var next = type switch
            {
                Map => InMap(content, length, step),
                Array => InArray(content, length, step),
                _ => null,
            };
            if (next is not { } found || !TryOpen(found, out type, out content, out length, out _))
            {
                return false;
            }
        }

        return true;
    }

    private long? InMap(long at, int count, string wanted)
    {
        for (var i = 0; i < count; i++)
        {
            if (!TryOpen(at, out var type, out var key, out var length, out var value) || type != String)
            {
                return null;
            }

            if (IsText(key, length, wanted))
            {
                return value;
            }

            if (!TrySkip(value, 0, out at))
            {
                return null;
            }
        }

        return null;
    }

    private long? InArray(long at, int count, string position)
    {
        var wanted = int.Parse(position, CultureInfo.InvariantCulture);
        if (wanted >= count)
        {
            return null;
        }

        for (var i = 0; i < wanted; i++)
        {
            if (!TrySkip(at, 0, out at))
            {
                return null;
            }
        }

        return at;
    }

    // Keys are ASCII in every file there is; a longer one in UTF-8 is not among those asked for.
    private bool IsText(long at, int length, string wanted) =>
        length == wanted.Length && Ascii.Equals(file.AsSpan((int)at, length), wanted);

    /// <summary>Where the value after this one begins.</summary>
    private bool TrySkip(long at, int depth, out long after)
    {
        if (!TryHead(at, out var type, out after, out var length, out var target) || depth > MaxDepth)
        {
            return false;
        }

        if (target is not null || type == Boolean)
        {
            return true;
        }

        if (type is not (Map or Array))
        {
            after += length;
            return after <= file.Length;
        }

        for (var i = 0L; i < (type == Map ? length * 2L : length); i++)
        {
            if (!TrySkip(after, depth + 1, out after))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value itself, behind a pointer if there is one; and what follows here.</summary>
    private bool TryOpen(long at, out int type, out long content, out int length, out long after)
    {
        if (!TryHead(at, out type, out content, out length, out var target))
        {
            after = 0;
            return false;
        }

        after = target is null && type is not (Map or Array) ? content + length : content;
        // A pointer never points to a pointer.
        if (target is { } there && (!TryHead(there, out type, out content, out length, out var another) || another is not null))
        {
            return false;
        }

        return type is Map or Array or Boolean || content + length <= file.Length;
    }

    /// <summary>Type and length of a value, where its content begins, and what it points to if it is a pointer.</summary>
    private bool TryHead(long at, out int type, out long content, out int length, out long? target)
    {
        (type, content, length, target) = (0, at, 0, null);
        // The longest head there is has six bytes.
        Span<byte> head = stackalloc byte[6];
        head.Clear();
        if (at < start || at >= file.Length)
        {
            return false;
        }

        file.AsSpan((int)at, (int)Math.Min(head.Length, file.Length - at)).CopyTo(head);
        type = head[0] >> 5;
        var size = head[0] & 0x1F;
        if (type == Pointer)
        {
            var bytes = (size >> 3) + 1;
            var top = (uint)(size & 7);
            target = start + bytes switch
            {
                1 => (top << 8) | head[1],
                2 => ((top << 16) | (uint)(head[1] << 8) | head[2]) + 2048,
                3 => ((top << 24) | (uint)(head[1] << 16) | (uint)(head[2] << 8) | head[3]) + 526_336,
                _ => (long)(((uint)head[1] << 24) | (uint)(head[2] << 16) | (uint)(head[3] << 8) | head[4]),
            };
            content = at + 1 + bytes;
            return content <= file.Length;
        }

        var used = 1;
        if (type == 0)
        {
            type = head[used++] + 7;
        }

        var more = Math.Max(size - 28, 0);
        length = more switch
        {
            0 => size,
            1 => 29 + head[used],
            2 => 285 + ((head[used] << 8) | head[used + 1]),
            _ => 65_821 + ((head[used] << 16) | (head[used + 1] << 8) | head[used + 2]),
        };
        content = at + used + more;
        return content <= file.Length;
    }
}
