namespace Analytics.Storage;

/// <summary>
/// Settings as they were read last, read again by whoever asks when that is older than allowed: a change made by any process is seen
/// within that time.
/// </summary>
public sealed class Recent<T>(Func<CancellationToken, Task<T>> read, TimeSpan maxAge, TimeProvider time) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim reading = new(1);
    private volatile Copy? copy;
    private volatile int changes;

    public async ValueTask<T> GetAsync(CancellationToken ct)
    {
        if (Fresh() is { } known)
        {
            return known;
        }

        // One reader asks; the others wait for its answer instead of asking too.
        await reading.WaitAsync(ct);
        try
        {
            if (Fresh() is { } other)
            {
                return other;
            }

            var (asked, before) = (time.GetTimestamp(), changes);
            var value = await read(ct);
            copy = new Copy(value, asked, before);
            return value;
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>
    /// Makes the next reader ask the store: after a change of our own. An answer on its way was asked for before it and does not count.
    /// </summary>
    public void Forget() => Interlocked.Increment(ref changes);

    public void Dispose() => reading.Dispose();

    private T? Fresh() =>
        copy is { } current && current.Changes == changes && time.GetElapsedTime(current.Asked) < maxAge ? current.Value : null;

    private sealed record Copy(T Value, long Asked, int Changes);
}
