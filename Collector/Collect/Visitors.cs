using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Analytics.Collector.Buffer;
using Analytics.Storage;
using StackExchange.Redis;

namespace Analytics.Collector.Collect;

/// <summary>
/// Who is here, for contracts that do not say. A visitor without an id is a keyed hash of site, network and user agent under a secret
/// salt of the day; a session without an id lasts until 30 minutes pass without activity. Salts and sessions live in Redis, so that all
/// collectors answer alike.
/// </summary>
internal sealed class Visitors(RedisConnection redis, TimeProvider time)
{
    private static readonly TimeSpan SessionLength = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan SaltLife = TimeSpan.FromHours(48);
    private static readonly TimeSpan VisitorMemory = TimeSpan.FromHours(24);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(50);
    private const int MaxKept = 100_000;

    private readonly ConcurrentDictionary<DateOnly, byte[]> salts = [];
    private readonly ConcurrentQueue<(uint Site, ulong Session, ulong Visitor)> untold = [];
    private ConcurrentDictionary<(uint Site, ulong Session), ulong> visitorOf = [];
    private int kept; // The dictionary's own Count takes all of its locks.
    private int telling;

    /// <summary>The visitor that a keyed hash stands for. Just after midnight the previous salt holds while its session goes on.</summary>
    public async ValueTask<ulong> CookielessAsync(uint site, string network, string userAgent)
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var visitor = Hash(await SaltAsync(today), site, network, userAgent);
        if (now.TimeOfDay < SessionLength)
        {
            var before = Hash(await SaltAsync(today.AddDays(-1)), site, network, userAgent);
            if (await Reply(redis.Database.KeyExistsAsync(SessionKey(site, before))))
            {
                return before;
            }
        }

