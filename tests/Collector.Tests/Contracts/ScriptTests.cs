using System.Net;

namespace Analytics.Collector.Tests.Contracts;

public sealed class ScriptTests(Stores stores)
{
    [Theory]
    [InlineData("", "")]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, br", "br")]
    public async Task The_script_is_served_to_pages_of_any_origin_and_once_only(string accepted, string encoding)
    {
        using var first = await GetAsync(accepted);
        using var second = await GetAsync(accepted, first.Headers.ETag!.ToString());

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (first.StatusCode, second.StatusCode));
        Assert.Equal("text/javascript", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal(encoding, first.Content.Headers.ContentEncoding.SingleOrDefault() ?? "");
        Assert.Equal(["*"], first.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["cross-origin"], first.Headers.GetValues("Cross-Origin-Resource-Policy"));
        Assert.InRange(first.Content.Headers.ContentLength!.Value, 1_000, encoding.Length > 0 ? 8 * 1024 : 24 * 1024);
    }

    [Fact]
    public async Task A_module_that_does_not_exist_is_not_found() =>
        Assert.Equal(HttpStatusCode.NotFound, (await stores.Collector.Http.GetAsync("t/nothing.js")).StatusCode);

    private async Task<HttpResponseMessage> GetAsync(string accepted, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "script.js");
        if (accepted.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        return await stores.Collector.Http.SendAsync(request);
    }
}
