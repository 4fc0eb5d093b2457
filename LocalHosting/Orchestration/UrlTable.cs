using System.Globalization;
using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Where everything is, once everything is there.</summary>
internal static class UrlTable
{
    public static async Task<string> RenderAsync(
        DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext, TimeSpan took)
    {
        var rows = new List<(string Name, string Url, string Text)>();
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>())
        {
            var urls = new ResourceUrlsCallbackContext(executionContext, resource, [.. UrlsOf(resource)]);
            foreach (var annotation in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>())
            {
                await annotation.Callback(urls);
            }

            rows.AddRange(urls.Urls.Select((url, i) => (i == 0 ? resource.Name : "", url.Url, url.DisplayText ?? "")));
        }

        var name = rows.Select(r => r.Name.Length).DefaultIfEmpty(0).Max();
        var address = rows.Select(r => r.Url.Length).DefaultIfEmpty(0).Max();
        var (bold, plain) = ResourceConsole.UsesColour ? ("\e[1m", "\e[0m") : ("", "");

        var table = new StringBuilder().AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"  {bold}All healthy after {took.TotalSeconds:0.0} s{plain}").AppendLine();
        foreach (var row in rows)
        {
            table.AppendLine($"  {row.Name.PadRight(name)}  {row.Url.PadRight(address)}  {row.Text}".TrimEnd());
        }

        return table.AppendLine().Append("  Press Ctrl+C to stop.").AppendLine().ToString();
    }

    private static IEnumerable<ResourceUrlAnnotation> UrlsOf(IResourceWithEndpoints resource)
    {
        for (var replica = 0; replica < resource.GetReplicaCount(); replica++)
        {
            foreach (var endpoint in resource.GetEndpoints())
            {
                yield return new ResourceUrlAnnotation { Url = endpoint.UrlOf(replica), Endpoint = endpoint };
            }
        }
    }
}
