using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Analytics.Storage;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Stats;

/// <summary>How long and how much the query API remembers of what the store answered.</summary>
internal sealed class AnswerOptions
{
    /// <summary>Bytes of answers that are kept; 0 keeps none.</summary>
    [Range(0, 1L << 40)]
    public long MaxBytes { get; set; } = 64 << 20;

    /// <summary>How long the version of the data is believed before it is asked again: no answer is older than that.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:02")]
    public TimeSpan VersionAge { get; set; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>
/// Answers a report's question from memory while the data have not changed since it was answered. The key is the whole question, SQL and
/// values, of which the time is one; the version is that of all tables but those that asking itself writes to, read before the question was
/// sent. So an answer may be of newer data than its version says, and never of older.
/// </summary>
internal sealed class AnswerCache(ClickHouse store, IOptions<AnswerOptions> options, TimeProvider time) : DelegatingHandler
{
    /// <summary>A longer one is not worth the room of many.</summary>
    private const int LongestAnswer = 1 << 20;

    private const int Overhead = 200;

    // Each reading of personal data adds a row to the one, and a key's use to the other: they would make all other answers old.
    private static readonly string[] WrittenByAsking = [AuditRow.Table, "api_key_uses"];

    // Inserts make block numbers grow, mutations data versions; what drops partitions changes their number. Merges change nothing.
    private static readonly string VersionSql = $"""
        SELECT toString(cityHash64(groupArray(state)))
        FROM
        (
            SELECT (table, uniqExact(partition_id), max(max_block_number), max(data_version)) AS state
            FROM system.parts
            WHERE database = currentDatabase() AND active AND table NOT IN ('{string.Join("', '", WrittenByAsking)}')
            GROUP BY table
            ORDER BY table
        )
        """;

    private static readonly byte[][] Mentions = [.. WrittenByAsking.Select(table => System.Text.Encoding.UTF8.GetBytes($"FROM {table}"))];

    private readonly AnswerOptions options = options.Value;
    private ConcurrentDictionary<UInt128, Answer> answers = new();
    private long bytes;
    private Asked? latest;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (options.MaxBytes == 0 || !request.Options.TryGetValue(ClickHouse.Question, out _))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var question = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        if (IsOfAsking(question) || await VersionAsync(cancellationToken) is not { } version)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var key = Key(request.RequestUri!, question);
        if (answers.TryGetValue(key, out var known) && known.Version == version)
        {
            return Response(known.Body, known.Type);
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var answer = new Answer(version, await response.Content.ReadAsByteArrayAsync(cancellationToken), response.Content.Headers.ContentType);
            Keep(key, answer);
            return Response(answer.Body, answer.Type);
        }
    }

    private void Keep(UInt128 key, Answer answer)
    {
        if (answer.Body.Length > LongestAnswer)
        {
            return;
        }

        var size = Overhead + answer.Body.Length;
        if (Interlocked.Add(ref bytes, size) > options.MaxBytes)
        {
            // Most of it is of versions that have passed; what is still asked comes back.
            answers = new();
            Interlocked.Exchange(ref bytes, size);
        }

        answers[key] = answer;
    }

    /// <summary>Of several that ask at once one reads, and none of them ends the reading by leaving. Null: the store does not say.</summary>
    private async ValueTask<string?> VersionAsync(CancellationToken ct)
    {
        var asked = Volatile.Read(ref latest);
        if (asked is null || time.GetElapsedTime(asked.At) >= options.VersionAge)
        {
            var mine = new Asked(time.GetTimestamp(), new(() => store.ScalarAsync<string>(VersionSql, ct: CancellationToken.None)));
            var other = Interlocked.CompareExchange(ref latest, mine, asked);
            // Whoever was first just now has asked after this question came.
            asked = other == asked ? mine : other!;
        }

        try
        {
            return await asked.Version.Value.WaitAsync(ct);
        }
        catch (Exception e) when (e is ClickHouseException or HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Whether it reads what the version leaves out.</summary>
    private static bool IsOfAsking(byte[] question) => Mentions.Any(mention => question.AsSpan().IndexOf(mention) >= 0);

    private static UInt128 Key(Uri address, byte[] question)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(address.PathAndQuery + "\n"));
        hash.AppendData(question);
        return BitConverter.ToUInt128(hash.GetHashAndReset());
    }

    private static HttpResponseMessage Response(byte[] body, MediaTypeHeaderValue? type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = type;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    private sealed record Answer(string Version, byte[] Body, MediaTypeHeaderValue? Type);

    private sealed record Asked(long At, Lazy<Task<string>> Version);
}
