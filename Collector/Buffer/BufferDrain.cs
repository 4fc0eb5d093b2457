using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;

namespace Analytics.Collector.Buffer;

/// <summary>
/// The way out of the buffer, in steps that any collector may repeat or finish for another:
/// (1) plan: take the oldest entries whose bytes are there, (2) register them as a new batch's candidates, (3) claim each for the
/// batch; the first claim of an entry counts for ever, (4) leave out requests whose id was taken before, (5) seal: write the content
/// down once, (6) the caller inserts under the batch's id, (7) release: delete the entries, then the batch.
/// </summary>
internal sealed partial class BufferDrain(RedisConnection redis, TimeProvider time, BufferOptions options, ILogger logger)
{
    private const int LongestPlan = 2_000;
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaseLength = TimeSpan.FromSeconds(3);

    // An id without bytes is what a release that was cut short leaves behind. Deleted only after this long, seen by this process: no
    // push is repeated for so long, whatever the clocks say.
    private static readonly TimeSpan AbsenceForgotten = TimeSpan.FromMinutes(10);

    private readonly string owner = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, long> absentSince = [];

    // Entries of batches that this collector has begun and not released: still in the index, and not to be planned again.
    private readonly ConcurrentDictionary<string, byte> held = [];

    // Connects when it is first used.
    private readonly Lazy<RequestIds> requests = new(() => new(redis.WriterDatabase, time, options, logger));

    private IDatabase Database => redis.WriterDatabase;

    /// <summary>Whether this collector forms the batches now. Asked every second or so; the lease ends by itself.</summary>
    public async Task<bool> TryLeadAsync()
    {
        if (await Reply(Database.StringSetAsync(BufferKeys.Lease, owner, LeaseLength, When.NotExists)))
        {
            return true;
        }

        return await Reply(Database.StringGetAsync(BufferKeys.Lease)) == owner
            && await Reply(Database.KeyExpireAsync(BufferKeys.Lease, LeaseLength));
    }

    public async Task StopLeadingAsync()
    {
        if (await Reply(Database.StringGetAsync(BufferKeys.Lease)) == owner)
        {
            await Reply(Database.KeyDeleteAsync(BufferKeys.Lease));
        }
    }

    /// <summary>Ids of batches that were begun and not released: this collector's after a fault, or those of one that died.</summary>
    public async Task<IReadOnlyList<string>> UnfinishedAsync() =>
        [.. (await Reply(Database.HashKeysAsync(BufferKeys.Batches))).Select(id => (string)id!)];

    /// <summary>The oldest entries, as many as one batch may hold, and whether more are waiting.</summary>
    public async Task<(IReadOnlyList<EntryId> Entries, bool IsFull)> PlanAsync(int maxRows, long maxBytes)
    {
        var index = await Reply(Database.SortedSetRangeByRankAsync(BufferKeys.Index, 0, LongestPlan - 1));
        var plan = new List<EntryId>();
        var (rows, bytes) = (0, 0L);
        foreach (var value in index)
        {
            if (!EntryId.TryParse(value, out var id))
            {
                Log.StrangeId(logger, value);
                continue;
            }

            if (held.ContainsKey(id.Text) || absentSince.ContainsKey(id.Text))
            {
                continue;
            }

            if (plan.Count > 0 && (rows + id.Rows > maxRows || bytes + id.Bytes > maxBytes))
            {
                return (plan, true);
            }

            plan.Add(id);
            rows += id.Rows;
            bytes += id.Bytes;
        }

        await ForgetAbsentAsync();
        return (plan, plan.Count > 0 && index.Length == LongestPlan);
    }

    /// <summary>Makes a batch of the planned entries; null when another collector was first with all of them.</summary>
    public async Task<Batch?> ClaimAsync(IReadOnlyList<EntryId> plan)
    {
        var found = await Reply(Database.HashGetAsync(BufferKeys.Entries, [.. plan.Select(id => (RedisValue)id.Text)]));
        var entries = new Dictionary<string, byte[]>(plan.Count);
        var candidates = new List<EntryId>(plan.Count);
        for (var i = 0; i < plan.Count; i++)
        {
            if (found[i].IsNull || !CanRead(plan[i], found[i]!))
            {
                absentSince.TryAdd(plan[i].Text, time.GetTimestamp());
            }
            else
            {
                entries.Add(plan[i].Text, found[i]!);
                candidates.Add(plan[i]);
                held.TryAdd(plan[i].Text, 0);
            }
        }

        if (candidates.Count == 0)
        {
            return null;
        }

        var batchId = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        await Reply(Database.HashSetAsync(BufferKeys.Batches, batchId, string.Join('\n', candidates.Select(id => id.Text)), When.NotExists));
        return await FormAsync(batchId, candidates, entries);
    }

