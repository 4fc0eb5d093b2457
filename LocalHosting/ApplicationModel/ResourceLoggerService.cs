using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.ApplicationModel;

public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>The latest lines of every replica, for failure messages, for tests and for whoever watches.</summary>
public class ResourceLoggerService
{
    private const int Kept = 500;
    private const int ShownOnFailure = 20;

    private readonly ConcurrentDictionary<string, Backlog> _backlogs = new(StringComparer.OrdinalIgnoreCase);

    internal ResourceLoggerService()
    {
    }

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return WatchAsync(resource.Name);
    }

    /// <summary>First the lines that are kept, then each new one. A watcher that is slow misses lines; the process never waits.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName)
    {
        await foreach (var lines in BacklogOf(resourceName).WatchAsync(default))
        {
            yield return lines;
        }
    }

    internal void Add(string resourceId, string line, bool isError) => BacklogOf(resourceId).Add(line, isError);

    internal string LastLinesOf(string resourceId)
    {
        var lines = BacklogOf(resourceId).Last(ShownOnFailure);
        return lines.Length == 0 ? "" : $" Its last lines:{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", lines)}";
    }

    private Backlog BacklogOf(string resourceId) => _backlogs.GetOrAdd(resourceId, _ => new Backlog());

    private sealed class Backlog
    {
        private readonly Queue<LogLine> _lines = new();
        private readonly Lock _lock = new();
        private ImmutableList<Channel<LogLine>> _watchers = [];
        private int _count;

        public void Add(string content, bool isError)
        {
            lock (_lock)
            {
                var line = new LogLine(++_count, content, isError);
                _lines.Enqueue(line);
                if (_lines.Count > Kept)
                {
                    _lines.Dequeue();
                }

                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryWrite(line);
                }
            }
        }

        public string[] Last(int count)
        {
            lock (_lock)
            {
                return [.. _lines.TakeLast(count).Select(l => l.Content)];
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken ct)
        {
            var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });
            LogLine[] known;
            lock (_lock)
            {
                known = [.. _lines];
                _watchers = _watchers.Add(channel);
            }

            try
            {
                if (known.Length > 0)
                {
                    yield return known;
                }

                await foreach (var line in channel.Reader.ReadAllAsync(ct))
                {
                    yield return [line];
                }
            }
            finally
            {
                lock (_lock)
                {
                    _watchers = _watchers.Remove(channel);
                }
            }
        }
    }
}
