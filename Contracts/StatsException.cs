using System.Net;

namespace Analytics.Contracts;

/// <summary>Why there is no answer, as far as it matters to who asked.</summary>
public enum StatsFailure
{
    /// <summary>No connection, no answer in time, too many requests, or 502 to 504: the same question may be asked again later.</summary>
    Away,

    /// <summary>The key is not, or no longer, valid.</summary>
    SignedOut,

    /// <summary>The key may not see or do this.</summary>
    Forbidden,

    /// <summary>No such site, session or page.</summary>
    NotFound,

    /// <summary>The question itself was wrong.</summary>
    Invalid,

    /// <summary>The query API tried and failed.</summary>
    Failed,
}

/// <summary>A question without an answer. The message is for people; the rest is what the API's problem+json said.</summary>
public sealed class StatsException(StatsFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public StatsFailure Failure { get; } = failure;

    /// <summary>The answer's status; null where there was none.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>What kind of problem it is.</summary>
    public string? Title { get; init; }

    /// <summary>What is wrong here.</summary>
    public string? Detail { get; init; }

    /// <summary>For each parameter or field that is wrong, what is wrong with it.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; init; } = new Dictionary<string, string[]>();

    /// <summary>How long to wait before asking again, where the answer said so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
