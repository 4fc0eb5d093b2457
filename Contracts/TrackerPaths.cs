using System.Text.RegularExpressions;

namespace Analytics.Contracts;

/// <summary>
/// What the scripts, and the paths that they post to, are called besides their usual names: blockers match addresses by their words.
/// Compiled into those that must agree on it: the AppHost, which is told, the Gateway, which routes, and the Collector, which serves.
/// </summary>
internal sealed partial class TrackerPaths
{
    public const string Section = "Tracker";

    /// <summary>What can be renamed: the setting, and the usual path. One with a slash at its end is a folder.</summary>
    public static readonly IReadOnlyDictionary<string, string> Usual = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["ScriptPath"] = "/script.js",
        ["CollectPath"] = "/collect/batch",
        ["ModulesPath"] = "/t/",
        ["TrackingScriptPath"] = "/tracking.js",
        ["TrackPath"] = "/api/track",
        ["BehaviourScriptPath"] = "/js/userBehaviour.js",
        ["BehaviourPath"] = "/api/track-behavior",
    };

    private readonly Dictionary<string, string> chosen = new(StringComparer.Ordinal);

    /// <summary>Usual path -> chosen path, of those that are renamed.</summary>
    public IReadOnlyDictionary<string, string> Renamed => chosen;

    /// <param name="settings">Of the section "Tracker", by name.</param>
    /// <exception cref="FormatException">A setting that is not known, or not a path that can be used; the message names it.</exception>
    public static TrackerPaths Read(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var paths = new TrackerPaths();
        foreach (var (name, value) in settings)
        {
            if (!Usual.TryGetValue(name, out var usual))
            {
                throw new FormatException($"There is no setting {Section}:{name}; there are {string.Join(", ", Usual.Keys)}.");
            }

            if (value is null || value == usual)
            {
                continue;
            }

            // A slash at the end of a path that is no folder is all the same to routing.
            var path = usual.EndsWith('/') ? value : value.TrimEnd('/');
            if (!Form().IsMatch(path) || path.EndsWith('/') != usual.EndsWith('/'))
            {
                throw new FormatException(
                    $"{Section}:{name}={value}: give a path such as {(usual.EndsWith('/') ? "/m/" : "/s.js")}, of letters, digits, dots, dashes and underscores"
                    + (usual.EndsWith('/') ? ", with a slash at its end." : "."));
            }

            if (Usual.Values.Concat(paths.chosen.Values).Contains(path))
            {
                throw new FormatException($"{Section}:{name}={value}: another path is called that already.");
            }

            paths.chosen.Add(usual, path);
        }

        return paths;
    }

    /// <summary>What a path is called besides; null where it has but one name. Also of one inside a folder.</summary>
    public string? OtherNameOf(string path)
    {
        if (chosen.TryGetValue(path, out var name))
        {
            return name;
        }

        foreach (var (usual, folder) in chosen)
        {
            if (usual.EndsWith('/') && path.StartsWith(usual, StringComparison.Ordinal))
            {
                return folder + path[usual.Length..];
            }
        }

        return null;
    }

    [GeneratedRegex(@"^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+/?$")]
    private static partial Regex Form();
}
