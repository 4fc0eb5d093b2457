using Analytics.Contracts;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Funnels;

/// <summary>The saved funnels of the sites.</summary>
internal sealed class FunnelRegistry([FromKeyedServices(StatsGroup.Writable)] ClickHouse clickHouse, TimeProvider time)
    : SavedRegistry<Funnel>("funnel", clickHouse, time);
