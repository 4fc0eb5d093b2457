using System.Globalization;
using System.Text;
using Analytics.Contracts;

namespace Analytics.QueryApi.Stats;

/// <summary>Says in SQL which events are meant: a condition over <c>events AS event</c> whose texts are parameters.</summary>
internal static class EventCondition
{
    public const string Is = "is";
    public const string IsNot = "is_not";
    public const string Contains = "contains";
    public const string Greater = "greater";
    public const string Less = "less";

    /// <summary>How a property is compared.</summary>
    public static IReadOnlyList<string> Operators { get; } = [Is, IsNot, Contains, Greater, Less];

    /// <param name="prefix">Begins the names of its parameters, so that several conditions stand in one statement.</param>
    /// <param name="values">Where its parameters go.</param>
    /// <returns>In parentheses; 0 or 1, never NULL.</returns>
    public static string Of(EventMatch match, string prefix, Dictionary<string, object?> values)
    {
        var sql = new StringBuilder($"(event.name = {{{prefix}_name:String}}");
        values[$"{prefix}_name"] = match.Event ?? EventNames.Pageview;
        if (match.Page is { } page)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND {Path("event.path", page, $"{prefix}_page", values)}");
        }

        foreach (var (i, prop) in (match.Props ?? []).Index())
        {
            var (name, texts) = ($"{prefix}_prop{i}", $"{prefix}_values{i}");
            values[name] = prop.Name;
            values[texts] = prop.Values;
            var value = $"event.props[{{{name}:String}}]";
            sql.Append(" AND ").Append(prop.Operator switch
            {
                IsNot => $"{value} NOT IN {{{texts}:Array(String)}}",
                Contains => $"arrayExists(text -> position({value}, text) > 0, {{{texts}:Array(String)}})",
                Greater => $"ifNull(toFloat64OrNull({value}) > toFloat64({{{texts}:Array(String)}}[1]), 0)",
                Less => $"ifNull(toFloat64OrNull({value}) < toFloat64({{{texts}:Array(String)}}[1]), 0)",
                _ => $"{value} IN {{{texts}:Array(String)}}",
            });
        }

        return sql.Append(')').ToString();
    }

    /// <summary>Whether a path is the one of a pattern, in which * stands for any text.</summary>
    public static string Path(string path, string pattern, string parameter, Dictionary<string, object?> values)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            values[parameter] = pattern;
            return $"{path} = {{{parameter}:String}}";
        }

        values[parameter] = pattern.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal).Replace('*', '%');
        return $"{path} LIKE {{{parameter}:String}}";
    }
}
