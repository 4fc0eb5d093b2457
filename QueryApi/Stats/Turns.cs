namespace Analytics.QueryApi.Stats;

/// <summary>
/// A few at a time; of those who wait, the newest and the oldest go first by turns. Newest first alone is what keeps a small question quick when much
/// waits, but then one that came early may never have its turn though all are answered around it; no limiter of the framework alternates.
/// </summary>
internal sealed class Turns(int atOnce, int mostWaiting)
{
    private readonly Lock sync = new();
    private readonly LinkedList<TaskCompletionSource> waiting = new(); // in the order in which they came
    private int free = atOnce;
    private bool isOldestNext;

    /// <summary>Takes a turn if there is one at once; who has had it calls <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        lock (sync)
        {
            if (free == 0)
            {
                return false;
            }

            free--;
            return true;
        }
    }

    /// <summary>Waits for a turn; who has had it calls <see cref="Leave"/>.</summary>
    /// <exception cref="StoreBusyException">More wait than may: it is the oldest that gives up.</exception>
    /// <exception cref="OperationCanceledException">It no longer waits.</exception>
    public async ValueTask EnterAsync(CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource> mine;
        lock (sync)
        {
            if (TryEnter()) // one may have become free since the caller looked
            {
                return;
            }

            mine = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (waiting.Count > mostWaiting)
            {
                Take(waiting.First!).SetException(new StoreBusyException($"More than {mostWaiting} questions wait."));
            }
        }

        await using var leaving = ct.UnsafeRegister(_ => GiveUp(mine, ct), null);
        await mine.Value.Task;
    }

    public void Leave()
    {
        lock (sync)
        {
            if (waiting.Count == 0)
            {
                free++;
                return;
            }

            Take(isOldestNext ? waiting.First! : waiting.Last!).SetResult();
            isOldestNext = !isOldestNext;
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> mine, CancellationToken ct)
    {
        lock (sync)
        {
            if (mine.List is not null) // it may have got its turn at this moment
            {
                Take(mine).SetCanceled(ct);
            }
        }
    }

    private TaskCompletionSource Take(LinkedListNode<TaskCompletionSource> node)
    {
        waiting.Remove(node);
        return node.Value;
    }
}
