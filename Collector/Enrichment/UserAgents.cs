using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Analytics.Collector.Enrichment;

/// <summary>What a user agent says of the device. Empty where it says nothing.</summary>
internal sealed record UserAgent(string Device, string Browser, string BrowserVersion, string Os, string OsVersion)
{
    public static readonly UserAgent Unknown = new("", "", "", "", "");

    /// <summary>Says that it is a robot.</summary>
    public bool IsBot { get; init; }

    /// <summary>Says that a program steers it.</summary>
    public bool IsAutomation { get; init; }
}

/// <summary>
/// Reads user agents by uap-core's rules and two lists of robots, about a thousand expressions in order, the first that matches counts.
/// That takes milliseconds, so answers are kept; a site sees a few hundred different agents a day.
/// <para>
/// The list of crawlers (npm: crawler-user-agents) names each; isbot knows what robots look like, also those of tomorrow. It takes every
/// program for one, and servers send events on purpose, so that it is asked only of what calls itself a browser.
/// </para>
/// </summary>
internal sealed class UserAgents
{
    private const int MaxLength = 512;
    private const int MaxKept = 20_000;

    // Rules come from outside and texts from anywhere: none may take long.
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(50);

    private readonly Rule[] browsers;
    private readonly Rule[] systems;
    private readonly Rule[] devices;
    private readonly Crawler[] crawlers;
    private readonly Crawler[] automation;
    private readonly Crawler[] robots;

    private ConcurrentDictionary<string, UserAgent> kept = new(StringComparer.Ordinal);

    public UserAgents()
    {
        var rules = Load<Rules>("enrichment/user-agents.json");
        browsers = [.. rules.Browsers.Select(r => new Rule(r[0], "", r[1], r[2]))];
        systems = [.. rules.Systems.Select(r => new Rule(r[0], "", r[1], r[2]))];
        devices = [.. rules.Devices.Select(r => new Rule(r[0], r[2], r[1], ""))];
        crawlers = [.. Load<string[]>("enrichment/crawlers.json").Select(pattern => new Crawler(pattern, ignoreCase: false))];
        automation = [.. Load<string[]>("enrichment/automation.json").Select(pattern => new Crawler(pattern, ignoreCase: false))];
        robots = [.. Load<string[]>("enrichment/robots.json").Select(pattern => new Crawler(pattern, ignoreCase: true))];
    }

    public UserAgent Read(string text)
    {
        if (text.Length == 0)
        {
            return UserAgent.Unknown;
        }

        if (text.Length > MaxLength)
        {
            text = text[..MaxLength];
        }

        if (kept.TryGetValue(text, out var known))
        {
            return known;
        }

        // Emptied as a whole when full: who sends made-up agents costs a re-reading of the real ones, and no memory.
        if (kept.Count >= MaxKept)
        {
            kept = new(StringComparer.Ordinal);
        }

        return kept[text] = Parse(text);
    }

    private UserAgent Parse(string text)
    {
        // A page's owner may allow browsers that a program steers, so that these are told first.
        var isAutomation = Array.Exists(automation, steered => steered.Matches(text));
        if (Array.Exists(crawlers, crawler => crawler.Matches(text)) || (!isAutomation && IsBrowserLike(text) && Array.Exists(robots, robot => robot.Matches(text))))
        {
            return UserAgent.Unknown with { IsBot = true };
        }

        var (browser, browserVersion) = First(browsers, text);
        var (os, osVersion) = First(systems, text);
        return new(DeviceClass(text, os), browser, browserVersion, os, osVersion) { IsAutomation = isAutomation };
    }

    private static bool IsBrowserLike(string text) =>
        text.StartsWith("Mozilla/", StringComparison.Ordinal) || text.StartsWith("Opera/", StringComparison.Ordinal);

