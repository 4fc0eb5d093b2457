namespace Aspire.Hosting.Orchestration;

/// <summary>
/// How soon a process that has ended is started again: quickly at first, then ever more slowly, until it has run well for a while.
/// </summary>
internal sealed class RestartPolicy
{
    /// <summary>A process that ends this often without ever having been healthy is not started again.</summary>
    public const int MaxFailedStarts = 4;

    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan StablePeriod = TimeSpan.FromSeconds(10);

    private int _endings;

    public TimeSpan NextDelay(TimeSpan ranFor)
    {
        if (ranFor >= StablePeriod)
        {
            _endings = 0;
        }

        var delay = FirstDelay * Math.Pow(2, Math.Min(_endings++, 10));
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
