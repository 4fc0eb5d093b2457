namespace Analytics.EmbeddedClickHouse.Chdb;

internal static class EngineServices
{
    public static void AddEngine(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<EngineOptions>()
            .BindConfiguration(EngineOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<EngineLibrary>();
        builder.Services.AddSingleton<DataDirectory>();
        builder.Services.AddSingleton<EnginePool>();
    }
}
