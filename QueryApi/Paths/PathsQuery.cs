using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Paths;

/// <summary>Which part of the sessions' ways is wanted.</summary>
/// <param name="Start">Path or pattern, empty: from the entry page on.</param>
/// <param name="End">Path or pattern, empty: not up to a page.</param>
internal sealed record PathsQuery(string Start, string End, int Steps, int Nodes) : IQueryPart
{
    private static readonly TextParameter StartName = new(
        "start", "From the first view of this page on: a path, in which * stands for any text. Without start and end: from the session's first page on.");
    private static readonly TextParameter EndName = new(
        "end", "Up to the last view of this page: a path, in which * stands for any text. Not together with start.");
    private static readonly NumberParameter StepsName = new("steps", "How many pages, that one among them.", 2, 7, 4);
    private static readonly NumberParameter NodesName = new("nodes", "How many pages of a step have a node of their own.", 1, 50, 10);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [StartName, EndName, StepsName, NodesName];

    public static ValueTask<PathsQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        var query = new PathsQuery(reader.Read(StartName), reader.Read(EndName), reader.Read(StepsName), reader.Read(NodesName));
        if (query is { Start.Length: > 0, End.Length: > 0 })
        {
            reader.Refuse(EndName.Name, "It does not go together with start; leave one of them out.");
        }

        return ValueTask.FromResult(query);
    }
}
