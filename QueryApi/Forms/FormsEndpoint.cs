using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Forms;

internal static class FormsEndpoint
{
    public static void MapForms(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/forms", List)
            .WithSummary("Forms: begun, submitted, taken, refused, abandoned")
            .WithDescription("From the form events of the period. A form goes by its name, id or selector; the rates are of sessions that began it (changed a "
                + "field of it, or submitted it).");
        stats.MapGet("/forms/{form}", Fields)
            .WithSummary("One form, field by field: order, time, refills, errors, drop-off")
            .WithDescription("From the form events and input_focus events of the period. What was typed is never collected.");
    }

    private static async Task<Ok<FormsResponse>> List(StatsQuery query, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        paging.AddTo(values);
        var groups = FormsSql(query, "");
        var rows = await clickHouse.QueryAsync<Row>(
            $$"""
            SELECT *, count() OVER () AS total
            FROM ({{groups}})
            ORDER BY sessions DESC, submits DESC, form
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
            """,
            values, ct);
        var total = rows.Count > 0 || paging.Offset == 0
            ? rows.FirstOrDefault()?.Total ?? 0
            : await clickHouse.ScalarAsync<long>($"SELECT count() FROM ({groups})", values, ct);
        return TypedResults.Ok(new FormsResponse([.. rows.Select(row => row.ToSummary())], total));
    }

    private static async Task<Ok<FormResponse>> Fields(string form, StatsQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        form = RouteText.Of(form);
        var values = query.Values;
        values["form"] = form;
        var summary = clickHouse.QueryAsync<Row>($"SELECT *, 1 AS total FROM ({FormsSql(query, OfForm)})", values, ct);
        var fields = await clickHouse.QueryAsync<FormField>(FieldsSql(query), values, ct);
        return TypedResults.Ok(new FormResponse(
            (await summary).SingleOrDefault()?.ToSummary() ?? new FormSummary(form, "", 0, 0, 0, 0, 0, 0, 0, 0, 0),
            fields.Where(field => field.DropOffs > 0).MaxBy(field => field.DropOffs)?.Field ?? "",
            fields));
    }

    /// <summary>Contracts that name no form tell the id of its element.</summary>
    private const string Form = "if(event.props['form'] != '', event.props['form'], event.element_id)";

    private const string OfForm = $" AND {Form} = {{form:String}}";

    private static string FormsSql(StatsQuery query, string further) => $"""
        SELECT
            of_session.form AS form,
            argMax(of_session.page, of_session.seen) AS page,
            countIf(of_session.began) AS sessions,
            sum(of_session.starts) AS starts,
            sum(of_session.submits) AS submits,
            sum(of_session.successes) AS successes,
            sum(of_session.errors) AS errors,
            sum(of_session.abandons) AS abandons,
            if(sessions = 0, 0, countIf(of_session.began AND of_session.submits = 0) / sessions) AS abandonment_rate,
            if(sum(of_session.successes) > 0, countIf(of_session.began AND of_session.successes > 0), countIf(of_session.began AND of_session.submits > 0))
                / greatest(sessions, 1) AS conversion_rate,
            ifNotFinite(quantileExactInclusiveArray(0.5)(of_session.durations), 0) AS median_ms
        FROM
        (
            SELECT
                {Form} AS form, event.session_id AS session_id,
                argMax(event.path, event.timestamp) AS page,
                max(event.timestamp) AS seen,
                countIf(event.name = 'form_start') AS starts,
                countIf(event.name = 'form_submit') AS submits,
                countIf(event.name = 'form_submit_success') AS successes,
                countIf(event.name = 'form_submit_error') AS errors,
                countIf(event.name = 'form_abandon') AS abandons,
                starts + submits > 0 AS began,
                groupArrayIf(toUInt32OrZero(event.props['duration']), event.name = 'form_submit' AND toUInt32OrZero(event.props['duration']) > 0)
                    AS durations
            FROM {EventRows.Of(query)}
                AND event.name IN ('form_start', 'form_submit', 'form_submit_success', 'form_submit_error', 'form_abandon'){further}
            GROUP BY form, session_id
        ) AS of_session
        GROUP BY form
        """;

    // (1) What each event tells of fields, (2) a row a session and field, (3) with the place at which the session came to it,
    // (4) a row a field.
    private static string FieldsSql(StatsQuery query) => $"""
        SELECT
            of_session.field AS field,
            ifNotFinite(avgIf(of_session.place, of_session.came), 0) AS position,
            countIf(of_session.came) AS sessions,
            sum(of_session.focuses) AS focuses,
            ifNotFinite(quantileExactInclusiveArray(0.5)(of_session.times), 0) AS median_ms,
            sum(of_session.refills) AS refills,
            sum(of_session.errors) AS errors,
            sum(of_session.drop_offs) AS drop_offs,
            if(sum(drop_offs) OVER () = 0, 0, drop_offs / sum(drop_offs) OVER ()) AS drop_off_share
        FROM
        (
            SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY NOT came, first, field) AS place
            FROM
            (
                SELECT
                    told.1 AS field, event.session_id AS session_id,
                    countIf(told.2 IN ('focus', 'start')) > 0 AS came,
                    minIf(event.timestamp, told.2 IN ('focus', 'start')) AS first,
                    countIf(told.2 = 'focus') AS focuses,
                    groupArrayIf(told.3, told.2 = 'time') AS times,
                    sumIf(told.3, told.2 = 'refills') AS refills,
                    countIf(told.2 = 'error') AS errors,
                    countIf(told.2 = 'last') AS drop_offs
                FROM events AS event
                ARRAY JOIN arrayFilter(part -> part.1 != '', {Told}) AS told
                WHERE {EventRows.InPeriod}{query.Filters.OnEvents}
                    AND event.name IN ('input_focus', 'form_start', 'form_submit', 'form_submit_error', 'form_abandon'){OfForm}
                GROUP BY field, session_id
            )
        ) AS of_session
        GROUP BY field
        ORDER BY position = 0, position, field
        LIMIT 500
        """;

    private const string Told = """
        multiIf(
            event.name = 'input_focus', [(event.props['field'], 'focus', toUInt64(1))],
            event.name = 'form_start', [(event.props['field'], 'start', toUInt64(1))],
            event.name = 'form_submit_error', arrayMap(field -> (field, 'error', toUInt64(1)), splitByChar(',', event.props['fields'])),
            arrayConcat(
                arrayMap(pair -> (pair.1, 'time', pair.2), JSONExtractKeysAndValues(event.props['field_ms'], 'UInt64')),
                arrayMap(pair -> (pair.1, 'refills', pair.2), JSONExtractKeysAndValues(event.props['field_refills'], 'UInt64')),
                [(if(event.name = 'form_abandon', event.props['last_field'], ''), 'last', toUInt64(1))]))
        """;

    private sealed record Row(
        string Form, string Page, long Sessions, long Starts, long Submits, long Successes, long Errors, long Abandons, double AbandonmentRate,
        double ConversionRate, double MedianMs, long Total)
    {
        public FormSummary ToSummary() =>
            new(Form, Page, Sessions, Starts, Submits, Successes, Errors, Abandons, AbandonmentRate, ConversionRate, MedianMs);
    }
}
