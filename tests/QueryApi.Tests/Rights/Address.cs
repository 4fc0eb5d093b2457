using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace Analytics.QueryApi.Tests.Rights;

/// <summary>An endpoint of the running API as its own routing table has it: a new one is in every test of rights by itself.</summary>
internal sealed partial record Address(string Method, string Route, IReadOnlyList<string> Policies, bool NeedsKey)
{
    /// <summary>What anybody may read: how the API is described, and how it is.</summary>
    private static readonly string[] Public = ["GET /", "GET /openapi/{documentName}.json", "GET /openapi/postman.json", "GET /health", "GET /alive"];

    /// <summary>What any key may read, whatever its scopes.</summary>
    private static readonly string[] OfAnyKey = ["GET /api/keys/me"];

    public string Name => $"{Method} {Route}";

    public bool IsPublic => Public.Contains(Name);

    public bool IsOfAnyKey => OfAnyKey.Contains(Name);

    public static IReadOnlyList<Address> All(EndpointDataSource endpoints) =>
    [
        .. endpoints.Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => Of(method, endpoint)))
            .DistinctBy(address => address.Name)
            .OrderBy(address => address.Name, StringComparer.Ordinal),
    ];

    /// <summary>The address with each of its parameters replaced.</summary>
    public string Fill(Func<string, string> value) => Parameter.Replace(Route, match => value(match.Groups[1].Value.TrimStart('*')));

    private static Address Of(string method, RouteEndpoint endpoint)
    {
        var rights = endpoint.Metadata.OfType<IAuthorizeData>().ToList();
        var open = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        return new(
            method, "/" + endpoint.RoutePattern.RawText?.TrimStart('/'), [.. rights.Select(right => right.Policy).OfType<string>().Distinct()],
            rights.Count > 0 && !open);
    }

    [GeneratedRegex(@"\{([^}:=?]+)[^}]*\}")]
    private static partial Regex Parameter { get; }
}
