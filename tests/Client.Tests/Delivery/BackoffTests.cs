using System.Diagnostics;
using Analytics.AspNetCore.Delivery;

namespace Analytics.AspNetCore.Tests.Delivery;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 1)]
    [InlineData(5, 8)]
    [InlineData(7, 30)]
    [InlineData(int.MaxValue, 30)]
    public void Pauses_double_up_to_the_longest(int failures, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.Pause(failures, TimeSpan.FromSeconds(30)));

    [Fact]
    public void Attempts_that_ran_side_by_side_count_as_one_failure()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(30));
        var began = Stopwatch.GetTimestamp();

        var signs = Enumerable.Range(0, 10).Select(_ => backoff.Failed(began, retryAfter: null)).ToArray();

        Assert.Equal([true, .. Enumerable.Repeat(false, 9)], signs);
        Assert.InRange(backoff.Remaining, TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.6));
        Assert.NotNull(backoff.Succeeded());
        Assert.Null(backoff.Succeeded());
        Assert.Equal(TimeSpan.Zero, backoff.Remaining);
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(1_000_000, 3600)]
    public void What_the_collector_asks_for_counts_up_to_an_hour(int asked, int seconds)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(30));

        backoff.Failed(Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(asked));

        Assert.InRange(backoff.Remaining, TimeSpan.FromSeconds(seconds - 2), TimeSpan.FromSeconds(seconds));
    }
}