        return visitor;
    }

    /// <summary>The running session of a visitor, or a new one.</summary>
    public async ValueTask<string> SessionAsync(uint site, ulong visitor)
    {
        var key = SessionKey(site, visitor);
        var running = await Reply(redis.Database.StringGetAsync(key));
        if (running.IsNull)
        {
            var begun = Guid.CreateVersion7(time.GetUtcNow()).ToString();
            if (await Reply(redis.Database.StringSetAsync(key, begun, SessionLength, When.NotExists)))
            {
                return begun;
            }

            // Another collector was first by a moment.
            running = await Reply(redis.Database.StringGetAsync(key));
            if (running.IsNull)
            {
                return begun;
            }
        }

        await Reply(redis.Database.KeyExpireAsync(key, SessionLength));
        return running!;
    }

    /// <summary>Begins a session at the visitor's word; what follows without a session of its own belongs to it.</summary>
    public async ValueTask<string> BeginAsync(uint site, ulong visitor, string user)
    {
        var begun = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var owner = string.Create(CultureInfo.InvariantCulture, $"{site} {visitor} {user}");
        await Reply(redis.Database.StringSetAsync(BegunKey(begun), owner, VisitorMemory));
        await Reply(redis.Database.StringSetAsync(SessionKey(site, visitor), begun, SessionLength));
        Remember(site, Identifier.Of(begun), visitor);
        return begun;
    }

    /// <summary>Whose session this is, by its id alone; null where none of that id was begun within a day.</summary>
    public async ValueTask<(uint Site, ulong Visitor, string User)?> OwnerAsync(string session)
    {
        var owner = (string?)await Reply(redis.Database.StringGetAsync(BegunKey(session)));
        return owner?.Split(' ', 3) is [var site, var visitor, var user]
            ? (uint.Parse(site, CultureInfo.InvariantCulture), ulong.Parse(visitor, CultureInfo.InvariantCulture), user)
            : null;
    }

    /// <summary>Ends a session that was begun; an end that is sent again finds the same owner. What the visitor does next begins a new one.</summary>
    public async ValueTask EndAsync(uint site, ulong visitor, string session)
    {
        var key = SessionKey(site, visitor);
        if (await Reply(redis.Database.StringGetAsync(key)) == session)
        {
            await Reply(redis.Database.KeyDeleteAsync(key));
        }
    }

    /// <summary>
    /// Whether this is the first request of a page that was opened in this session at that time. It stays the first when it is sent again,
    /// having been turned away.
    /// </summary>
    /// <param name="request">Tells the page's requests apart.</param>
    public async ValueTask<bool> IsFirstAsync(uint site, ulong session, DateTimeOffset opened, string request)
    {
        RedisKey key = string.Create(CultureInfo.InvariantCulture, $"opened:{site}:{session:x}:{opened.ToUnixTimeMilliseconds()}");
        var mark = Identifier.Of(request).ToString("x", CultureInfo.InvariantCulture);
        return await Reply(redis.Database.StringSetAsync(key, mark, VisitorMemory, When.NotExists))
            || await Reply(redis.Database.StringGetAsync(key)) == mark;
    }

    /// <summary>Remembers whose a session is, for a contract that names the visitor in some requests and only the session in others.</summary>
    public void Remember(uint site, ulong session, ulong visitor)
    {
        if (visitorOf.TryGetValue((site, session), out var known) && known == visitor)
        {
            return;
        }

        Keep(site, session, visitor);
        untold.Enqueue((site, session, visitor));
        if (Interlocked.Exchange(ref telling, 1) == 0)
        {
            _ = TellAsync();
        }
    }

    /// <summary>
    /// Writes what is remembered into Redis, many at once. Nobody waits for it: until it is there, or without it, the visitor is only counted
    /// once more.
    /// </summary>
    private async Task TellAsync()
    {
        await Task.Delay(TellInterval, time);
        Interlocked.Exchange(ref telling, 0);
        while (untold.TryDequeue(out var session))
        {
            _ = redis.Database.StringSetAsync(
                VisitorKey(session.Site, session.Session), session.Visitor.ToString(CultureInfo.InvariantCulture), VisitorMemory,
                flags: CommandFlags.FireAndForget);
        }
    }

    public async ValueTask<ulong?> RecallAsync(uint site, ulong session)
    {
        if (visitorOf.TryGetValue((site, session), out var known))
        {
            return known;
        }

        var stored = await Reply(redis.Database.StringGetAsync(VisitorKey(site, session)));
        if (!ulong.TryParse((string?)stored, CultureInfo.InvariantCulture, out var visitor))
        {
            return null;
        }

        Keep(site, session, visitor);
        return visitor;
    }

    private void Keep(uint site, ulong session, ulong visitor)
    {
        if (!visitorOf.TryAdd((site, session), visitor))
        {
            visitorOf[(site, session)] = visitor;
        }
        else if (Interlocked.Increment(ref kept) >= MaxKept)
        {
            visitorOf = [];
            Interlocked.Exchange(ref kept, 0);
        }
    }

    private async ValueTask<byte[]> SaltAsync(DateOnly day)
    {
        if (salts.TryGetValue(day, out var salt))
        {
            return salt;
        }

        RedisKey key = "salt:" + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        // Whichever collector is first makes it, all read what is there.
        await Reply(redis.Database.StringSetAsync(key, RandomNumberGenerator.GetBytes(32), SaltLife, When.NotExists));
        salt = (byte[]?)await Reply(redis.Database.StringGetAsync(key)) ?? throw new TimeoutException("The day's salt is gone again.");
        foreach (var old in salts.Keys)
        {
            if (old < day.AddDays(-1))
            {
                salts.TryRemove(old, out _);
            }
        }

        salts[day] = salt;
        return salt;
    }

    private static ulong Hash(byte[] salt, uint site, string network, string userAgent)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{site}\n{network}\n{userAgent}");
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    private static RedisKey SessionKey(uint site, ulong visitor) => string.Create(CultureInfo.InvariantCulture, $"session:{site}:{visitor:x}");

    // By its hash, like every other id: a text of any length from outside is no part of a key.
    private static RedisKey BegunKey(string session) => string.Create(CultureInfo.InvariantCulture, $"begun:{Identifier.Of(session):x}");

    private static RedisKey VisitorKey(uint site, ulong session) => string.Create(CultureInfo.InvariantCulture, $"visitor-of:{site}:{session:x}");

    private Task<T> Reply<T>(Task<T> call) => call.WaitAsync(Patience, time);
}
