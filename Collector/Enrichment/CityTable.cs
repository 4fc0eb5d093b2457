using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Analytics.Collector.Enrichment;

/// <summary>An owner's CSV of cities in memory: ranges in order, each with the number of its place. 20 bytes a range of either kind.</summary>
internal sealed class CityTable : IPlaces
{
    private readonly Range[] four;
    private readonly Range[] six;
    private readonly Place[] places;

    // Of IPv6 the upper half, as in the table of countries.
    private readonly record struct Range(ulong First, ulong Last, int Place) : IComparable<Range>
    {
        public int CompareTo(Range other) => First.CompareTo(other.First);
    }

    private CityTable(List<Range> four, List<Range> six, List<Place> places)
    {
        this.four = [.. four];
        this.six = [.. six];
        this.places = [.. places];
        Array.Sort(this.four);
        Array.Sort(this.six);
    }

    public int Count => four.Length + six.Length;

    /// <summary>Reads files, also gzipped ones.</summary>
    /// <exception cref="InvalidDataException">A line is not what it should be; the message names it.</exception>
    public static CityTable Read(IEnumerable<string> files)
    {
        var (four, six, places) = (new List<Range>(), new List<Range>(), new List<Place>());
        var numbers = new Dictionary<Place, int>();
        var fields = new List<string>();
        foreach (var file in files)
        {
            using Stream stream = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress)
                : File.OpenRead(file);
            using var reader = new StreamReader(stream);
            for (var line = 1; reader.ReadLine() is { } text; line++)
            {
                if (text.Length == 0)
                {
                    continue;
                }

                Split(text, fields);
                if (fields.Count < 6 || !TryAddress(fields[0], out var first, out var isFour) || !TryAddress(fields[1], out var last, out var lastIsFour)
                    || isFour != lastIsFour || last < first)
                {
                    throw new InvalidDataException($"line {line} of {file} is no range with a place.");
                }

                var place = new Place(fields[2].ToUpperInvariant(), fields[3], fields[5]);
                if (!numbers.TryGetValue(place, out var number))
                {
                    numbers.Add(place, number = places.Count);
                    places.Add(place);
                }

                (isFour ? four : six).Add(new(first, last, number));
            }
        }

        return new(four, six, places);
    }

    /// <summary>The place, or null where no range holds the address.</summary>
    public Place? Find(IPAddress address)
    {
        var (number, isFour) = Number(address);
        var ranges = isFour ? four : six;
        var (low, high) = (0, ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = ranges[middle].First <= number ? (middle + 1, high) : (low, middle - 1);
        }

        return high >= 0 && ranges[high].Last >= number ? places[ranges[high].Place] : null;
    }

    private static bool TryAddress(string text, out ulong number, out bool isFour)
    {
        (number, isFour) = (0, false);
        if (!IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        (number, isFour) = Number(address);
        return true;
    }

    private static (ulong Number, bool IsFour) Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? (BinaryPrimitives.ReadUInt32BigEndian(bytes), true)
            : (BinaryPrimitives.ReadUInt64BigEndian(bytes), false);
    }

    private static void Split(string line, List<string> fields)
    {
        fields.Clear();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '"')
            {
                if (isQuoted && i + 1 < line.Length && line[i + 1] == '"')
                {
                    field.Append(line[i++]);
                }
                else
                {
                    isQuoted = !isQuoted;
                }
            }
            else if (c == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
    }
}
