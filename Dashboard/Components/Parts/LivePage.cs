using System.Text.Json;
using Analytics.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Analytics.Dashboard.Components.Parts;

/// <summary>
/// A page over one question to the QueryApi: loads when the question changes, again every few seconds while somebody looks, and keeps
/// what it had while it waits. What was loaded for the first paint travels with the page, so the circuit does not ask twice.
/// </summary>
public abstract class LivePage<TData> : ComponentBase, IAsyncDisposable
    where TData : class
{
    /// <summary>
    /// The browser hands a kept answer back in one message, encrypted and in base64, and the hub refuses messages beyond
    /// <see cref="Circuits.MaxMessageBytes"/>: what is larger is asked for again.
    /// </summary>
    private const int MaxKeptBytes = 128 * 1024;

    private readonly CancellationTokenSource gone = new();
    private CancellationTokenSource? asking;
    private DotNetObjectReference<LivePage<TData>>? self;
    private IJSObjectReference? clock;
    private Answer? answer;
    private string? asked;
    private string? subject;

    /// <summary>
    /// What travels from the first paint to the circuit. The framework writes back what it read whenever parameters change, so this
    /// names the question that was answered, which need not be the one now asked.
    /// </summary>
    [PersistentState]
    public Answer? Kept
    {
        get => !LoadsForFirstPaint ? null : RendererInfo.IsInteractive ? answer : Small(answer);
        set => answer = value ?? answer;
    }

    [Inject]
    private protected StatsClient Stats { get; set; } = null!;

    [Inject]
    private protected NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private protected IJSRuntime JS { get; set; } = null!;

    protected TData? Data => answer?.Data;

    /// <summary>Why the last question has no answer. With <see cref="Data"/> it means that the data is older than it should be.</summary>
    protected StatsException? Problem { get; private set; }

    /// <summary>What is shown answers another question than the one now asked.</summary>
    protected bool Waiting { get; private set; }

    /// <summary>Everything the answer depends on; the page loads when it changes.</summary>
    protected abstract string Question { get; }

    /// <summary>What a change of makes the old answer misleading even as a placeholder, such as the site.</summary>
    protected virtual string Subject => "";

    /// <summary>The shortest pause between two answers; the browser waits longer where answers are slow.</summary>
    protected virtual int RefreshSeconds => 2;

    /// <summary>Whether the first paint waits for the data. Not where the data is large and only a script can show it.</summary>
    protected virtual bool LoadsForFirstPaint => true;

    private protected abstract Task<TData> LoadAsync(CancellationToken ct);

    protected override async Task OnParametersSetAsync()
    {
        if (asked == Question || !(LoadsForFirstPaint || RendererInfo.IsInteractive))
        {
            return;
        }

        var first = asked is null;
        asked = Question;
        if (first && answer?.Question == asked)
        {
            subject = Subject;
            return; // it came with the page
        }

        if (subject != Subject)
        {
            subject = Subject;
            answer = null;
        }

        Waiting = true;
        await AskAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            self = DotNetObjectReference.Create(this);
            await using var module = await JS.InvokeAsync<IJSObjectReference>("import", Assets.Module("lib/page.js"));
            clock = await module.InvokeAsync<IJSObjectReference>("refresh", self, RefreshSeconds);
            if (gone.IsCancellationRequested)
            {
                await StopClockAsync(); // the reader went on before the clock was set
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The reader left before the page was ready.
        }
    }

    /// <summary>Asks the same question again; called by the browser's clock and by "Try again".</summary>
    [JSInvokable("Refresh")]
    public async Task RefreshAsync()
    {
        if (!Waiting && !gone.IsCancellationRequested)
        {
            await AskAsync();
        }
    }

    protected Task RetryAsync()
    {
        Waiting = Data is null;
        return AskAsync();
    }

    private async Task AskAsync()
    {
        // A newer question makes the answer to the older one worthless; both would otherwise race for the screen.
        asking?.Cancel();
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(gone.Token);
        asking = mine;
        var question = Question;
        try
        {
            var data = await LoadAsync(mine.Token);
            if (asking == mine)
            {
                (answer, Problem, Waiting) = (new Answer(question, data), null, false);
            }
        }
        catch (StatsException e) when (e.Failure == StatsFailure.SignedOut)
        {
            Navigation.NavigateTo($"/login?why=key&returnUrl={Uri.EscapeDataString($"/{Navigation.ToBaseRelativePath(Navigation.Uri)}")}", forceLoad: true);
        }
        catch (StatsException e)
        {
            if (asking == mine)
            {
                // Old numbers under a notice beat none, but not the numbers of another question.
                (answer, Problem, Waiting) = (Waiting ? null : answer, e, false);
            }
        }
        catch (OperationCanceledException)
        {
            // Overtaken, or the page is gone.
        }
        finally
        {
            if (asking == mine)
            {
                asking = null;
                StateHasChanged();
            }
        }
    }

    private static Answer? Small(Answer? made) =>
        made is not null && JsonSerializer.SerializeToUtf8Bytes(made).Length <= MaxKeptBytes ? made : null;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await gone.CancelAsync();
        await StopClockAsync();
        self?.Dispose();
    }

    private async Task StopClockAsync()
    {
        if (clock is null)
        {
            return;
        }

        try
        {
            await clock.InvokeVoidAsync("stop");
            await clock.DisposeAsync();
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The tab is closed, and its clock with it.
        }
    }

    public sealed record Answer(string Question, TData Data);
}
