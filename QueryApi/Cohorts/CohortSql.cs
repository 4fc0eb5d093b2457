using System.Text;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Cohorts;

/// <summary>Says in SQL who belongs to a cohort: among the visitors seen in the days that it looks back on.</summary>
internal static class CohortSql
{
    /// <summary>The visitors with any event in those days.</summary>
    /// <param name="prefix">Begins the names of the parameters, so that several cohorts stand in one statement.</param>
    /// <param name="values">Where the parameters go, beside site.</param>
    public static string Seen(Cohort cohort, string prefix, DateTimeOffset now, Dictionary<string, object?> values)
    {
        values[$"{prefix}_now"] = now;
        return "SELECT event.visitor_id FROM events AS event WHERE event.site_id = {site:UInt32}"
            + $" AND toDate(event.timestamp) >= toDate({Since(LongestDays(cohort), prefix, now, values)})"
            + $" AND event.timestamp >= {Since(LongestDays(cohort), prefix, now, values)} AND event.timestamp < {{{prefix}_now:DateTime64(3, 'UTC')}}";
    }

    public static string Members(Cohort cohort, string prefix, DateTimeOffset now, Dictionary<string, object?> values)
    {
        var sql = new StringBuilder(Seen(cohort, prefix, now, values));
        var having = new StringBuilder();
        foreach (var (i, condition) in cohort.Conditions.Index())
        {
            values[$"{prefix}_times{i}"] = condition.Times;
            having.Append(" AND countIf(").Append(EventCondition.Of(condition, $"{prefix}_condition{i}", values))
                .Append(" AND event.timestamp >= ").Append(Since(condition.Days, prefix, now, values))
                .Append(condition.Done ? $") >= {{{prefix}_times{i}:UInt32}}" : ") = 0");
        }

        var since = Since(cohort.Days, prefix, now, values);
        foreach (var (name, texts) in cohort.Filters)
        {
            var dimension = Dimension.Find(name)!;
            var (type, parameter) = dimension.Parameter(texts);
            values[$"{prefix}_{name}"] = parameter;
            var among = $"IN {{{prefix}_{name}:{type}}}";
            if (dimension.OfEvent is { } ofEvent)
            {
                having.Append(" AND countIf(").Append(ofEvent).Append(' ').Append(among).Append(" AND event.timestamp >= ").Append(since).Append(") > 0");
            }
            else
            {
                sql.Append(" AND event.visitor_id IN (SELECT any(s.visitor_id) FROM sessions AS s WHERE s.site_id = {site:UInt32} AND s.day >= toDate(")
                    .Append(since).Append(") - 1 GROUP BY s.session_id HAVING min(s.start) >= ").Append(since).Append(" AND ").Append(dimension.OfSession)
                    .Append(' ').Append(among).Append(')');
            }
        }

        return sql.Append(" GROUP BY event.visitor_id HAVING 1").Append(having).ToString();
    }

    private static int LongestDays(Cohort cohort) => cohort.Conditions.Select(condition => condition.Days)
        .Concat(cohort.Filters.Count > 0 ? [cohort.Days] : []).Max();

    private static string Since(int days, string prefix, DateTimeOffset now, Dictionary<string, object?> values)
    {
        values[$"{prefix}_since{days}"] = now.AddDays(-days);
        return $"{{{prefix}_since{days}:DateTime64(3, 'UTC')}}";
    }
}
