using Analytics.Contracts;
using Analytics.QueryApi.Saved;

namespace Analytics.QueryApi.Goals;

internal static class GoalsEndpoint
{
    public static void AddGoals(this WebApplicationBuilder builder) => builder.Services.AddSingleton<GoalRegistry>();

    public static void MapGoals(this IEndpointRouteBuilder app) => app.MapSaved<Goal, NewGoal, GoalRegistry>("goal", Read);

    private static Goal Read(NewGoal input, string id, DateTimeOffset created, InputErrors errors)
    {
        var match = EventMatchInput.Read(input, "", errors);
        var currency = input.Currency?.Trim().ToUpperInvariant();
        if (currency is not null && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)))
        {
            errors.Add("currency", $"'{input.Currency}' is no ISO 4217 code like EUR.");
        }

        var name = input.Name is null ? EventMatchInput.NameOf(match) : errors.Name("name", input.Name);
        return new Goal(id, name, match.Event, match.Page, match.Props, currency, created);
    }
}
