namespace Analytics.AppHost;

internal static class InlineSockets
{
    /// <summary>
    /// What arrives on a socket is worked on by the thread that saw it arrive, and no other is woken for it: right for services that only
    /// pass on and never block. On two cores it is worth a tenth of all requests (docs/performance.md).
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithInlineSockets(this IResourceBuilder<ProjectResource> builder) =>
        builder.WithEnvironment("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
