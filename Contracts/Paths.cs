namespace Analytics.Contracts;

/// <summary>Which pages sessions went through, step by step: what a Sankey diagram is drawn from.</summary>
/// <param name="Sessions">Sessions with at least the first node.</param>
/// <param name="Steps">How many steps there are at most. With an end page the last step is that page.</param>
/// <param name="Nodes">By step; within it the most sessions first, what is left of the step last.</param>
public sealed record PathsResponse(long Sessions, int Steps, IReadOnlyList<PathNode> Nodes, IReadOnlyList<PathLink> Links);

/// <param name="Step">1 is the first.</param>
/// <param name="Page">Path of the page; empty for the rest of the step.</param>
/// <param name="Other">Whether it stands for all pages of the step that have no node of their own.</param>
/// <param name="Sessions">Sessions that were here at this step.</param>
/// <param name="Ended">Those of them that saw no further page; 0 with an end page.</param>
public sealed record PathNode(int Step, string Page, bool Other, long Sessions, long Ended);

/// <param name="Source">Index of a node, from 0.</param>
/// <param name="Target">Index of a node of the step after.</param>
/// <param name="Sessions">Sessions that went from one to the other.</param>
public sealed record PathLink(int Source, int Target, long Sessions);
