using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Enrichment;

/// <summary>Knows the hosts that send made-up visits. The owner supplies them: no package that we may ship holds a list.</summary>
internal sealed class ReferrerSpam
{
    private readonly FrozenSet<string> hosts;

    public ReferrerSpam(IOptions<BotOptions> options)
    {
        var listed = options.Value.ReferrerSpamFile is { Length: > 0 } file ? File.ReadLines(file) : [];
        hosts = listed.Concat(options.Value.ReferrerSpam)
            .Select(line => PageAddress.HostOf(line.Trim()))
            .Where(host => host.Contains('.', StringComparison.Ordinal) && !host.StartsWith('#'))
            .ToFrozenSet(StringComparer.Ordinal);
    }

    public bool IsSpam(string referrerHost)
    {
        if (hosts.Count == 0)
        {
            return false;
        }

        for (var host = referrerHost; host.Contains('.', StringComparison.Ordinal); host = host[(host.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (hosts.Contains(host))
            {
                return true;
            }
        }

        return false;
    }
}
