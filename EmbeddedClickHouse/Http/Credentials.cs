using System.Security.Cryptography;
using System.Text;
using Analytics.EmbeddedClickHouse.Chdb;
using Microsoft.Extensions.Options;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>Who may ask. The engine has no users: everybody, or the one name and password of the options.</summary>
internal sealed class Credentials(IOptions<EngineOptions> options)
{
    /// <summary>Null: let in.</summary>
    public ClickHouseError? Check(HttpRequest request)
    {
        if (options.Value.User is not { } user)
        {
            return null;
        }

        var given = Read(request);
        return given is { } g && Same(g.User, user) & Same(g.Password, options.Value.Password ?? "")
            ? null
            : new ClickHouseError(
                516, "AUTHENTICATION_FAILED",
                $"{given?.User ?? "default"}: Authentication failed: password is incorrect, or there is no user with such name.");
    }

    private static (string User, string Password)? Read(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TryGetValue("X-ClickHouse-User", out var user) || headers.ContainsKey("X-ClickHouse-Key"))
        {
            return (user.Count == 0 ? "default" : user.ToString(), headers["X-ClickHouse-Key"].ToString());
        }

        var authorization = headers.Authorization.ToString();
        if (authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[authorization.Length];
            if (Convert.TryFromBase64String(authorization["Basic ".Length..].Trim(), bytes, out var length))
            {
                var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
                return (parts[0], parts.ElementAtOrDefault(1) ?? "");
            }
        }

        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return ("default", authorization["Bearer ".Length..].Trim());
        }

        return request.Query.TryGetValue("user", out var name)
            ? (name.ToString(), request.Query["password"].ToString())
            : null;
    }

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
}
