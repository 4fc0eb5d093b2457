using System.Buffers;
using System.Buffers.Binary;
using Analytics.Collector.Collect;
using Analytics.Storage;

namespace Analytics.Collector.Buffer;

/// <summary>
/// One request's rows, encoded once as they will be inserted: <c>length:i32 requestId:16 sections</c>, each section
/// <c>table:u8 schema:u8 rows:i32 length:i32 RowBinary</c>, integers little-endian. Memory is pooled: dispose it once appended.
/// </summary>
internal sealed class RequestPart : IBufferWriter<byte>, IDisposable
{
    public const int HeaderLength = 4 + 16;
    public const int SectionHeaderLength = 1 + 1 + 4 + 4;

    /// <summary>
    /// Bytes of a request at most. Each of its events repeats what the page says, so that a small body may become a large part; and Garnet
    /// refuses for ever what does not fit into a page of its log (32 MiB).
    /// </summary>
    public const int MaxLength = 24 << 20;

    private byte[] buffer;
    private int written = HeaderLength;
    private int section = -1;
    private int sectionRows;

    public RequestPart(int sizeHint = 2048)
    {
        buffer = PooledBytes.Rent(sizeHint);
        buffer.AsSpan(0, HeaderLength).Clear();
    }

    /// <summary>Names the request: of two parts with one id, one is stored.</summary>
    public void Identify(Guid requestId) => requestId.TryWriteBytes(buffer.AsSpan(4));

    /// <summary>Rows of the table that has the most.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows of all tables.</summary>
    public int TotalRows { get; private set; }

    public int Length => written;

    public void Begin(BufferTable table)
    {
        End();
        section = written;
        var header = GetSpan(SectionHeaderLength);
        header[0] = (byte)table;
        header[1] = BufferSchema.Current;
        written += SectionHeaderLength;
    }

    /// <summary>
    /// Writes a row into the section begun last. A row that cannot be written leaves nothing behind.
    /// </summary>
    public void Add<TRow>(TRow row)
        where TRow : IRow
    {
        var start = written;
        try
        {
            row.WriteTo(new RowBinaryWriter(this));
        }
        catch
        {
            written = start;
            throw;
        }

        sectionRows++;
        TotalRows++;
        Rows = Math.Max(Rows, sectionRows);
    }

    /// <summary>The finished bytes.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        End();
        BinaryPrimitives.WriteInt32LittleEndian(buffer, written - 4);
        return buffer.AsSpan(0, written);
    }

    private void End()
    {
        if (section < 0)
        {
            return;
        }

        if (sectionRows == 0)
        {
            written = section;
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(section + 2), sectionRows);
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(section + 6), written - section - SectionHeaderLength);
        }

        section = -1;
        sectionRows = 0;
    }

    public void Advance(int count) => written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return buffer.AsMemory(written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return buffer.AsSpan(written);
    }

    private void Ensure(int sizeHint)
    {
        if (buffer.Length - written >= Math.Max(sizeHint, 1))
        {
            return;
        }

        var larger = PooledBytes.Rent(Math.Max(buffer.Length * 2, written + sizeHint));
        buffer.AsSpan(0, written).CopyTo(larger);
        PooledBytes.Return(buffer);
        buffer = larger;
    }

    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            PooledBytes.Return(buffer);
            buffer = [];
            written = 0;
        }
    }
}
