using Analytics.Contracts;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Saved;

namespace Analytics.QueryApi.Funnels;

/// <summary>Reads a funnel from a request's body, in normal form.</summary>
internal static class FunnelInput
{
    public const string Strict = "strict";
    public const string Session = "session";

    private const int MinSteps = 2;
    private const int MaxSteps = 10;
    private const int MaxWindowDays = 366;

    private static readonly string[] Modes = ["ordered", Strict];
    private static readonly string[] Units = ["visitor", Session];
    private static readonly string[] WindowUnits = ["seconds", "minutes", "hours", "days"];

    public static Funnel Saved(NewFunnel input, string id, DateTimeOffset created, InputErrors errors) =>
        Read(input, id, errors.Name("name", input.Name), created, errors);

    public static Funnel Read(NewFunnel input, string id, string name, DateTimeOffset created, InputErrors errors)
    {
        var steps = input.Steps ?? [];
        if (steps.Count is < MinSteps or > MaxSteps)
        {
            errors.Add("steps", $"A funnel has {MinSteps} to {MaxSteps} steps.");
            steps = [];
        }

        var windowUnit = Choice("windowUnit", input.WindowUnit ?? "days", WindowUnits, errors);
        if (input.Window < 1 || Window(input.Window, windowUnit) > TimeSpan.FromDays(MaxWindowDays))
        {
            errors.Add("window", $"A window is at least 1 and at most {MaxWindowDays} days long.");
        }

        return new Funnel(
            id, name, [.. steps.Select((step, i) => Step(step, $"steps[{i}].", errors))], Choice("mode", input.Mode ?? Modes[0], Modes, errors),
            input.Window, windowUnit, Choice("unit", input.Unit ?? Units[0], Units, errors), created);
    }

    public static TimeSpan Window(int window, string unit) => unit switch
    {
        "seconds" => TimeSpan.FromSeconds(window),
        "minutes" => TimeSpan.FromMinutes(window),
        "hours" => TimeSpan.FromHours(window),
        _ => TimeSpan.FromDays(Math.Min(window, 10_000)),
    };

    private static FunnelStep Step(FunnelStep? step, string at, InputErrors errors)
    {
        var match = EventMatchInput.Read(step, at, errors);
        var name = step?.Name is { } given ? errors.Name($"{at}name", given) : EventMatchInput.NameOf(match);
        return new FunnelStep(match.Event, match.Page, match.Props, name);
    }

    private static string Choice(string field, string text, string[] allowed, InputErrors errors)
    {
        if (!allowed.Contains(text))
        {
            errors.Add(field, NearestName.NotOneOf(text, allowed));
            return allowed[0];
        }

        return text;
    }
}
