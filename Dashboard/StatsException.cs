namespace Analytics.Dashboard;

public enum StatsFailure
{
    /// <summary>No connection, no answer in time, or 502 to 504.</summary>
    Away,

    /// <summary>The key is not, or no longer, valid.</summary>
    SignedOut,

    /// <summary>The key may not see this.</summary>
    Forbidden,

    /// <summary>No such site, session or page.</summary>
    NotFound,

    /// <summary>The question itself was wrong, by an edited address for one.</summary>
    Invalid,

    /// <summary>The QueryApi tried and failed.</summary>
    Failed,
}

/// <summary>Why a report could not be had, in words for the person who asked.</summary>
public sealed class StatsException(StatsFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public StatsFailure Failure { get; } = failure;
}
