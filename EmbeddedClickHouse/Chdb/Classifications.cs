using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// What the engine's parser has said of single statements. Those of a program are the same texts again and again, with other parameters, and
/// to parse one takes one to two milliseconds.
/// </summary>
internal static class Classifications
{
    private const int MostTexts = 4096;
    private const int LongestText = 1 << 16;

    private static readonly ConcurrentDictionary<UInt128, QueryClass> Known = new();

    public static QueryClass? Find(ReadOnlySpan<byte> sql) =>
        sql.Length <= LongestText && Known.TryGetValue(Key(sql), out var found) ? found : null;

    public static void Add(ReadOnlySpan<byte> sql, QueryClass @class)
    {
        if (sql.Length > LongestText)
        {
            return;
        }

        // Texts with values in them never come again; they do not fill the memory either.
        if (Known.Count >= MostTexts)
        {
            Known.Clear();
        }

        Known[Key(sql)] = @class;
    }

    // A hash that nobody finds a second text for: the class decides what a GET may do.
    private static UInt128 Key(ReadOnlySpan<byte> sql)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(sql, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