    /// <summary>The rules name models; reports want the class.</summary>
    private string DeviceClass(string text, string os)
    {
        bool Says(string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
        return os switch
        {
            _ when Says("smart-tv") || Says("smarttv") || Says("appletv") || Says("googletv") || os.Contains("TV", StringComparison.Ordinal) => "tv",
            _ when Says("playstation") || Says("xbox") || Says("nintendo") => "console",
            _ when os.Contains("watch", StringComparison.OrdinalIgnoreCase) || Says("watch os") => "wearable",
            _ when Says("ipad") || Says("tablet") || Says("kindle") => "tablet",
            "Android" => Says("mobile") ? "mobile" : "tablet",
            "iOS" or "Windows Phone" or "KaiOS" => "mobile",
            "Windows" or "Mac OS X" or "Linux" or "Ubuntu" or "Fedora" or "Debian" or "Chrome OS" or "FreeBSD" or "OpenBSD" => "desktop",
            _ when Says("mobi") => "mobile",
            _ when Says("x11") || Says("windows nt") || Says("macintosh") => "desktop",
            // The longest of the lists is asked last.
            _ when First(devices, text).Family.Contains("Smartphone", StringComparison.Ordinal) => "mobile",
            _ => "",
        };
    }

    private static (string Family, string Version) First(Rule[] rules, string text)
    {
        foreach (var rule in rules)
        {
            if (rule.TryMatch(text, out var family, out var version))
            {
                return (family, version);
            }
        }

        return ("", "");
    }

    private static T Load<T>(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<T>(stream, JsonSerializerOptions.Web)!;
    }

    private sealed record Rules(string[][] Browsers, string[][] Systems, string[][] Devices);

    /// <summary>uap-core: group 1 is the family, 2 the major version, unless a replacement says otherwise.</summary>
    private sealed class Rule(string pattern, string flags, string family, string major)
    {
        private readonly Lazy<Regex> regex = new(() => new Regex(
            pattern, RegexOptions.CultureInvariant | (flags == "i" ? RegexOptions.IgnoreCase : 0), MatchTimeout));

        public bool TryMatch(string text, out string name, out string version)
        {
            (name, version) = ("", "");
            Match match;
            try
            {
                match = regex.Value.Match(text);
            }
            catch (RegexMatchTimeoutException)
            {
                return false;
            }

            if (!match.Success)
            {
                return false;
            }

            name = family.Length == 0 ? match.Groups[1].Value : Replace(family, match);
            version = major.Length == 0 ? match.Groups[2].Value : Replace(major, match);
            return true;
        }

        private static string Replace(string template, Match match)
        {
            if (!template.Contains('$', StringComparison.Ordinal))
            {
                return template;
            }

            for (var group = 1; group <= 9; group++)
            {
                template = template.Replace("$" + (char)('0' + group), match.Groups[group].Value, StringComparison.Ordinal);
            }

            return template.Trim();
        }
    }

    /// <summary>Nearly all of the list's expressions are plain words, and a plain word is found without an expression.</summary>
    private sealed class Crawler
    {
        private readonly string? word;
        private readonly bool atStart;
        private readonly StringComparison comparison;
        private readonly Regex? regex;

        public Crawler(string pattern, bool ignoreCase)
        {
            comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            atStart = pattern.StartsWith('^');
            if (!TryPlain(atStart ? pattern.AsSpan(1) : pattern, out word))
            {
                regex = new Regex(pattern, RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : 0), MatchTimeout);
            }
        }

        private static bool TryPlain(ReadOnlySpan<char> pattern, out string? word)
        {
            word = null;
            var plain = new StringBuilder(pattern.Length);
            for (var i = 0; i < pattern.Length; i++)
            {
                var c = pattern[i];
                if (c == '\\' && i + 1 < pattern.Length && !char.IsAsciiLetterOrDigit(pattern[i + 1]))
                {
                    c = pattern[++i];
                }
                else if (@"\^$.|?*+()[]{}".Contains(c, StringComparison.Ordinal))
                {
                    return false;
                }

                plain.Append(c);
            }

            word = plain.ToString();
            return true;
        }

        public bool Matches(string text)
        {
            if (word is not null)
            {
                return atStart ? text.StartsWith(word, comparison) : text.Contains(word, comparison);
            }

            try
            {
                return regex!.IsMatch(text);
            }
            catch (RegexMatchTimeoutException)
            {
                return false;
            }
        }
    }
}
