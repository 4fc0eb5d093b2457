using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Analytics.Collector.Buffer;
using Analytics.Collector.Enrichment;
using Analytics.Storage;
using StackExchange.Redis;

namespace Analytics.Collector.Collect;

/// <summary>
/// Which site an event belongs to: an id the tracker gives, else the host of the page or the Origin. Reads the table of sites every few
/// seconds and when another service says that it changed; a copy in Redis serves a collector that starts while ClickHouse is away.
/// In Development a site is made on first sight.
/// </summary>
internal sealed partial class SiteDirectory(
    ClickHouse clickHouse, RedisConnection redis, IHostEnvironment environment, TimeProvider time, ILogger<SiteDirectory> logger)
    : BackgroundService
{
    public const string ChangedChannel = "sites-changed";

    private static readonly RedisChannel Changed = new(ChangedChannel, RedisChannel.PatternMode.Literal);

    /// <summary>A page opened from disk has no host; in Development its events go to this site.</summary>
    public const string LocalFiles = "local-files";

    private const int MostMade = 1_000;
    private static readonly RedisKey Copy = "sites:copy";
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(5);

    private readonly Sites sites = new(clickHouse);
    private readonly SemaphoreSlim changed = new(0, 1);
    private readonly Dictionary<uint, Site> made = [];
    private readonly ConcurrentQueue<Site> unsaved = [];
    private readonly Lock gate = new();
    private volatile Known? known;

    private sealed record Known(
        IReadOnlyList<Site> Saved, FrozenDictionary<string, Site> ByKey, FrozenDictionary<string, Site> ByDomain,
        FrozenDictionary<uint, SiteRules> Rules, string Text);

    /// <summary>Whether an unknown site can be told from one that was not read yet.</summary>
    public bool IsReady => known is not null || environment.IsDevelopment();

    /// <summary>The site's number, or null where there is none.</summary>
    /// <param name="key">As the tracker names it.</param>
    /// <param name="domain">Belongs to the site, by the tracker's word.</param>
    /// <param name="pageHost">Of the page's address.</param>
    /// <param name="asked">The host that was asked, the last resort: a site may have the collector behind its own domain.</param>
    /// <param name="canMake">False for one who would have to be turned away all the same.</param>
    public uint? Resolve(string? key, string? domain, string pageHost, string? origin, string? asked, bool canMake)
    {
        var now = known;
        if (!string.IsNullOrWhiteSpace(key))
        {
            var name = key.Trim().ToLowerInvariant();
            if (now is not null && (now.ByKey.TryGetValue(name, out var site) || now.ByDomain.TryGetValue(name, out site)))
            {
                return site.SiteId;
            }

            return canMake ? Make(name, domain, pageHost) : null;
        }

        var host = pageHost.Length > 0 ? pageHost : HostOfOrigin(origin);
        if (host.Length == 0 && !string.IsNullOrWhiteSpace(domain))
        {
            host = PageAddress.HostOf(domain);
        }

        return Find(now, host) is { } found ? found
            : host.Length == 0 && asked is not null && Find(now, PageAddress.HostOf(asked)) is { } own ? own
            : canMake ? Make(host.Length > 0 ? host : LocalFiles, domain, host)
            : null;
    }

    /// <summary>What the owner wants for the site's visitors.</summary>
    public SiteRules RulesOf(uint site) => known is { } now && now.Rules.TryGetValue(site, out var rules) ? rules : SiteRules.Default;

    /// <summary>The key of a site that is known.</summary>
    public string? KeyOf(uint site) => known is { } now && now.Rules.TryGetValue(site, out var rules) ? rules.Key : null;

    // shop.example belongs to example's site, unless it has one of its own.
    private static uint? Find(Known? now, string host)
    {
        while (now is not null && host.Length > 0)
        {
            if (now.ByKey.TryGetValue(host, out var site) || now.ByDomain.TryGetValue(host, out site))
            {
                return site.SiteId;
            }

            var dot = host.IndexOf('.', StringComparison.Ordinal);
            host = dot < 0 ? "" : host[(dot + 1)..];
        }

        return null;
    }

    private uint? Make(string key, string? domain, string pageHost)
    {
        if (!environment.IsDevelopment() || key.Length > 253)
        {
            return null;
        }

        // The number follows from the key, so that collectors that make the same site at the same moment make one.
        var id = Identifier.OfSite(key);
        lock (gate)
        {
            if (made.ContainsKey(id))
            {
                return id;
            }

            if (made.Count >= MostMade)
            {
                return null;
            }

            var domains = new List<string>(2);
            foreach (var host in (string[])[PageAddress.HostOf(domain ?? ""), pageHost])
            {
                if (host.Length > 0 && !domains.Contains(host))
                {
                    domains.Add(host);
                }
            }

            var site = new Site(id, key, key, domains, "UTC", time.GetUtcNow());
            made.Add(id, site);
            unsaved.Enqueue(site);
            // Known at once: the next request may name the site by its host only.
            Use(known?.Saved ?? [], known?.Text ?? "");
        }

        Wake();
        return id;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ListenAsync();
            while (true)
            {
                await RefreshAsync(stoppingToken);
                await changed.WaitAsync(RefreshInterval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            // Subscriptions come back by themselves when the connection does.
            await redis.Subscriber.SubscribeAsync(Changed, (_, _) => Wake());
        }
        catch (Exception e) when (RedisConnection.IsTransient(e))
        {
            Log.NoNotice(logger, e.Message);
        }
    }

    private async Task RefreshAsync(CancellationToken ct)
    {
        try
        {
            var saved = false;
            while (unsaved.TryPeek(out var site))
            {
                // One made while the table could not be read may be there already, with its owner's name and time zone.
                if ((await sites.ListAsync(ct)).All(other => other.SiteId != site.SiteId))
                {
                    await sites.SaveAsync(site, time.GetUtcNow(), ct);
                    Log.Made(logger, site.Key);
                }

                unsaved.TryDequeue(out _);
                saved = true;
            }

            Take(await sites.ListAsync(ct));
            if (saved)
            {
                await redis.Subscriber.PublishAsync(Changed, "").WaitAsync(RefreshInterval, time, ct);
            }
        }
        catch (Exception e) when (e is ClickHouseException or HttpRequestException || RedisConnection.IsTransient(e))
        {
            if (known is null)
            {
                Log.NotRead(logger, e.Message);
                await TakeCopyAsync(ct);
            }
        }
    }

    private void Take(List<Site> list)
    {
        var text = JsonSerializer.Serialize(list);
        if (text == known?.Text)
        {
            return;
        }

        Use(list, text);
        redis.Database.StringSetAsync(Copy, text, flags: CommandFlags.FireAndForget);
    }

    private async Task TakeCopyAsync(CancellationToken ct)
    {
        try
        {
            var text = (string?)await redis.Database.StringGetAsync(Copy).WaitAsync(RefreshInterval, time, ct);
            if (text is not null)
            {
                Use(JsonSerializer.Deserialize<List<Site>>(text)!, text);
            }
        }
        catch (Exception e) when (RedisConnection.IsTransient(e) || e is JsonException)
        {
            Log.NotRead(logger, e.Message);
        }
    }

    private void Use(IReadOnlyList<Site> list, string text)
    {
        lock (gate)
        {
            var byKey = new Dictionary<string, Site>(StringComparer.Ordinal);
            var byDomain = new Dictionary<string, Site>(StringComparer.Ordinal);
            foreach (var site in list.Concat(made.Values))
            {
                byKey.TryAdd(site.Key.ToLowerInvariant(), site);
                foreach (var domain in site.Domains)
                {
                    byDomain.TryAdd(domain.ToLowerInvariant(), site);
                }
            }

            var rules = new Dictionary<uint, SiteRules>();
            foreach (var site in list.Concat(made.Values))
            {
                rules.TryAdd(site.SiteId, new(site));
            }

            known = new(list, byKey.ToFrozenDictionary(), byDomain.ToFrozenDictionary(), rules.ToFrozenDictionary(), text);
        }
    }

    private void Wake()
    {
        try
        {
            changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Awake already.
        }
    }

    private static string HostOfOrigin(string? origin)
    {
        var scheme = origin?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        return scheme < 0 ? "" : PageAddress.HostOf(origin.AsSpan(scheme + 3));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Made site {Key} on first sight")]
        public static partial void Made(ILogger logger, string key);

        [LoggerMessage(LogLevel.Warning, "The sites could not be read yet: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "Changes of sites are noticed only by asking every few seconds: {Reason}")]
        public static partial void NoNotice(ILogger logger, string reason);
    }
}
