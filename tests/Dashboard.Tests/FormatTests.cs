namespace Analytics.Dashboard.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(9_999, "9,999")]
    [InlineData(10_000, "10.0k")]
    [InlineData(12_345, "12.3k")]
    [InlineData(99_949, "99.9k")]
    [InlineData(99_950, "100k")]
    [InlineData(999_499, "999k")]
    [InlineData(999_500, "1.0M")]
    [InlineData(99_950_000, "100M")]
    [InlineData(25_500_000_000, "25.5B")]
    [InlineData(long.MaxValue, "9,223,372,037B")]
    [InlineData(-12_345, "-12.3k")]
    public void Counts_stay_short_and_never_round_to_a_thousand_of_a_unit(long n, string text) => Assert.Equal(text, Format.Count(n));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59.4, "59s")]
    [InlineData(59.6, "1m 00s")]
    [InlineData(84, "1m 24s")]
    [InlineData(3_599.7, "1h 00m")]
    [InlineData(7_500, "2h 05m")]
    [InlineData(273_600, "3d 4h")]
    [InlineData(-3, "0s")]
    [InlineData(double.NaN, "–")]
    public void Durations_have_two_units_at_most(double seconds, string text) => Assert.Equal(text, Format.Duration(seconds));

    [Theory]
    [InlineData(0.4523, "45.2 %")]
    [InlineData(0, "0.0 %")]
    [InlineData(double.NaN, "–")]
    public void Shares_are_percent_with_one_decimal(double share, string text) => Assert.Equal(text, Format.Percent(share).Replace('\u202f', ' '));

    [Theory]
    [InlineData(112, 100, "+12.0 %")]
    [InlineData(96, 100, "−4.0 %")]
    [InlineData(100, 100, "0 %")]
    [InlineData(100.04, 100, "0 %")]
    [InlineData(0, 100, "−100.0 %")]
    [InlineData(2_500, 100, "+2,400 %")]
    [InlineData(5, 0, null)]
    public void Changes_have_a_sign_and_need_something_to_compare_with(double now, double before, string? text) =>
        Assert.Equal(text, Format.Change(now, before)?.Replace('\u202f', ' '));

    [Theory]
    [InlineData(-10, "just now")]
    [InlineData(3, "just now")]
    [InlineData(24, "24s ago")]
    [InlineData(3_599, "59m ago")]
    [InlineData(86_399, "23h ago")]
    [InlineData(172_800, "2d ago")]
    [InlineData(31 * 86_400, "20 Oct 2026")]
    public void Ages_have_one_unit_and_end_as_dates(int seconds, string text)
    {
        var now = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(text, Format.Ago(now.AddSeconds(-seconds), now));
    }
}