    /// <summary>Takes up a batch that was begun before; null when it is finished after all.</summary>
    public async Task<Batch?> ResumeAsync(string batchId)
    {
        var registered = await Reply(Database.HashGetAsync(BufferKeys.Batches, batchId));
        if (registered.IsNull)
        {
            return null;
        }

        var candidates = new List<EntryId>();
        foreach (var text in ((string)registered!).Split('\n'))
        {
            if (EntryId.TryParse(text, out var id))
            {
                candidates.Add(id);
            }
        }

        var found = await Reply(Database.HashGetAsync(BufferKeys.Entries, [.. candidates.Select(id => (RedisValue)id.Text)]));
        var entries = new Dictionary<string, byte[]>(candidates.Count);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!found[i].IsNull)
            {
                entries.Add(candidates[i].Text, found[i]!);
            }
        }

        return await FormAsync(batchId, candidates, entries);
    }

    /// <summary>
    /// Deletes bytes whose id never came into the index: their push was cut in two and not acknowledged. Looked for only by a new
    /// leader, and only among entries so old that nobody is still sending them.
    /// </summary>
    public async Task SweepAsync()
    {
        if (await Reply(Database.HashLengthAsync(BufferKeys.Entries)) <= await Reply(Database.SortedSetLengthAsync(BufferKeys.Index)))
        {
            return;
        }

        var old = time.GetUtcNow().Subtract(BufferKeys.ClaimMemory).ToUnixTimeMilliseconds();
        foreach (var text in await Reply(Database.HashKeysAsync(BufferKeys.Entries)))
        {
            if (EntryId.TryParse(text, out var id) && id.UnixMs < old
                && await Reply(Database.SortedSetScoreAsync(BufferKeys.Index, text)) is null)
            {
                await Reply(Database.HashDeleteAsync(BufferKeys.Entries, text));
                Log.Unfinished(logger, id.Text);
            }
        }
    }

    /// <summary>Forgets a batch that ClickHouse has. Entries first: while the batch is registered, whoever finds it may finish this.</summary>
    public async Task ReleaseAsync(Batch batch)
    {
        if (batch.Entries.Count > 0)
        {
            RedisValue[] ids = [.. batch.Entries.Select(id => (RedisValue)id)];
            await Reply(Database.HashDeleteAsync(BufferKeys.Entries, ids));
            await Reply(Database.SortedSetRemoveAsync(BufferKeys.Index, ids));
        }

        await Reply(Database.HashDeleteAsync(BufferKeys.Batches, batch.Id));
        await Reply(Database.HashDeleteAsync(BufferKeys.Sealed, batch.Id));
        foreach (var id in batch.Entries)
        {
            held.TryRemove(id, out _);
        }
    }

    /// <summary>
    /// Says which entries are under way here. Others may be planned again: those that another collector had claimed first and then
    /// left, and all after a fault.
    /// </summary>
    public void HoldOnly(IEnumerable<string> entries)
    {
        held.Clear();
        foreach (var id in entries)
        {
            held.TryAdd(id, 0);
        }
    }

    /// <summary>Puts rows aside that ClickHouse will never take, so that they do not stop those behind them.</summary>
    public async Task SetAsideAsync(Batch batch, BatchInsert insert)
    {
        var rows = new byte[insert.Bytes];
        var at = 0;
        foreach (var piece in insert.Pieces)
        {
            piece.CopyTo(rows.AsMemory(at));
            at += piece.Length;
        }

        await Reply(Database.HashSetAsync(BufferKeys.Poison, $"{batch.Token(insert)}-{insert.Rows}", rows, When.NotExists));
    }

    /// <summary>Clears away request ids that need not be remembered. The leader's work, every few seconds.</summary>
    public Task ForgetRequestsAsync() => requests.Value.ForgetAsync();

    /// <summary>How many inserts were put aside and wait for the operator.</summary>
    public Task<long> SetAsideCountAsync() => Reply(Database.HashLengthAsync(BufferKeys.Poison));

    /// <summary>Steps 3 to 5, which come to the same content whoever takes them and however often.</summary>
    private async Task<Batch> FormAsync(string batchId, List<EntryId> candidates, Dictionary<string, byte[]> entries)
    {
        var content = await Reply(Database.HashGetAsync(BufferKeys.Sealed, batchId));
        if (content.IsNull)
        {
            var mine = await ClaimEachAsync(batchId, candidates);
            var repeated = await requests.Value.RepeatedAsync(mine, entries);
            await Reply(Database.HashSetAsync(BufferKeys.Sealed, batchId, Describe(mine, repeated), When.NotExists));
            // Another may have been first; what is written down counts.
            content = await Reply(Database.HashGetAsync(BufferKeys.Sealed, batchId));
        }

        return Open(batchId, content!, entries);
    }

    private async Task<List<EntryId>> ClaimEachAsync(string batchId, List<EntryId> candidates)
    {
        var claims = new Task<bool>[candidates.Count];
        var buckets = new HashSet<RedisKey>();
        for (var i = 0; i < candidates.Count; i++)
        {
            var bucket = BufferKeys.Claims(candidates[i]);
            buckets.Add(bucket);
            claims[i] = Database.HashSetAsync(bucket, candidates[i].Text, batchId, When.NotExists);
        }

        var kept = buckets.Select(bucket => Database.KeyExpireAsync(bucket, BufferKeys.ClaimMemory)).ToArray();
        await Reply(Task.WhenAll(claims));
        await Reply(Task.WhenAll(kept));

        var mine = new List<EntryId>(candidates.Count);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (await claims[i])
            {
                mine.Add(candidates[i]);
                continue;
            }

            var claimant = (string?)await Reply(Database.HashGetAsync(BufferKeys.Claims(candidates[i]), candidates[i].Text));
            if (claimant == batchId)
            {
                mine.Add(candidates[i]);
            }
            else if (claimant is not null && !await Reply(Database.HashExistsAsync(BufferKeys.Batches, claimant)))
            {
                // Its batch is finished: this is a push that arrived once more, after the entry had been stored and deleted.
                Log.LateRepeat(logger, candidates[i].Text);
                await Reply(Database.HashDeleteAsync(BufferKeys.Entries, candidates[i].Text));
                await Reply(Database.SortedSetRemoveAsync(BufferKeys.Index, candidates[i].Text));
            }
        }

        return mine;
    }

    // One entry a line; after a space, the parts that are left out.
    private static string Describe(List<EntryId> mine, HashSet<(string Entry, int Part)> repeated) => string.Join('\n', mine.Select(
        id => repeated.Where(r => r.Entry == id.Text).Select(r => r.Part).Order().ToList() is { Count: > 0 } parts
            ? $"{id.Text} {string.Join(',', parts)}"
            : id.Text));

    private Batch Open(string batchId, string content, Dictionary<string, byte[]> entries)
    {
        var ids = new List<string>();
        var inserts = new Dictionary<(BufferTable, byte), BatchInsert>();
        var left = 0;
        foreach (var line in content.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var id = space < 0 ? line : line[..space];
            var leftOut = space < 0 ? [] : line[(space + 1)..].Split(',');
            ids.Add(id);
            if (!entries.TryGetValue(id, out var bytes) || !BufferEntry.TryRead(bytes, out var parts))
            {
                // Deleted already: then the batch was inserted, and what is inserted again under its id does not count.
                Log.EntryGone(logger, id, batchId);
                continue;
            }

            left += leftOut.Length;
            for (var i = 0; i < parts.Count; i++)
            {
                if (leftOut.Length > 0 && leftOut.Contains(i.ToString(CultureInfo.InvariantCulture)))
                {
                    continue;
                }

                foreach (var section in parts[i].Sections)
                {
                    if (!inserts.TryGetValue((section.Table, section.Schema), out var insert))
                    {
                        inserts.Add((section.Table, section.Schema), insert = new(section.Table, section.Schema));
                    }

                    insert.Add(section);
                }
            }
        }

        return new Batch(batchId, ids, [.. inserts.Values], left);
    }

    private bool CanRead(EntryId id, byte[] entry)
    {
        try
        {
            if (BufferEntry.TryRead(entry, out _))
            {
                return true;
            }

            Log.NewerFormat(logger, id.Text);
        }
        catch (InvalidDataException e)
        {
            Log.DamagedEntry(logger, id.Text, e.Message);
        }

        return false;
    }

    private async Task ForgetAbsentAsync()
    {
        foreach (var (id, since) in absentSince)
        {
            if (time.GetElapsedTime(since) < AbsenceForgotten)
            {
                continue;
            }

            if (!await Reply(Database.HashExistsAsync(BufferKeys.Entries, id)))
            {
                await Reply(Database.SortedSetRemoveAsync(BufferKeys.Index, id));
            }

            absentSince.Remove(id);
        }
    }

    /// <summary>An answer of Redis, or a fault: the client's own asynchronous calls wait without end while a server is paused.</summary>
    private Task<T> Reply<T>(Task<T> call) => call.WaitAsync(AttemptTimeout, time);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Entry {Id} arrived once more after it was stored; left out")]
        public static partial void LateRepeat(ILogger logger, string id);

        [LoggerMessage(LogLevel.Information, "Entry {Id} of batch {Batch} is gone: the batch was stored before")]
        public static partial void EntryGone(ILogger logger, string id, string batch);

        [LoggerMessage(LogLevel.Information, "Entry {Id} was never acknowledged; deleted")]
        public static partial void Unfinished(ILogger logger, string id);

        [LoggerMessage(LogLevel.Warning, "Entry {Id} was written by a newer version and waits for it")]
        public static partial void NewerFormat(ILogger logger, string id);

        [LoggerMessage(LogLevel.Error, "Entry {Id} is damaged and stays in the buffer: {Reason}")]
        public static partial void DamagedEntry(ILogger logger, string id, string reason);

        [LoggerMessage(LogLevel.Error, "The buffer's index holds '{Id}', which is no entry id")]
        public static partial void StrangeId(ILogger logger, string? id);
    }
}
