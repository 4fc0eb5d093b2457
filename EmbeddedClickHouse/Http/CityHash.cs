using System.Buffers.Binary;
using System.Numerics;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>CityHash128 as of its version 1.0.2, which ClickHouse has kept: the checksum of every compressed block.</summary>
internal static class CityHash
{
    private const ulong K0 = 0xc3a5c85c97cb3127;
    private const ulong K1 = 0xb492b66fbe98f273;
    private const ulong K2 = 0x9ae16a3b2f90404f;
    private const ulong K3 = 0xc949d7c7509e6557;
    private const ulong Mul = 0x9ddfea08eb382d69;

    public static (ulong Low, ulong High) Hash128(ReadOnlySpan<byte> s) => s.Length switch
    {
        >= 16 => WithSeed(s[16..], U64(s) ^ K3, U64(s[8..])),
        >= 8 => WithSeed([], U64(s) ^ ((ulong)s.Length * K0), U64(s[^8..]) ^ K1),
        _ => WithSeed(s, K0, K1),
    };

    private static (ulong Low, ulong High) WithSeed(ReadOnlySpan<byte> s, ulong low, ulong high)
    {
        if (s.Length < 128)
        {
            return Murmur(s, low, high);
        }

        var (x, y, z) = (low, high, (ulong)s.Length * K1);
        var v1 = (Right(y ^ K1, 49) * K1) + U64(s);
        var v2 = (Right(v1, 42) * K1) + U64(s[8..]);
        var w1 = (Right(y + z, 35) * K1) + x;
        var w2 = Right(x + U64(s[88..]), 53) * K1;
        var rest = s;
        while (rest.Length >= 128)
        {
            for (var half = 0; half < 2; half++)
            {
                x = Right(x + y + v1 + U64(rest[16..]), 37) * K1;
                y = Right(y + v2 + U64(rest[48..]), 42) * K1;
                x ^= w2;
                y ^= v1;
                z = Right(z ^ w1, 33);
                (v1, v2) = Weak32(rest, v2 * K1, x + w1);
                (w1, w2) = Weak32(rest[32..], z + w2, y);
                (z, x) = (x, z);
                rest = rest[64..];
            }
        }

        y += (Right(w1, 37) * K0) + z;
        x += Right(v1 + z, 49) * K0;

        // What is left, in chunks of 32 from the end: the last of them reaches back into what has been hashed.
        for (var done = 32; done < rest.Length + 32; done += 32)
        {
            var chunk = s[^done..];
            y = (Right(y - x, 42) * K0) + v2;
            w1 += U64(chunk[16..]);
            x = (Right(x, 49) * K0) + w1;
            w1 += v1;
            (v1, v2) = Weak32(chunk, v1, v2);
        }

        x = Hash16(x, v1);
        y = Hash16(y, w1);
        return (Hash16(x + v2, w2) + y, Hash16(x + w2, y + v2));
    }

    private static (ulong Low, ulong High) Murmur(ReadOnlySpan<byte> s, ulong a, ulong b)
    {
        ulong c, d;
        if (s.Length <= 16)
        {
            a = Shift(a * K1) * K1;
            c = (b * K1) + Hash0To16(s);
            d = Shift(a + (s.Length >= 8 ? U64(s) : c));
        }
        else
        {
            c = Hash16(U64(s[^8..]) + K1, a);
            d = Hash16(b + (ulong)s.Length, c + U64(s[^16..]));
            a += d;
            var start = 0;
            for (var left = s.Length - 16; left > 0; left -= 16, start += 16)
            {
                a = (a ^ (Shift(U64(s[start..]) * K1) * K1)) * K1;
                b ^= a;
                c = (c ^ (Shift(U64(s[(start + 8)..]) * K1) * K1)) * K1;
                d ^= c;
            }
        }

        a = Hash16(a, c);
        b = Hash16(d, b);
        return (a ^ b, Hash16(b, a));
    }

    private static ulong Hash0To16(ReadOnlySpan<byte> s)
    {
        var length = (ulong)s.Length;
        switch (s.Length)
        {
            case > 8:
                var (a, b) = (U64(s), U64(s[^8..]));
                return Hash16(a, Right(b + length, s.Length)) ^ b;
            case >= 4:
                return Hash16(length + ((ulong)U32(s) << 3), U32(s[^4..]));
            case > 0:
                var y = (uint)s[0] + ((uint)s[s.Length >> 1] << 8);
                var z = (uint)s.Length + ((uint)s[^1] << 2);
                return Shift((y * K2) ^ (z * K3)) * K2;
            default:
                return K2;
        }
    }

    private static ulong Hash16(ulong u, ulong v)
    {
        var a = (u ^ v) * Mul;
        a ^= a >> 47;
        var b = (v ^ a) * Mul;
        return (b ^ (b >> 47)) * Mul;
    }

    private static (ulong, ulong) Weak32(ReadOnlySpan<byte> s, ulong a, ulong b)
    {
        var z = U64(s[24..]);
        a += U64(s);
        b = Right(b + a + z, 21);
        var c = a;
        a += U64(s[8..]) + U64(s[16..]);
        b += Right(a, 44);
        return (a + z, b + c);
    }

    private static ulong Right(ulong value, int bits) => BitOperations.RotateRight(value, bits);

    private static ulong Shift(ulong value) => value ^ (value >> 47);

    private static ulong U64(ReadOnlySpan<byte> s) => BinaryPrimitives.ReadUInt64LittleEndian(s);

    private static uint U32(ReadOnlySpan<byte> s) => BinaryPrimitives.ReadUInt32LittleEndian(s);
}
