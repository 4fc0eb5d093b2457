using Analytics.Contracts;

namespace Analytics.Gateway;

/// <summary>A route to the collector for each script and path that the owner has given another name (the section <c>Tracker</c>).</summary>
internal static class TrackerRoutes
{
    public static void AddTrackerRoutes(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection(TrackerPaths.Section).GetChildren();
        var routes = new Dictionary<string, string?>();
        foreach (var (usual, chosen) in TrackerPaths.Read(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))).Renamed)
        {
            var route = "ReverseProxy:Routes:renamed" + usual.Replace('/', '-');
            routes[route + ":ClusterId"] = "collector";
            routes[route + ":Match:Path"] = chosen.EndsWith('/') ? chosen + "{**rest}" : chosen;
        }

        builder.Configuration.AddInMemoryCollection(routes);
    }
}
