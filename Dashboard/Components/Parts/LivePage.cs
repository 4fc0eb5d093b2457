using System.Text.Json;
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
    private Answer? kept;
    private string? asked;
    private string? subject;

    [PersistentState]
    public Answer? Kept
    {
        get => Data is null || Problem is not null || !LoadsForFirstPaint ? null : Small(new Answer(Question, Data));
        set => kept = value;
    }

    [Inject]
    private protected StatsClient Stats { get; set; } = null!;

    [Inject]
    private protected NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private protected IJSRuntime JS { get; set; } = null!;

    protected TData? Data { get; private set; }

    /// <summary>Why the last question has no answer. With <see cref="Data"/> it means that the data is older than it should be.</summary>
    protected StatsException? Problem { get; private set; }

    /// <summary>What is shown answers another question than the one now asked.</summary>
    protected bool Waiting { get; private set; }

    /// <summary>Everything the answer depends on; the page loads when it changes.</summary>
    protected abstract string Question { get; }

    /// <summary>What a change of makes the old answer misleading even as a placeholder, such as the site.</summary>
    protected virtual string Subject => "";

    protected virtual int RefreshSeconds => 10;

    /// <summary>Whether the first paint waits for the data. Not where the data is large and only a script can show it.</summary>
    protected virtual bool LoadsForFirstPaint => true;

    private protected abstract Task<TData> LoadAsync(CancellationToken ct);

    protected override async Task OnParametersSetAsync()
    {
        if (asked == Question || !(LoadsForFirstPaint || RendererInfo.IsInteractive))
        {
            return;
        }

        asked = Question;
        if (subject != Subject)
        {
            Data = null;
        }

        subject = Subject;
        if (kept is { } answer && answer.Question == asked)
        {
            kept = null;
            Data = answer.Data;
            Problem = null;
            return;
        }

        kept = null;
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
            var module = await JS.InvokeAsync<IJSObjectReference>("import", gone.Token, Assets.Module("lib/page.js"));
            self = DotNetObjectReference.Create(this);
            clock = await module.InvokeAsync<IJSObjectReference>("refresh", gone.Token, self, RefreshSeconds);
            await module.DisposeAsync();
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
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
        try
        {
            var data = await LoadAsync(mine.Token);
            if (asking == mine)
            {
                (Data, Problem, Waiting) = (data, null, false);
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
                Data = Waiting ? null : Data;
                (Problem, Waiting) = (e, false);
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

    private static Answer? Small(Answer answer) => JsonSerializer.SerializeToUtf8Bytes(answer).Length <= MaxKeptBytes ? answer : null;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await gone.CancelAsync();
        try
        {
            if (clock is not null)
            {
                await clock.InvokeVoidAsync("stop");
                await clock.DisposeAsync();
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The tab is closed, and its clock with it.
        }

        self?.Dispose();
        gone.Dispose();
    }

    public sealed record Answer(string Question, TData Data);
}
