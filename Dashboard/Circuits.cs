namespace Analytics.Dashboard;

/// <summary>What a reader may cost the server: one circuit a tab.</summary>
internal static class Circuits
{
    /// <summary>Greatest message from a browser. The default of 32 KB is less than a page may hand back at its start.</summary>
    public const int MaxMessageBytes = 256 * 1024;

    public static void AddCircuits(this WebApplicationBuilder builder) => builder.Services
        .AddRazorComponents()
        .AddInteractiveServerComponents(circuits =>
        {
            // Enough to ride out a restart of the gateway. The state of a page is its address, so little is lost beyond that.
            circuits.DisconnectedCircuitMaxRetained = 50;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
        })
        .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessageBytes);
}
