namespace Analytics.Dashboard.Tests;

public sealed class PeriodTests
{
    [Theory]
    [InlineData("30d", null, null, "30d")]
    [InlineData(null, null, null, "7d")]
    [InlineData("17 weeks", null, null, "7d")]
    [InlineData("custom", "2026-11-01", "2026-11-09", "custom")]
    [InlineData("custom", "2026-11-09", "2026-11-01", "7d")]
    [InlineData("custom", "2026-11-31", "2026-12-01", "7d")]
    [InlineData("custom", "2026-11-01", null, "7d")]
    public void An_address_that_makes_no_sense_shows_the_default(string? key, string? from, string? to, string shown) =>
        Assert.Equal(shown, Period.Parse(key, from, to).Key);

    [Fact]
    public void A_custom_period_names_its_days() =>
        Assert.Equal("1 Nov 2026 – 9 Nov 2026", Period.Parse("custom", "2026-11-01", "2026-11-09").Label);

    [Fact]
    public void A_filter_chosen_twice_is_taken_away_and_another_value_of_it_replaces_it()
    {
        var all = new Selection(new Period("7d"), []);
        var google = all.Toggle("source", "Google");

        Assert.Equal(all, google.Toggle("source", "Google"));
        Assert.Equal([new Filter("source", "")], google.Toggle("source", "").Filters);
        Assert.Equal([new Filter("source", "Google"), new Filter("country", "ES")], google.Toggle("country", "ES").Filters);
    }

    [Theory]
    [InlineData("2026-03-29T00:00:00+01:00", "day", "2026-03-30T00:00:00+02:00")] // 23 hours
    [InlineData("2026-10-25T00:00:00+02:00", "day", "2026-10-26T00:00:00+01:00")] // 25 hours
    [InlineData("2026-10-19T00:00:00+02:00", "week", "2026-10-26T00:00:00+01:00")]
    [InlineData("2026-10-01T00:00:00+02:00", "month", "2026-11-01T00:00:00+01:00")]
    public void Buckets_end_at_the_sites_own_midnight(string start, string interval, string end) =>
        Assert.Equal(Time(end), new SiteClock("Europe/Madrid").BucketEnd(Time(start), interval));

    [Fact]
    public void A_zone_nobody_knows_reads_as_UTC() => Assert.Equal("14:00", new SiteClock("Mars/Olympus").Clock(Time("2026-11-20T14:00:00Z")));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
