using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Analytics.Storage;

/// <summary>
/// Brings a database to this version's schema: (1) create the database and the journal, (2) compare what the journal holds with
/// the files of this build, (3) run each missing file, statement by statement, and journal it when its last statement is done.
/// A run that dies half-way is begun again at the same file; ClickHouse has no transactions over DDL, so every statement is
/// written to be harmless when it runs twice (IF NOT EXISTS).
/// </summary>
public sealed class Migrations(ClickHouse clickHouse)
{
    private const string CreateJournal = """
        CREATE TABLE IF NOT EXISTS schema_migrations
        (
            number UInt32,
            name String,
            checksum String,
            applied DateTime64(3, 'UTC') DEFAULT now64(3)
        )
        ENGINE = MergeTree
        ORDER BY number
        """;

    public sealed record Migration(int Number, string Name, string Sql, string Checksum)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number:0000}_{Name}");
    }

    /// <summary>The migrations of this build in their order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    /// <summary>Applies what is missing and returns it.</summary>
    /// <param name="applying">Called before each migration, for progress.</param>
    /// <exception cref="MigrationException">The database was made by a newer version, or a migration that ran was edited since.</exception>
    public async Task<IReadOnlyList<Migration>> ApplyAsync(Action<Migration>? applying = null, CancellationToken ct = default)
    {
        await CreateDatabaseAsync(ct);
        await clickHouse.ExecuteAsync(CreateJournal, ct: ct);
        var journal = await clickHouse.QueryAsync<JournalRow>("SELECT DISTINCT number, name, checksum FROM schema_migrations ORDER BY number", ct: ct);
        Compare(journal);

        var missing = All.ExceptBy(journal.Select(row => row.Number), migration => migration.Number).ToList();
        foreach (var migration in missing)
        {
            applying?.Invoke(migration);
            foreach (var statement in Statements(migration.Sql))
            {
                await clickHouse.ExecuteAsync(statement, ct: ct);
            }

            await clickHouse.ExecuteAsync(
                "INSERT INTO schema_migrations (number, name, checksum) SELECT {number:UInt32}, {name:String}, {checksum:String}",
                new Dictionary<string, object?> { ["number"] = migration.Number, ["name"] = migration.Name, ["checksum"] = migration.Checksum },
                ct);
        }

        return missing;
    }

    // The target database does not exist yet, so the statement runs in the one that always does.
    private Task CreateDatabaseAsync(CancellationToken ct) => clickHouse.InDatabase("default").ExecuteAsync(
        "CREATE DATABASE IF NOT EXISTS {name:Identifier}", new Dictionary<string, object?> { ["name"] = clickHouse.Options.Database }, ct);

    private static void Compare(IReadOnlyList<JournalRow> journal)
    {
        foreach (var row in journal)
        {
            var known = All.FirstOrDefault(migration => migration.Number == row.Number)
                ?? throw new MigrationException(
                    $"The database has migration {row.Number:0000}_{row.Name}, which this version does not know: it was made by a newer version.");
            if (known.Checksum != row.Checksum)
            {
                throw new MigrationException(
                    $"Migration {known} was edited after it ran on this database. Write a new migration instead.");
            }
        }
    }

    internal static IEnumerable<string> Statements(string sql) =>
        sql.Split(";\n", StringSplitOptions.TrimEntries).Select(WithoutLeadingComments).Where(statement => statement.Length > 0);

    private static string WithoutLeadingComments(string statement)
    {
        while (statement.StartsWith("--", StringComparison.Ordinal))
        {
            var end = statement.IndexOf('\n', StringComparison.Ordinal);
            statement = end < 0 ? "" : statement[(end + 1)..].TrimStart();
        }

        return statement;
    }

    private static List<Migration> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.Length > 5 && char.IsAsciiDigit(name[0]))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
                    return new Migration(
                        int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name[5..], sql + "\n",
                        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
                }),
        ];
    }

    private sealed record JournalRow(int Number, string Name, string Checksum);
}

/// <summary>The database and this build do not fit together; the message says why and nothing was changed.</summary>
public sealed class MigrationException(string message) : Exception(message);
