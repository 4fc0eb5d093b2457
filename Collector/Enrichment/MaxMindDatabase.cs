using System.Net;
using System.Net.Sockets;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// An owner's file in the MaxMind DB format (<c>.mmdb</c>: GeoLite2-City, DB-IP and others), whole in memory. A lookup walks one bit of the
/// address at a time down a tree to an offset in the data; places are decoded once and kept for as long as their slot is not needed.
/// </summary>
internal sealed class MaxMindDatabase : IPlaces
{
    private const int Slots = 1 << 14;

    // Between tree and data.
    private const int Separator = 16;

    private readonly byte[] file;
    private readonly MaxMindData data;
    private readonly int nodes;
    private readonly int recordBits;
    private readonly bool isSix;
    private readonly int fourStart;
    private readonly Kept?[] kept = new Kept?[Slots];

    private sealed record Kept(int Offset, Place? Place);

    // Three bytes that are no text, then MaxMind.com.
    private static ReadOnlySpan<byte> Marker => [0xAB, 0xCD, 0xEF, 0x4D, 0x61, 0x78, 0x4D, 0x69, 0x6E, 0x64, 0x2E, 0x63, 0x6F, 0x6D];

    private MaxMindDatabase(byte[] file, int nodes, int recordBits, bool isSix)
    {
        (this.file, this.nodes, this.recordBits, this.isSix) = (file, nodes, recordBits, isSix);
        data = new(file, (int)TreeLength(nodes, recordBits) + Separator);
        // IPv4 is what lies below 96 zeros.
        for (var bit = 0; isSix && bit < 96 && fourStart < nodes; bit++)
        {
            fourStart = Record(fourStart, 0);
        }
    }

    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    public static MaxMindDatabase Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var marker = file.AsSpan().LastIndexOf(Marker);
        if (marker < 0)
        {
            throw new InvalidDataException($"{path} is no MaxMind DB file.");
        }

        var about = new MaxMindData(file, marker + Marker.Length);
        var nodes = about.Number(0, "node_count");
        var recordBits = about.Number(0, "record_size");
        var version = about.Number(0, "ip_version");
        if (about.Number(0, "binary_format_major_version") != 2 || recordBits is not (24 or 28 or 32) || version is not (4 or 6)
            || nodes is not (> 0 and < int.MaxValue) || TreeLength(nodes.Value, recordBits.Value) + Separator > marker)
        {
            throw new InvalidDataException($"{path} is a MaxMind DB file of a kind that cannot be read, or not all of one.");
        }

        return new(file, (int)nodes.Value, (int)recordBits.Value, version == 6);
    }

    public int Count => nodes;

    public Place? Find(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var isFour = address.AddressFamily == AddressFamily.InterNetwork;
        if (!isFour && !isSix)
        {
            return null;
        }

        var record = isFour ? fourStart : 0;
        for (var bit = 0; bit < length * 8 && record < nodes; bit++)
        {
            record = Record(record, (bytes[bit >> 3] >> (7 - (bit & 7))) & 1);
        }

        // Equal: nothing is known. Less: the tree is deeper than an address.
        return record > nodes ? PlaceAt(record - nodes - Separator) : null;
    }

    private Place? PlaceAt(int offset)
    {
        ref var slot = ref kept[(uint)(offset * 2654435761) % Slots];
        if (slot is { } one && one.Offset == offset)
        {
            return one.Place;
        }

        var place = Decode(offset);
        slot = new(offset, place);
        return place;
    }

    private Place? Decode(int offset)
    {
        // MaxMind's and DB-IP's names, then those of ip-location-db.
        var country = data.Text(offset, "country", "iso_code") ?? data.Text(offset, "country_code") ?? "";
        var region = data.Text(offset, "subdivisions", "0", "names", "en") ?? data.Text(offset, "state1") ?? "";
        var city = data.Text(offset, "city", "names", "en") ?? data.Text(offset, "city") ?? "";
        return country.Length == 0 && city.Length == 0 ? null : new(country.ToUpperInvariant(), region, city);
    }

    private int Record(int node, int side)
    {
        var at = node * (recordBits / 4);
        return (int)Math.Min(int.MaxValue, recordBits switch
        {
            24 => Read(at + (side * 3), 3),
            // The middle byte is shared: its upper half is the left record's top.
            28 => side == 0
                ? ((uint)(file[at + 3] & 0xF0) << 20) | Read(at, 3)
                : ((uint)(file[at + 3] & 0x0F) << 24) | Read(at + 4, 3),
            _ => Read(at + (side * 4), 4),
        });
    }

    private uint Read(int at, int count)
    {
        var number = 0u;
        for (var i = 0; i < count; i++)
        {
            number = (number << 8) | file[at + i];
        }

        return number;
    }

    private static long TreeLength(long nodes, long recordBits) => nodes * recordBits / 4;
}
