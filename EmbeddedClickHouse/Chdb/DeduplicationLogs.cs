using System.Globalization;
using System.Text;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// Makes the tables' records of inserted blocks agree with their parts, before the engine reads either. ClickHouse 26.7 records a block's
/// id first and then gives its part the name it is found by. Killed between the two, it takes the insert's repetition for a duplicate
/// although its rows are nowhere: seen once in some hundred kills under load.
/// </summary>
internal static class DeduplicationLogs
{
    private const string Folder = "deduplication_logs";
    private const string Added = "1";
    private const string Dropped = "2";

    // A statement records one block after the other, so that each of those under way has one without a part at most: far fewer than these.
    // A log holds up to 20,000 and there are a dozen tables; to look at all would take a start most of a second.
    private const int Newest = 1000;

    /// <summary>Takes back the records of blocks that no part holds. Only while no engine works on the data.</summary>
    /// <returns>The blocks that may be inserted again, one line for each: table folder and part.</returns>
    public static IReadOnlyList<string> Mend(string dataDirectory)
    {
        var store = Path.Combine(dataDirectory, "store");
        if (!Directory.Exists(store))
        {
            return [];
        }

        var mended = new List<string>();
        foreach (var table in Directory.EnumerateDirectories(store).SelectMany(Directory.EnumerateDirectories))
        {
            if (Directory.Exists(Path.Combine(table, Folder)))
            {
                MendTable(table, mended);
            }
        }

        return mended;
    }

    private static void MendTable(string table, List<string> mended)
    {
        string[] logs = [.. Directory.EnumerateFiles(Path.Combine(table, Folder), "deduplication_log_*.txt").OrderBy(Number)];
        if (logs.Length == 0)
        {
            return;
        }

        CutTornRecord(logs[^1]);
        var recorded = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in logs.SelectMany(File.ReadLines).TakeLast(Newest))
        {
            switch (line.Split('\t'))
            {
                case [Added, var part, var block]:
                    recorded[block] = part;
                    break;
                case [Dropped, _, var block]:
                    recorded.Remove(block);
                    break;
            }
        }

        var parts = Directory.EnumerateDirectories(table)
            .Select(folder => Blocks.Of(Path.GetFileName(folder)))
            .OfType<Blocks>()
            .ToLookup(blocks => blocks.Partition, StringComparer.Ordinal);
        var lost = recorded.Where(record => Blocks.Of(record.Value) is { } blocks && !parts[blocks.Partition].Any(blocks.IsWithin)).ToList();
        if (lost.Count > 0)
        {
            Append(logs[^1], lost.Select(record => $"{Dropped}\t{record.Value}\t{record.Key}\n"));
            mended.AddRange(lost.Select(record => $"{Path.GetFileName(table)}/{record.Value}"));
        }
    }

    // Half a record would swallow the next one, and the engine reads no further than the first that it does not understand.
    private static void CutTornRecord(string log)
    {
        using var file = new FileStream(log, FileMode.Open, FileAccess.ReadWrite);
        var length = file.Length;
        while (length > 0)
        {
            file.Position = length - 1;
            if (file.ReadByte() == '\n')
            {
                break;
            }

            length--;
        }

        if (length < file.Length)
        {
            file.SetLength(length);
        }
    }

    private static void Append(string log, IEnumerable<string> records)
    {
        using var file = new FileStream(log, FileMode.Append, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(string.Concat(records)));
        file.Flush(flushToDisk: true);
    }

    private static int Number(string log) =>
        int.Parse(Path.GetFileNameWithoutExtension(log.AsSpan())["deduplication_log_".Length..], CultureInfo.InvariantCulture);

    /// <summary>What a part's name says: <c>partition_first_last_level</c> and perhaps <c>_mutation</c>.</summary>
    private sealed record Blocks(string Partition, long First, long Last)
    {
        /// <summary>Null for folders that are no part that is read: temporary, detached, and the logs themselves.</summary>
        public static Blocks? Of(string name) => name.Split('_') is { Length: 4 or 5 } words
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                ? new(words[0], first, last)
                : null;

        /// <summary>The same part or one that was merged from it.</summary>
        public bool IsWithin(Blocks part) => part.First <= First && Last <= part.Last;
    }
}
