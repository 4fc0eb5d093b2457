using System.Collections.Concurrent;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Currencies;

/// <summary>
/// The sites' tables of rates, read again from the store when they are older than a second: a change made by any replica is seen within
/// that.
/// </summary>
internal sealed class CurrencyRegistry([FromKeyedServices(StatsGroup.Writable)] ClickHouse clickHouse, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    /// <summary>How long the currency of most sales is believed to be so.</summary>
    private static readonly TimeSpan MaxAgeOfGuess = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim reading = new(1);
    private readonly ConcurrentDictionary<uint, (string Currency, long At)> guesses = new();
    private volatile Snapshot? snapshot;
    private volatile int changes;

    public async ValueTask<RateTable> FindAsync(uint siteId, CancellationToken ct) =>
        (await CurrentAsync(ct)).BySite.GetValueOrDefault(siteId) ?? new RateTable(await GuessAsync(siteId, ct), [], IsSet: false);

    /// <summary>What amounts are worth in the site's base currency.</summary>
    public async ValueTask<Money> MoneyAsync(uint siteId, CancellationToken ct)
    {
        var table = await FindAsync(siteId, ct);
        return new Money(table, table.Base);
    }

    public async Task SaveAsync(uint siteId, string @base, IReadOnlyList<CurrencyRate> rates, bool deleted, CancellationToken ct)
    {
        await clickHouse.ExecuteAsync(SaveSql, new Dictionary<string, object?>
        {
            ["site"] = siteId,
            ["base"] = @base,
            ["currencies"] = rates.Select(rate => rate.Currency).ToArray(),
            ["days"] = rates.Select(rate => rate.From).ToArray(),
            ["rates"] = rates.Select(rate => rate.Rate).ToArray(),
            ["deleted"] = deleted,
            ["version"] = time.GetUtcNow().ToUnixTimeMilliseconds(),
        }, ct);
        Interlocked.Increment(ref changes);
    }

    // Two changes within a millisecond are as many versions: the later is the greater by one at least.
    private const string SaveSql = """
        INSERT INTO currencies
        SELECT
            {site:UInt32}, {base:String}, {currencies:Array(String)}, {days:Array(Date)}, {rates:Array(Decimal(38, 10))}, {deleted:UInt8},
            greatest({version:UInt64}, (SELECT max(version) + 1 FROM currencies WHERE site_id = {site:UInt32}))
        """;

    public void Dispose() => reading.Dispose();

    private async ValueTask<Snapshot> CurrentAsync(CancellationToken ct)
    {
        if (Fresh() is { } known)
        {
            return known;
        }

        await reading.WaitAsync(ct);
        try
        {
            if (Fresh() is { } read)
            {
                return read;
            }

            var (asked, before) = (time.GetTimestamp(), changes);
            var rows = await clickHouse.QueryAsync<Row>(ListSql, ct: ct);
            return snapshot = new Snapshot(rows.ToDictionary(row => row.SiteId, row => row.ToTable()), asked, before);
        }
        finally
        {
            reading.Release();
        }
    }

    private const string ListSql = "SELECT site_id, base, currencies, days, rates FROM currencies FINAL WHERE deleted = 0";

    private Snapshot? Fresh() => snapshot is { } current && current.Changes == changes && time.GetElapsedTime(current.Asked) < MaxAge
        ? current
        : null;

    // Most sites sell in one currency and never come here to say so.
    private async ValueTask<string> GuessAsync(uint siteId, CancellationToken ct)
    {
        if (guesses.TryGetValue(siteId, out var guess) && time.GetElapsedTime(guess.At) < (guess.Currency.Length > 0 ? MaxAgeOfGuess : MaxAge))
        {
            return guess.Currency;
        }

        var asked = time.GetTimestamp();
        var rows = await clickHouse.QueryAsync<Guess>(GuessSql, new Dictionary<string, object?> { ["site"] = siteId }, ct);
        var currency = rows.SingleOrDefault()?.Currency ?? "";
        guesses[siteId] = (currency, asked);
        return currency;
    }

    private const string GuessSql = """
        SELECT currency
        FROM sales
        WHERE site_id = {site:UInt32} AND currency != ''
        GROUP BY currency
        ORDER BY count() DESC, currency
        LIMIT 1
        """;

    private sealed record Snapshot(IReadOnlyDictionary<uint, RateTable> BySite, long Asked, int Changes);

    private sealed record Guess(string Currency);

    private sealed record Row(
        uint SiteId, string Base, IReadOnlyList<string> Currencies, IReadOnlyList<DateOnly> Days, IReadOnlyList<decimal> Rates)
    {
        public RateTable ToTable() =>
            new(Base, [.. Currencies.Select((currency, i) => new CurrencyRate(currency, Days[i], Rates[i]))], IsSet: true);
    }
}
