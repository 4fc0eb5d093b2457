using Analytics.Contracts;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Cohorts;

/// <summary>The saved cohorts of the sites.</summary>
internal sealed class CohortRegistry([FromKeyedServices(StatsGroup.Writable)] ClickHouse clickHouse, TimeProvider time)
    : SavedRegistry<Cohort>("cohort", clickHouse, time);
