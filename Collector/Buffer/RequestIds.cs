using System.Buffers.Binary;
using Analytics.Storage;
using StackExchange.Redis;

namespace Analytics.Collector.Buffer;

/// <summary>
/// Remembers which copy of a request counts. An id has one place, given by the id alone, so that one command decides between copies,
/// whoever asks and whenever. A place is a field of one of 256 hashes; the leader clears away what is older than the memory and, where
/// there are more ids than there is room for, the oldest.
/// </summary>
internal sealed partial class RequestIds(IDatabase database, TimeProvider time, BufferOptions options, ILogger logger)
{
    private const int Buckets = 256;
    private const int BucketsALook = 8;
    private const int MarkLength = 4 + 8;
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    // Ids are hashes: all buckets fill alike.
    private readonly int room = Math.Max(options.RequestIds / Buckets, 1);
    private readonly long[] lookedThrough = new long[Buckets];
    private int next;
    private long said;

    /// <summary>Parts (entry, position) whose request id belongs to a part that was claimed before.</summary>
    public async Task<HashSet<(string Entry, int Part)>> RepeatedAsync(List<EntryId> mine, Dictionary<string, byte[]> entries)
    {
        var claims = new List<(string Entry, int Part, Guid Id, byte[] Mark, Task<bool> First)>();
        foreach (var id in mine)
        {
            if (!entries.TryGetValue(id.Text, out var bytes) || !BufferEntry.TryRead(bytes, out var parts))
            {
                continue;
            }

            for (var i = 0; i < parts.Count; i++)
            {
                if (parts[i].RequestId is var request && request != Guid.Empty)
                {
                    var mark = Mark(id.Text, i);
                    claims.Add((id.Text, i, request, mark, database.HashSetAsync(BufferKeys.Requests(request), Field(request), mark, When.NotExists)));
                }
            }
        }

        await Reply(Task.WhenAll(claims.Select(claim => claim.First)));
        var repeated = new HashSet<(string, int)>();
        foreach (var (entry, part, request, mark, first) in claims)
        {
            if (!await first && !IsSame(await Reply(database.HashGetAsync(BufferKeys.Requests(request), Field(request))), mark))
            {
                repeated.Add((entry, part));
            }
        }

        return repeated;
    }

    /// <summary>Looks through a few buckets and clears what may be forgotten; all have had their turn after a minute of calls every two seconds.</summary>
    public async Task ForgetAsync()
    {
        for (var i = 0; i < BucketsALook; i++)
        {
            var bucket = next;
            next = (next + 1) % Buckets;
            var key = BufferKeys.Requests((byte)bucket);
            // Old ones are looked for once an hour: all of a bucket has to be read for it.
            if (await Reply(database.HashLengthAsync(key)) > room || lookedThrough[bucket] == 0
                || time.GetElapsedTime(lookedThrough[bucket]) > TimeSpan.FromHours(1))
            {
                await ForgetAsync(key);
                lookedThrough[bucket] = time.GetTimestamp();
            }
        }
    }

    private async Task ForgetAsync(RedisKey bucket)
    {
        var ids = await Reply(database.HashGetAllAsync(bucket));
        Array.Sort(ids, (a, b) => MinuteOf(a.Value).CompareTo(MinuteOf(b.Value)));
        // Some more than need be, or the next look would find it full again.
        var surplus = ids.Length > room ? ids.Length - (room * 7 / 8) : 0;
        var oldest = Minute(time.GetUtcNow().Subtract(options.RequestMemory));
        var forgotten = ids.Where((id, i) => i < surplus || MinuteOf(id.Value) < oldest).Select(id => id.Name).ToArray();
        foreach (var some in forgotten.Chunk(4_000))
        {
            await Reply(database.HashDeleteAsync(bucket, some));
        }

        if (surplus > 0 && MinuteOf(ids[surplus - 1].Value) is var minute && minute >= oldest
            && (said == 0 || time.GetElapsedTime(said) > TimeSpan.FromHours(1)))
        {
            said = time.GetTimestamp();
            Log.ForgottenEarly(logger, options.RequestIds, Math.Max(Minute(time.GetUtcNow()) - (long)minute, 0));
        }
    }

    /// <summary>When, in minutes since 1970, then which part of which entry. A hash of it is enough to tell two copies of one request apart.</summary>
    private byte[] Mark(string entry, int part)
    {
        var mark = new byte[MarkLength];
        BinaryPrimitives.WriteUInt32LittleEndian(mark, Minute(time.GetUtcNow()));
        BinaryPrimitives.WriteUInt64LittleEndian(mark.AsSpan(4), Identifier.Of($"{entry}#{part}"));
        return mark;
    }

    private static bool IsSame(byte[]? kept, byte[] mark) =>
        kept?.Length == MarkLength && kept.AsSpan(4).SequenceEqual(mark.AsSpan(4));

    private static uint Minute(DateTimeOffset at) => (uint)(at.ToUnixTimeSeconds() / 60);

    private static uint MinuteOf(byte[]? mark) => mark?.Length == MarkLength ? BinaryPrimitives.ReadUInt32LittleEndian(mark) : 0;

    private static RedisValue Field(Guid request) => request.ToByteArray();

    private Task<T> Reply<T>(Task<T> call) => call.WaitAsync(AttemptTimeout, time);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Request ids are remembered for {Minutes} minutes only: more than {Room} come in a day (Buffer:RequestIds)")]
        public static partial void ForgottenEarly(ILogger logger, int room, long minutes);
    }
}
