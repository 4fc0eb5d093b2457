using System.Globalization;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Microsoft.AspNetCore.Http;

namespace Analytics.QueryApi.Tests.Stats;

public sealed class PeriodTests
{
    // Now: Friday 20 November 2026, 12:00:30 UTC. In New York 07:00:30, in Kolkata 17:30:30.
    [Theory]
    [InlineData("UTC", "period=today", "2026-11-20T00:00Z", "2026-11-20T12:01Z", "2026-11-19T00:00Z", "2026-11-19T12:01Z")]
    [InlineData("Asia/Kolkata", "period=today", "2026-11-19T18:30Z", "2026-11-20T12:01Z", "2026-11-18T18:30Z", "2026-11-19T12:01Z")]
    [InlineData("America/New_York", "period=today", "2026-11-20T05:00Z", "2026-11-20T12:01Z", "2026-11-19T05:00Z", "2026-11-19T12:01Z")]
    [InlineData("Pacific/Kiritimati", "period=today", "2026-11-20T10:00Z", "2026-11-20T12:01Z", "2026-11-19T10:00Z", "2026-11-19T12:01Z")]
    [InlineData("UTC", "period=yesterday", "2026-11-19T00:00Z", "2026-11-20T00:00Z", "2026-11-18T00:00Z", "2026-11-19T00:00Z")]
    [InlineData("Asia/Kolkata", "period=24h", "2026-11-19T12:01Z", "2026-11-20T12:01Z", "2026-11-18T12:01Z", "2026-11-19T12:01Z")]
    [InlineData("UTC", "period=7d", "2026-11-14T00:00Z", "2026-11-20T12:01Z", "2026-11-07T00:00Z", "2026-11-13T12:01Z")]
    [InlineData("UTC", "", "2026-10-22T00:00Z", "2026-11-20T12:01Z", "2026-09-22T00:00Z", "2026-10-21T12:01Z")]
    [InlineData("UTC", "period=month", "2026-11-01T00:00Z", "2026-11-20T12:01Z", "2026-10-01T00:00Z", "2026-10-20T12:01Z")]
    [InlineData("UTC", "period=year", "2026-01-01T00:00Z", "2026-11-20T12:01Z", "2025-01-01T00:00Z", "2025-11-20T12:01Z")]
    [InlineData("UTC", "period=12mo", "2025-12-01T00:00Z", "2026-11-20T12:01Z", "2024-12-01T00:00Z", "2025-11-20T12:01Z")]
    [InlineData("UTC", "period=custom&from=2026-11-02&to=2026-11-03", "2026-11-02T00:00Z", "2026-11-04T00:00Z", "2026-10-31T00:00Z", "2026-11-02T00:00Z")]
    [InlineData("America/New_York", "from=2026-11-01&to=2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z", "2026-10-31T04:00Z", "2026-11-01T04:00Z")]
    [InlineData("Europe/Madrid", "from=2026-11-20T10:00&to=2026-11-20T11:30", "2026-11-20T09:00Z", "2026-11-20T10:30Z", "2026-11-20T07:30Z", "2026-11-20T09:00Z")]
    [InlineData("Europe/Madrid", "from=2026-11-20T10:00Z&to=2026-11-20T12:00:00%2B01:00", "2026-11-20T10:00Z", "2026-11-20T11:00Z", "2026-11-20T09:00Z", "2026-11-20T10:00Z")]
    public void Periods_are_half_open_spans_on_the_sites_clock_compared_with_as_much_of_the_one_before(
        string zone, string query, string from, string to, string previousFrom, string previousTo)
    {
        var period = PeriodOf.Query(query, zone);

        Assert.Equal(
            (Time(from), Time(to), Time(previousFrom), Time(previousTo)), (period.From, period.To, period.PreviousFrom, period.PreviousTo));
    }

    [Theory]
    [InlineData("period=tomorrow", "period")]
    [InlineData("period=today&period=7d", "period")]
    [InlineData("period=7d&from=2026-11-01", "period")]
    [InlineData("period=custom", "from")]
    [InlineData("period=custom&to=2026-11-01", "from")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-13-01", "from")]
    [InlineData("from=2026-02-30", "from")]
    [InlineData("from=1999-12-31", "from")]
    [InlineData("from=2026-11-01&to=2100-01-01", "to")]
    [InlineData("from=2026-11-02&to=2026-11-01", "to")]
    [InlineData("from=2026-11-02T10:00&to=2026-11-02T10:00", "to")]
    [InlineData("from=2026-11-01&to=' OR 1=1", "to")]
    public void What_is_no_period_is_refused_by_name(string query, string name)
    {
        var context = PeriodOf.Context(query);
        var reader = QueryReader.Of(context);

        Period.Read(reader, "UTC", Api.Now);

        var problem = Assert.IsType<Microsoft.AspNetCore.Http.HttpResults.ValidationProblem>(reader.Problem(strict: true));
        Assert.Equal([name], problem.ProblemDetails.Errors.Keys);
    }

    [Theory]
    // Where midnight does not exist, the day begins with its first moment; where it exists twice, with the first.
    [InlineData("America/Havana", "2026-03-08", "2026-03-08T05:00Z")]
    [InlineData("America/Havana", "2026-11-01", "2026-11-01T04:00Z")]
    [InlineData("America/Santiago", "2026-09-06", "2026-09-06T04:00Z")]
    [InlineData("Europe/Dublin", "2026-03-29", "2026-03-29T00:00Z")]
    [InlineData("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z")]
    public void Midnight_is_a_days_first_moment(string zone, string day, string expected) =>
        Assert.Equal(Time(expected), TimeZoneInfo.FindSystemTimeZoneById(zone).ToInstant(DateOnly.Parse(day, CultureInfo.InvariantCulture)));

    [Fact]
    public void Hours_stay_on_the_hour_where_the_clock_shifts_by_half_of_one()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe");
        var from = zone.ToInstant(new DateOnly(2026, 10, 4));

        var starts = Buckets.Starts(Interval.Hour, from, from.AddHours(4), zone).Select(start => start.In(zone).ToString("HH:mm", CultureInfo.InvariantCulture));

        Assert.Equal(["00:00", "01:00", "02:30", "03:00", "04:00"], starts);
    }

    [Fact]
    public void A_day_that_a_country_skipped_is_no_bucket()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Apia");
        var (from, to) = (zone.ToInstant(new DateOnly(2011, 12, 29)), zone.ToInstant(new DateOnly(2012, 1, 1)));

        var starts = Buckets.Starts(Interval.Day, from, to, zone).Select(start => zone.ToDay(start).Day);

        Assert.Equal([29, 31], starts);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Reads a period as a request would.</summary>
internal static class PeriodOf
{
    public static Period Query(string query, string zone)
    {
        var reader = QueryReader.Of(Context(query));
        var period = Period.Read(reader, zone, Api.Now);
        Assert.Null(reader.Problem(strict: true));
        return period;
    }

    public static HttpContext Context(string query) => new DefaultHttpContext { Request = { QueryString = new QueryString("?" + query) } };
}
