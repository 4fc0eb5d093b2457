using System.Threading.Channels;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Writes every resource's lines to the console, each behind its name. A console that is slow or paused loses lines; it never holds up a
/// process.
/// </summary>
internal sealed class ResourceConsole : IAsyncDisposable
{
    private const int LongestQueue = 10_000;

    // Cyan, yellow, green, magenta, blue and their bright kin: readable on dark and on light.
    private static readonly int[] Colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(LongestQueue) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Dictionary<string, string> _prefixes;
    private readonly Task _writer;

    public ResourceConsole(IReadOnlyCollection<string> names)
    {
        var width = names.Select(n => n.Length).DefaultIfEmpty(0).Max();
        var colour = UsesColour;
        _prefixes = names.Select((name, i) => (name, i)).ToDictionary(
            p => p.name,
            p => colour ? $"\e[{Colours[p.i % Colours.Length]}m{p.name.PadRight(width)} │\e[0m " : $"{p.name.PadRight(width)} | ");
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Colours are for people: not when the output goes to a file, nor when <c>NO_COLOR</c> is set.</summary>
    public static bool UsesColour => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Write(string name, string line) => _lines.Writer.TryWrite(_prefixes[name] + line);

    public void Write(string text) => _lines.Writer.TryWrite(text);

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();

        // Someone may have paused the terminal.
        await Task.WhenAny(_writer, Task.Delay(TimeSpan.FromSeconds(2)));
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync())
            {
                Console.Out.WriteLine(line);
            }
        }
        catch (IOException)
        {
            // Whoever read our output is gone; the processes go on.
            await foreach (var line in _lines.Reader.ReadAllAsync())
            {
                _ = line;
            }
        }
    }
}
