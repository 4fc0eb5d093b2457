using Analytics.QueryApi.Sites;
using Analytics.Storage;

namespace Analytics.QueryApi.Auth;

/// <summary>
/// Recognises keys: the bootstrap key of the configuration, of which only the hash is kept in memory, and those of the store, read again
/// when they are older than a second: a key that any replica revoked is refused by all within that.
/// </summary>
internal sealed class KeyRegistry(IConfiguration configuration, ApiKeys keys, SiteChanges changes, TimeProvider time) : IDisposable
{
    public const string BootstrapSetting = "Auth:BootstrapKey";

    private readonly Recent<KnownKeys> stored = new(keys.ReadAsync, TimeSpan.FromSeconds(1), time);
    private readonly string? bootstrapHash = configuration[BootstrapSetting] is { Length: > 0 } key ? ApiKeyText.Hash(key) : null;

    public bool HasBootstrap => bootstrapHash is not null;

    /// <summary>The key's rights, or null where it is not known or has expired. What cannot be a key asks nothing of the store.</summary>
    public async ValueTask<ApiKey?> FindAsync(string text, CancellationToken ct)
    {
        if (bootstrapHash is not null && ApiKeyText.Matches(text, bootstrapHash))
        {
            return ApiKey.Bootstrap;
        }

        return ApiKeyText.IdOf(text) is null ? null : (await stored.GetAsync(ct)).Find(text, time.GetUtcNow());
    }

    /// <summary>Whether a key that was let in would be still: for answers that go on.</summary>
    public async ValueTask<bool> IsStillKnownAsync(ApiKey key, CancellationToken ct) =>
        key == ApiKey.Bootstrap || ((await stored.GetAsync(ct)).ById(key.Id) is { } known && !known.IsExpired(time.GetUtcNow()));

    /// <summary>Those of the store, as they are now.</summary>
    public async ValueTask<KnownKeys> ReadAsync(CancellationToken ct)
    {
        stored.Forget();
        return await stored.GetAsync(ct);
    }

    public async Task SaveAsync(ApiKey key, CancellationToken ct)
    {
        await keys.SaveAsync(key, time.GetUtcNow(), ct);
        await TellAsync(key);
    }

    public async Task RevokeAsync(ApiKey key, CancellationToken ct)
    {
        await keys.DeleteAsync(key, time.GetUtcNow(), ct);
        await TellAsync(key);
    }

    public void Dispose() => stored.Dispose();

    private Task TellAsync(ApiKey key)
    {
        stored.Forget();
        return changes.PublishAsync(SiteChanges.KeysChannel, key.Id);
    }
}
