using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Analytics.Contracts;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Analytics.Collector.Script;

/// <summary>
/// Serves the tracker's scripts, compressed once at start, each at the path of its name in Tracker/dist and at the other that the owner may
/// have given it (<see cref="TrackerPaths"/>); the page that tries them out; and in Development the demo shop. Scripts are read by pages of
/// any origin, so they say so.
/// </summary>
internal static class ScriptEndpoint
{
    private const string ResourcePrefix = "tracker/";

    // Short, because its address does not change with its content; after that a 304.
    private const string CacheControl = "public, max-age=3600, stale-while-revalidate=86400";

    public static WebApplicationBuilder AddScript(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Scripts>();
        return builder;
    }

    public static WebApplication MapScript(this WebApplication app)
    {
        var scripts = app.Services.GetRequiredService<Scripts>();
        var paths = app.Services.GetRequiredService<TrackerPaths>();
        foreach (var name in scripts.Names)
        {
            string?[] addresses = ["/" + name, paths.OtherNameOf("/" + name)];
            foreach (var address in addresses.OfType<string>())
            {
                app.MapMethods(address, ["GET", "HEAD"], context => scripts.WriteAsync(context, name));
            }
        }

        app.MapPages("/tracking/test", "tracking-test");
        if (app.Environment.IsDevelopment())
        {
            app.MapPages("/demo", "demo");
        }

        return app;
    }

    private static void MapPages(this WebApplication app, string path, string folder)
    {
        var root = Path.Combine(app.Environment.ContentRootPath, "wwwroot", folder);
        if (!Directory.Exists(root))
        {
            root = Path.Combine(AppContext.BaseDirectory, "wwwroot", folder);
        }

        if (!Directory.Exists(root))
        {
            return;
        }

        // /demo goes to /demo/, without which the pages' relative links would miss. The file server's own redirect names the host that it is
        // asked by, which is this process and not the gateway.
        app.Use((context, next) =>
        {
            if (context.Request.Path.Value != path)
            {
                return next(context);
            }

            context.Response.Redirect($"{path}/{context.Request.QueryString}", permanent: true);
            return Task.CompletedTask;
        });
        app.UseFileServer(new FileServerOptions
        {
            FileProvider = new PhysicalFileProvider(Path.GetFullPath(root)),
            RequestPath = path,
            RedirectToAppendTrailingSlash = false,
        });
    }

    private sealed class Scripts
    {
        private readonly Dictionary<string, Script> byName = [];

        public Scripts(TrackerPaths paths)
        {
            var assembly = Assembly.GetExecutingAssembly();
            foreach (var resource in assembly.GetManifestResourceNames())
            {
                if (!resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
                {
                    continue;
                }

                using var stream = assembly.GetManifestResourceStream(resource)!;
                var plain = new byte[stream.Length];
                stream.ReadExactly(plain);
                plain = Rename(plain, paths);
                byName.Add(resource[ResourcePrefix.Length..], new(
                    plain,
                    Compress(plain, output => new GZipStream(output, CompressionLevel.SmallestSize)),
                    Compress(plain, output => new BrotliStream(output, CompressionLevel.SmallestSize)),
                    Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8))));
            }
        }

        public IEnumerable<string> Names => byName.Keys;

        public async Task WriteAsync(HttpContext context, string name)
        {
            var script = byName[name];
            var (encoding, body) = Choose(context.Request.Headers.AcceptEncoding.ToString(), script);
            var tag = $"\"{script.Hash}{(encoding.Length == 0 ? "" : "-" + encoding)}\"";
            var headers = context.Response.Headers;
            headers.ETag = tag;
            headers.CacheControl = CacheControl;
            headers.Vary = "Accept-Encoding";
            headers.AccessControlAllowOrigin = "*";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            headers.XContentTypeOptions = "nosniff";
            if (IsKnown(context.Request.Headers.IfNoneMatch, tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            if (encoding.Length > 0)
            {
                headers.ContentEncoding = encoding;
            }

            headers.ContentType = "text/javascript; charset=utf-8";
            headers.ContentLength = body.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
            }
        }

        /// <summary>A script posts where it was told to at its build, unless that has another name now.</summary>
        private static byte[] Rename(byte[] plain, TrackerPaths paths)
        {
            if (paths.Renamed.Count == 0)
            {
                return plain;
            }

            var script = Encoding.UTF8.GetString(plain);
            foreach (var (usual, chosen) in paths.Renamed)
            {
                script = script.Replace($"\"{usual}\"", $"\"{chosen}\"", StringComparison.Ordinal)
                    .Replace($"\"{usual}/\"", $"\"{chosen}\"", StringComparison.Ordinal);
            }

            return Encoding.UTF8.GetBytes(script);
        }

        private static (string Encoding, byte[] Body) Choose(string accepted, Script script) =>
            accepted.Contains("br", StringComparison.Ordinal) ? ("br", script.Brotli)
            : accepted.Contains("gzip", StringComparison.Ordinal) ? ("gzip", script.Gzip)
            : ("", script.Plain);

        private static bool IsKnown(Microsoft.Extensions.Primitives.StringValues known, string tag)
        {
            if (!EntityTagHeaderValue.TryParseList(known!, out var tags))
            {
                return false;
            }

            foreach (var one in tags)
            {
                if (one.Tag == tag || one.Tag == "*")
                {
                    return true;
                }
            }

            return false;
        }

        private static byte[] Compress(byte[] plain, Func<Stream, Stream> with)
        {
            using var output = new MemoryStream();
            using (var stream = with(output))
            {
                stream.Write(plain);
            }

            return output.ToArray();
        }

        private sealed record Script(byte[] Plain, byte[] Gzip, byte[] Brotli, string Hash);
    }
}
