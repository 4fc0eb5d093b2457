using Analytics.Storage;

namespace Analytics.QueryApi.Stats;

/// <summary>A row that says how many there are in all.</summary>
internal interface IGroupRow
{
    long Total { get; }
}

internal static class GroupPage
{
    /// <summary>A page of groups, and how many groups there are.</summary>
    /// <param name="groups">A SELECT with one row a group.</param>
    /// <param name="order">Its columns by which the groups are ordered, so that no two are equal.</param>
    public static async Task<(List<T> Rows, long Total)> ReadAsync<T>(
        ClickHouse clickHouse, string groups, string order, Dictionary<string, object?> values, Paging paging, CancellationToken ct)
        where T : IGroupRow
    {
        values = new(values);
        paging.AddTo(values);
        var rows = await clickHouse.QueryAsync<T>(
            $$"""
            SELECT *, count() OVER () AS total
            FROM ({{groups}})
            ORDER BY {{order}}
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
            """,
            values, ct);
        if (rows.Count > 0)
        {
            return (rows, rows[0].Total);
        }

        // Rows carry the total, so only a page beyond the last has to ask for it.
        return (rows, paging.Offset == 0 ? 0 : await clickHouse.ScalarAsync<long>($"SELECT count() FROM ({groups})", values, ct));
    }
}
