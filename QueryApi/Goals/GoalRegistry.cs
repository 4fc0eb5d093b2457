using Analytics.Contracts;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Goals;

/// <summary>The goals of the sites.</summary>
internal sealed class GoalRegistry([FromKeyedServices(StatsGroup.Writable)] ClickHouse clickHouse, TimeProvider time)
    : SavedRegistry<Goal>("goal", clickHouse, time);
