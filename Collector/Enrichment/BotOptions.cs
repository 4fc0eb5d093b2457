using System.ComponentModel.DataAnnotations;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// What is taken for a robot beyond what says so itself. Rates are off in Development, where a load program is one visitor.
/// </summary>
internal sealed class BotOptions
{
    /// <summary>
    /// A file of hosts, one a line, that send made-up visits to be seen in reports; hosts below them count too. The Matomo project
    /// publishes such a list (spammers.txt).
    /// </summary>
    public string? ReferrerSpamFile { get; set; }

    /// <summary>Hosts besides the file's.</summary>
    public IList<string> ReferrerSpam { get; } = [];

    /// <summary>Events of one visitor in one second; more are dropped. 0 sets no limit. A tracker that was offline sends hundreds at once.</summary>
    [Range(0, int.MaxValue)]
    public int EventsPerSecond { get; set; } = 1_000;

    /// <summary>Events of one visitor in one minute. Without cookies, people of one network with one browser are one visitor.</summary>
    [Range(0, int.MaxValue)]
    public int EventsPerMinute { get; set; } = 3_000;
}
