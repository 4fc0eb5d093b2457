using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Analytics.QueryApi.Documentation;

/// <summary>What the code says of its types and their properties, from the documentation file beside each of our assemblies.</summary>
internal static partial class Docstrings
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Files = new();

    public static string? OfType(Type type) => Find(type, $"T:{NameOf(type)}")?.Element("summary") is { } summary ? Text(summary) : null;

    /// <summary>A record's properties are described as its parameters.</summary>
    public static string? OfProperty(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        var own = Find(type, $"P:{NameOf(type)}.{property.Name}")?.Element("summary");
        var parameter = Find(type, $"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(param => param.Attribute("name")?.Value == property.Name);
        return (own ?? parameter) is { } found ? Text(found) : null;
    }

    private static XElement? Find(Type type, string member) => Files.GetOrAdd(type.Assembly, Load).GetValueOrDefault(member);

    private static IReadOnlyDictionary<string, XElement> Load(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value)
            : new Dictionary<string, XElement>();
    }

    private static string NameOf(Type type) =>
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    // <c>x</c> is code, <see cref="T:A.B"/> the name that it ends in.
    private static string Text(XElement element) => Blanks().Replace(string.Concat(element.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "paramref" } see => (see.Attributes().FirstOrDefault()?.Value ?? "").Split('.', ':')[^1],
        XElement other => other.Value,
        _ => node.ToString().Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal),
    })), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
