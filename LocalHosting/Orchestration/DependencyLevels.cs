using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// How far each resource is from those that depend on nothing. References may run in circles; waits may not, but are not trusted either.
/// </summary>
internal sealed class DependencyLevels
{
    private readonly Dictionary<IResource, int> _levels = [];

    public DependencyLevels(IEnumerable<IResource> resources)
    {
        foreach (var resource in resources)
        {
            Visit(resource, []);
        }
    }

    public int Of(IResource resource) => _levels[resource];

    private int Visit(IResource resource, HashSet<IResource> path)
    {
        if (_levels.TryGetValue(resource, out var known))
        {
            return known;
        }

        if (!path.Add(resource))
        {
            return 0;
        }

        var level = resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Select(r => r.Resource).Concat(ReferencesOf(resource)).Distinct()
            .Select(dependency => Visit(dependency, path) + 1).DefaultIfEmpty(0).Max();
        path.Remove(resource);
        return _levels[resource] = level;
    }

    /// <summary>A connection string depends on the resources whose addresses it is made of.</summary>
    private static IEnumerable<IResource> ReferencesOf(object value) => value is IValueWithReferences { References: var references }
        ? references.SelectMany(r => r is IResource resource ? [resource] : ReferencesOf(r))
        : [];
}
