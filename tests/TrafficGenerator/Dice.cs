namespace Analytics.TrafficGenerator;

/// <summary>All chance comes from here, so that a seed decides everything.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public double Between(double least, double most) => least + (_random.NextDouble() * (most - least));

    /// <summary>Bell-shaped (Box and Muller).</summary>
    public double Normal(double mean, double deviation) =>
        mean + (deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));

    /// <summary>As reading times are: half are below the median, a few far above it.</summary>
    public double LogNormal(double median, double sigma) => median * Math.Exp(Normal(0, sigma));

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public T Pick<T>(IReadOnlyList<T> from, Func<T, double> weight)
    {
        var rest = Between(0, from.Sum(weight));
        foreach (var candidate in from)
        {
            rest -= weight(candidate);
            if (rest < 0)
            {
                return candidate;
            }
        }

        return from[^1];
    }

    public Guid Uuid4() => Uuid(version: 4, stackalloc byte[0]);

    /// <summary>Sorts by time, like the tracker's.</summary>
    public Guid Uuid7(DateTimeOffset at)
    {
        Span<byte> time = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(time, at.ToUnixTimeMilliseconds());
        return Uuid(version: 7, time[2..]);
    }

    private Guid Uuid(byte version, ReadOnlySpan<byte> prefix)
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        prefix.CopyTo(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | (version << 4));
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
