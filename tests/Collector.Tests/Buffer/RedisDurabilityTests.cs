using Analytics.Collector.Buffer;
using Analytics.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Analytics.Collector.Tests.Buffer;

public sealed class RedisDurabilityTests
{
    [Fact]
    public async Task A_log_that_is_written_later_is_made_one_that_is_written_before_the_answer_and_again_after_a_restart()
    {
        await using var server = await RedisServer.StartAsync(RedisKind.Redis, "everysec");
        using var redis = Pushes.Connect(server.ConnectionString);
        using var buffer = Pushes.Buffer(redis);
        await buffer.StartAsync(CancellationToken.None);
        Assert.Equal("always", await Eventually.AnswersAsync(() => AppendFsyncAsync(redis), mode => mode == "always", seconds: 20));

        server.Kill9();
        await server.RestartAsync();
        Assert.Equal("always", await Eventually.AnswersAsync(() => AppendFsyncAsync(redis), mode => mode == "always", seconds: 20));
        await buffer.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(RedisKind.Redis)]
    [InlineData(RedisKind.Garnet)]
    public async Task A_server_that_writes_before_it_answers_is_durable(RedisKind kind)
    {
        await using var server = await RedisServer.StartAsync(kind);
        using var redis = Pushes.Connect(server.ConnectionString);
        var durability = new RedisDurability(redis, NullLogger<RedisDurability>.Instance);
        Assert.Null(durability.IsDurable);
        await durability.AssureAsync();
        Assert.True(durability.IsDurable);
    }

    [Fact]
    public async Task A_server_without_a_log_is_not()
    {
        await using var server = await RedisServer.StartAsync(RedisKind.Redis);
        using var redis = Pushes.Connect(server.ConnectionString);
        await redis.Database.ExecuteAsync("CONFIG", "SET", "appendonly", "no");
        var durability = new RedisDurability(redis, NullLogger<RedisDurability>.Instance);
        await durability.AssureAsync();
        Assert.False(durability.IsDurable);
    }

    [Fact]
    public async Task A_server_that_hides_its_configuration_is_asked_for_nothing_more()
    {
        await using var server = await RedisServer.StartAsync(RedisKind.Redis);
        using var redis = Pushes.Connect(server.ConnectionString);
        await redis.Database.ExecuteAsync("ACL", "SETUSER", "default", "-config");
        var durability = new RedisDurability(redis, NullLogger<RedisDurability>.Instance);
        await durability.AssureAsync();
        Assert.Null(durability.IsDurable);
    }

    private static async Task<string?> AppendFsyncAsync(RedisConnection redis)
    {
        try
        {
            return ((string[]?)await redis.Database.ExecuteAsync("CONFIG", "GET", "appendfsync"))?[1];
        }
        catch (Exception e) when (RedisConnection.IsTransient(e))
        {
            return null;
        }
    }
}
