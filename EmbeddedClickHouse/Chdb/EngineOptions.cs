using System.ComponentModel.DataAnnotations;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>How the engine is found, where its data are and how many callers it serves. The defaults are the production values.</summary>
internal sealed class EngineOptions
{
    public const string Section = "Engine";

    /// <summary>Folder of the data; made when absent. One process a folder.</summary>
    [Required]
    public string DataDirectory { get; set; } = "./data/clickhouse";

    /// <summary>Folder with the package.json of the engine; its node_modules holds the library. Null: the project's own.</summary>
    public string? LibraryDirectory { get; set; }

    /// <summary>Queries that run at the same time; more wait in the queue.</summary>
    [Range(1, 256)]
    public int MaxConcurrentQueries { get; set; } = 16;

    /// <summary>Sessions alive at the same time; each has a connection of its own.</summary>
    [Range(0, 1024)]
    public int MaxSessions { get; set; } = 48;

    /// <summary>Requests that may wait for a connection; one more is refused with code 202.</summary>
    [Range(0, 100_000)]
    public int QueueLength { get; set; } = 1000;

    /// <summary>How long a request waits for a connection before it is refused with code 202.</summary>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Memory all queries may take together, in MiB. 0: half of the machine's.</summary>
    [Range(0, int.MaxValue)]
    public int MaxMemoryMegabytes { get; set; }

    /// <summary>The only name that is let in. Null: everybody is.</summary>
    public string? User { get; set; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string? Password { get; set; }
}
