namespace Analytics.QueryApi.Tests.Exports;

/// <summary>Reads Parquet with the engine, as a caller's own would.</summary>
internal static class Parquet
{
    /// <param name="columns">Those of a table that takes the file: names and types.</param>
    /// <param name="select">What is asked of that table.</param>
    /// <returns>Each row as a JSON list, in the order of the file.</returns>
    public static async Task<string> ReadAsync(Api api, byte[] file, string columns, string select = "*")
    {
        var table = $"parquet_{Guid.NewGuid():n}";
        await api.ClickHouse.ExecuteAsync($"CREATE TABLE {table} ({columns}) ENGINE = Memory");
        using var http = new HttpClient();
        var insert = new Uri(api.ClickHouse.Options.Address, $"?database={api.ClickHouse.Options.Database}&query={Uri.EscapeDataString($"INSERT INTO {table} FORMAT Parquet")}");
        using var inserted = await http.PostAsync(insert, new ByteArrayContent(file));
        Assert.True(inserted.IsSuccessStatusCode, await inserted.Content.ReadAsStringAsync());
        await using var rows = await api.ClickHouse.OpenAsync(
            $"SELECT {select} FROM {table} SETTINGS output_format_json_quote_64bit_integers = 0, output_format_json_escape_forward_slashes = 1 FORMAT JSONCompactEachRow");
        using var reader = new StreamReader(rows);
        return (await reader.ReadToEndAsync()).Replace("\n", "", StringComparison.Ordinal).Replace(", ", ",", StringComparison.Ordinal);
    }
}
