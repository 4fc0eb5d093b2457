using Analytics.Contracts;
using Microsoft.AspNetCore.Components.Authorization;

namespace Analytics.Dashboard;

/// <summary>The dashboard's only way to data: the QueryApi's reports, asked with the key of the person who is signed in.</summary>
internal static class StatsClientRegistration
{
    public const string KeyClaim = "api_key";

    public static void AddStatsClient(this WebApplicationBuilder builder) => builder.Services
        .AddHttpClient(nameof(StatsClient), client =>
        {
            client.BaseAddress = new Uri("http://queryapi");
            client.Timeout = TimeSpan.FromSeconds(15);
        })
        .AddTypedClient((http, services) => new StatsClient(http, _ => KeyAsync(services)));

    private static async ValueTask<string> KeyAsync(IServiceProvider services)
    {
        var state = await services.GetRequiredService<AuthenticationStateProvider>().GetAuthenticationStateAsync();
        return state.User.FindFirst(KeyClaim)?.Value ?? throw new StatsException(StatsFailure.SignedOut, "Sign in to see this.");
    }
}
