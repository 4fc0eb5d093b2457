using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Analytics.Storage;

/// <summary>
/// Writes values in ClickHouse's RowBinary format, column after column, row after row, with nothing between them. The caller
/// writes exactly the columns that the INSERT names, in that order and of those types: the format carries no names to check.
/// </summary>
public readonly ref struct RowBinaryWriter(IBufferWriter<byte> output)
{
    private const int MaxBytesPerChar = 3;
    private const int ShortString = 0x7F / MaxBytesPerChar;

    public void UInt8(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    /// <summary>A <c>DateTime64(3)</c>: milliseconds since 1970 in UTC.</summary>
    public void DateTime64Ms(DateTimeOffset value) => Int64(value.ToUnixTimeMilliseconds());

    /// <summary>A <c>Decimal(18, 4)</c>. Digits past the fourth are rounded to even.</summary>
    /// <exception cref="OverflowException">The value has more than 14 digits before the point.</exception>
    public void Decimal18Scale4(decimal value)
    {
        var scaled = decimal.Round(value * 10_000m, MidpointRounding.ToEven);
        if (scaled is <= -1_000_000_000_000_000_000m or >= 1_000_000_000_000_000_000m)
        {
            throw new OverflowException($"{value} does not fit into Decimal(18, 4).");
        }

        Int64((long)scaled);
    }

    /// <summary>The length prefix of strings, arrays and maps (LEB128).</summary>
    public void VarUInt(ulong value)
    {
        var span = output.GetSpan(10);
        var i = 0;
        while (value >= 0x80)
        {
            span[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[i++] = (byte)value;
        output.Advance(i);
    }

    /// <summary>A <c>String</c> or <c>LowCardinality(String)</c> as UTF-8. Lone surrogates become U+FFFD.</summary>
    public void String(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty)
        {
            UInt8(0);
        }
        else if (value.Length <= ShortString)
        {
            // In one go: the length is known afterwards, but that it takes one byte is known before.
            var span = output.GetSpan(1 + (value.Length * MaxBytesPerChar));
            var length = Encoding.UTF8.GetBytes(value, span[1..]);
            span[0] = (byte)length;
            output.Advance(1 + length);
        }
        else
        {
            var length = Encoding.UTF8.GetByteCount(value);
            VarUInt((ulong)length);
            output.Advance(Encoding.UTF8.GetBytes(value, output.GetSpan(length)));
        }
    }

    /// <summary>Values that are RowBinary already.</summary>
    public void Encoded(ReadOnlySpan<byte> values) => output.Write(values);

    /// <summary>An <c>Array(String)</c>.</summary>
    public void Strings(IReadOnlyList<string> values)
    {
        VarUInt((ulong)values.Count);
        foreach (var value in values)
        {
            String(value);
        }
    }

    /// <summary>A <c>String</c> of any bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        VarUInt((ulong)value.Length);
        output.Write(value);
    }
}
