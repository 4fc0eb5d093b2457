using System.Globalization;
using Analytics.Contracts;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Saved;

/// <summary>Reads from a request's body which events are meant, in normal form.</summary>
internal static class EventMatchInput
{
    private const int MaxProps = 20;
    private const int MaxValues = 100;
    private const int MaxText = 2048;

    /// <param name="at">Where it stands in the body: "" or "steps[1].".</param>
    public static EventMatch Read(EventMatch? match, string at, InputErrors errors)
    {
        var name = Text(match?.Event, $"{at}event", errors);
        var page = Text(match?.Page, $"{at}page", errors);
        if (match is null || (match.Event is null && match.Page is null))
        {
            errors.Add($"{at}event", "Give the name of an event, the path of a page, or both.");
        }

        if (page is not null && page[0] is not ('/' or '*'))
        {
            errors.Add($"{at}page", $"'{page}' is no path: it begins with / and may have * for any text, like /blog/*.");
        }

        return new EventMatch(name, page, Props(match?.Props ?? [], $"{at}props", errors));
    }

    /// <summary>What it is called where nobody named it.</summary>
    public static string NameOf(EventMatch match)
    {
        var name = (match.Event, match.Page) switch
        {
            (null, _) => $"Visit {match.Page}",
            (_, null) => match.Event,
            _ => $"{match.Event} on {match.Page}",
        };
        return name.Length <= InputErrors.MaxNameLength ? name : name[..InputErrors.MaxNameLength];
    }

    private static List<PropCondition> Props(IReadOnlyList<PropCondition> props, string at, InputErrors errors)
    {
        if (props.Count > MaxProps)
        {
            errors.Add(at, $"At most {MaxProps} conditions.");
            return [];
        }

        return [.. props.Select((prop, i) => Prop(prop ?? new PropCondition(), $"{at}[{i}]", errors))];
    }

    private static PropCondition Prop(PropCondition prop, string at, InputErrors errors)
    {
        var name = Text(prop.Name, $"{at}.name", errors);
        if (prop.Name is null)
        {
            errors.Add($"{at}.name", "Give the name of the property.");
        }

        var how = prop.Operator ?? EventCondition.Is;
        if (!EventCondition.Operators.Contains(how))
        {
            errors.Add($"{at}.operator", NearestName.NotOneOf(how, EventCondition.Operators));
        }

        var values = (prop.Values ?? []).Select(value => value ?? "").ToList();
        if (values.Count is 0 or > MaxValues || values.Any(value => value.Length > MaxText))
        {
            errors.Add($"{at}.values", $"Give 1 to {MaxValues} texts of at most {MaxText} characters.");
        }
        else if (how is EventCondition.Greater or EventCondition.Less)
        {
            if (values.Count == 1 && Number(values[0]) is { } number)
            {
                return new PropCondition(name, how, [number.ToString("R", CultureInfo.InvariantCulture)]);
            }

            errors.Add($"{at}.values", $"{how} compares with exactly one number.");
        }

        return new PropCondition(name, how, values);
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static string? Text(string? text, string field, InputErrors errors)
    {
        if (text is not null && (text.Length is 0 or > MaxText || text.Any(char.IsControl)))
        {
            errors.Add(field, $"Give 1 to {MaxText} characters and no control characters.");
            return null;
        }

        return text;
    }
}
