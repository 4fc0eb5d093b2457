using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// Countries by address, from the file that <c>data/build.mjs</c> describes. It is part of the program's image, which the loader maps: it
/// takes no memory of ours, and a lookup is a binary search that allocates nothing.
/// </summary>
internal sealed unsafe class CountryTable
{
    private const int HeaderLength = 8;

    private readonly UnmanagedMemoryStream image;
    private readonly int count4;
    private readonly int count6;
    private readonly Place[] places = new Place[26 * 26];

    public CountryTable()
    {
        image = (UnmanagedMemoryStream)Assembly.GetExecutingAssembly().GetManifestResourceStream("enrichment/countries.bin")!;
        count4 = BinaryPrimitives.ReadInt32LittleEndian(Image);
        count6 = BinaryPrimitives.ReadInt32LittleEndian(Image[4..]);
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = new($"{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}", "", "");
        }
    }

    private ReadOnlySpan<byte> Image => new(image.PositionPointer, (int)image.Length);

    public Place Find(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var all = Image;
        var index = address.AddressFamily == AddressFamily.InterNetwork
            ? Last4(all.Slice(HeaderLength, count4 * 4), BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : Last6(all.Slice(HeaderLength + (count4 * 4), count6 * 8), BinaryPrimitives.ReadUInt64BigEndian(bytes));
        if (index < 0)
        {
            return Place.Unknown;
        }

        index += address.AddressFamily == AddressFamily.InterNetwork ? 0 : count4;
        var code = all.Slice(HeaderLength + (count4 * 4) + (count6 * 8) + (index * 2), 2);
        return code[0] == 0 ? Place.Unknown : places[((code[0] - 'A') * 26) + code[1] - 'A'];
    }

    /// <summary>The last range that starts at the address or before it.</summary>
    private static int Last4(ReadOnlySpan<byte> starts, uint address)
    {
        var (low, high) = (0, (starts.Length / 4) - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = BinaryPrimitives.ReadUInt32LittleEndian(starts[(middle * 4)..]) <= address ? (middle + 1, high) : (low, middle - 1);
        }

        return high;
    }

    private static int Last6(ReadOnlySpan<byte> starts, ulong address)
    {
        var (low, high) = (0, (starts.Length / 8) - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = BinaryPrimitives.ReadUInt64LittleEndian(starts[(middle * 8)..]) <= address ? (middle + 1, high) : (low, middle - 1);
        }

        return high;
    }
}
