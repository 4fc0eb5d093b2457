using System.Buffers.Binary;

namespace Analytics.Collector.Buffer;

/// <summary>
/// What the buffer holds under one id: a format byte, then the parts of the requests that were pushed together.
/// </summary>
internal static class BufferEntry
{
    public const byte Format = 1;

    internal readonly record struct Section(BufferTable Table, byte Schema, int Rows, ReadOnlyMemory<byte> Bytes);

    internal readonly record struct Part(Guid RequestId, IReadOnlyList<Section> Sections);

    /// <summary>Reads an entry, or says that this version cannot: a newer collector wrote it.</summary>
    /// <exception cref="InvalidDataException">The bytes are of this format but do not add up.</exception>
    public static bool TryRead(ReadOnlyMemory<byte> entry, out List<Part> parts)
    {
        parts = [];
        if (entry.Length == 0 || entry.Span[0] != Format)
        {
            return false;
        }

        var rest = entry[1..];
        while (rest.Length > 0)
        {
            var part = Take(ref rest, 4 + Length(rest.Span, 0));
            var body = part[RequestPart.HeaderLength..];
            var sections = new List<Section>(1);
            while (body.Length > 0)
            {
                var span = body.Span;
                var length = Length(span, 6);
                var rows = Length(span, 2);
                var table = (BufferTable)span[0];
                var schema = span[1];
                if (!BufferSchema.TryGet(table, schema, out _, out _))
                {
                    return false;
                }

                var section = Take(ref body, RequestPart.SectionHeaderLength + length);
                sections.Add(new(table, schema, rows, section[RequestPart.SectionHeaderLength..]));
            }

            parts.Add(new(new Guid(part.Span[4..RequestPart.HeaderLength]), sections));
        }

        return true;
    }

    private static int Length(ReadOnlySpan<byte> bytes, int at) =>
        bytes.Length >= at + 4 && BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]) is >= 0 and var length
            ? length
            : throw new InvalidDataException("A length in a buffer entry is cut off or negative.");

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, int length)
    {
        if (length > rest.Length)
        {
            throw new InvalidDataException("A buffer entry ends before its parts do.");
        }

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
