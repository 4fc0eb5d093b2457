using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Analytics.Contracts;

namespace Analytics.QueryApi.Exports;

/// <summary>What the cells of a column are. Any of them may be absent.</summary>
internal enum CellType
{
    Text,
    Boolean,
    Integer,
    Real,
    Money,
    Time,
    Day,

    /// <summary>A list or a map within a cell: JSON there, its text where the form knows no such thing.</summary>
    Json,
}

/// <param name="Name">As filters and dimensions are named: snake_case.</param>
internal sealed record Column(string Name, CellType Type);

/// <summary>
/// A report's answer as rows and columns. The rows are those of its main list: the first of its lists that has any. An answer without a
/// list is one row. Records within a row become columns of their own, joined by an underscore, and so do its lists of numbers, each
/// number a column.
/// </summary>
/// <param name="Rows">One value a column.</param>
internal sealed record Table(IReadOnlyList<Column> Columns, IEnumerable<object?[]> Rows)
{
    /// <summary>Names the answer itself where a list of it could be meant.</summary>
    public const string Headline = "answer";

    /// <summary>Numbers of one list that become columns; a longer list stays a cell.</summary>
    private const int MostNumbers = 400;

    private static readonly ConcurrentDictionary<Type, Cell[]> CellsOfType = new();

    /// <param name="name">Which list: its name, <see cref="Headline"/>, or empty for the main one. Null where the answer has no such list.</param>
    public static Table? Of(object answer, string name = "")
    {
        if (answer is QueryResponse query && name.Length == 0)
        {
            return QueryTable.Of(query);
        }

        if (Choose(answer, name) is not var (rows, rowType, rowsName))
        {
            return null;
        }

        if (!IsRecord(rowType))
        {
            return OfValues(rows, rowType, rowsName);
        }

        var records = rows.Cast<object>().ToList();
        var ofType = CellsOfType.GetOrAdd(rowType, static type => [.. CellsOf(type, [])]);
        var cells = rowsName == Headline ? [.. ofType.Where(cell => !cell.IsList)] : ofType.SelectMany(cell => cell.Spread(records)).ToArray();
        return new Table([.. cells.Select(cell => cell.Column)], records.Select(row => Array.ConvertAll(cells, cell => cell.Of(row))));
    }

    /// <summary>The names that <see cref="Of"/> takes for answers of this type.</summary>
    public static IReadOnlyList<string> NamesOf(Type type) => ElementOf(type) is null ? [Headline, .. ListsOf(type).Select(NameOf)] : [];

    private static Table OfValues(IEnumerable values, Type type, string name) => new(
        [new Column("index", CellType.Integer), new Column(name, CellTypeOf(type))],
        values.Cast<object?>().Select((value, index) => new[] { index, value }));

    private static (IEnumerable Rows, Type RowType, string Name)? Choose(object answer, string name)
    {
        var type = answer.GetType();
        if (ElementOf(type) is { } element)
        {
            return name.Length == 0 ? ((IEnumerable)answer, element, "value") : null;
        }

        var lists = ListsOf(type);
        if (name.Length > 0 && name != Headline)
        {
            return lists.Find(list => NameOf(list) == name) is { } named ? Rows(named) : null;
        }

        // Numbers beside records are theirs: the line of a small chart.
        lists.RemoveAll(list => ElementOf(list.PropertyType)!.IsDefined(typeof(RemarkAttribute)));
        var isHeadline = name == Headline || lists.Count == 0
            || (!lists.Exists(list => IsRecord(ElementOf(list.PropertyType)!)) && PropertiesOf(type).Any(property => IsRecord(property.PropertyType)));
        if (isHeadline)
        {
            return (new[] { answer }, type, Headline);
        }

        lists = [.. lists.OrderBy(list => CellTypeOf(ElementOf(list.PropertyType)!) == CellType.Text ? 1 : 0)]; // ids and names come last
        return Rows(lists.Find(list => Rows(list).Rows.Cast<object?>().Any()) ?? lists[0]);

        (IEnumerable Rows, Type RowType, string Name) Rows(PropertyInfo list) =>
            ((IEnumerable?)list.GetValue(answer) ?? Array.Empty<object>(), ElementOf(list.PropertyType)!, NameOf(list));
    }

    private static List<PropertyInfo> ListsOf(Type type) => [.. PropertiesOf(type).Where(IsList)];

    private static bool IsList(PropertyInfo property) => ElementOf(property.PropertyType) is not null && !IsMap(property.PropertyType);

    private static IEnumerable<Cell> CellsOf(Type type, IReadOnlyList<PropertyInfo> path)
    {
        foreach (var property in PropertiesOf(type))
        {
            var steps = path.Append(property).ToArray();
            var within = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (within.IsDefined(typeof(RemarkAttribute)))
            {
                continue;
            }

            if (IsRecord(within) && path.All(step => step.PropertyType != property.PropertyType))
            {
                foreach (var cell in CellsOf(within, steps))
                {
                    yield return cell;
                }
            }
            else
            {
                yield return new Cell(new Column(string.Join('_', steps.Select(NameOf)), CellTypeOf(within)), steps);
            }
        }
    }

    private static CellType CellTypeOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } => CellType.Text,
        var other when other == typeof(string) || other == typeof(Guid) || other == typeof(Uri) => CellType.Text,
        var other when other == typeof(bool) => CellType.Boolean,
        var other when other == typeof(double) || other == typeof(float) => CellType.Real,
        var other when other == typeof(decimal) => CellType.Money,
        var other when other == typeof(DateTimeOffset) => CellType.Time,
        var other when other == typeof(DateOnly) => CellType.Day,
        { IsPrimitive: true } => CellType.Integer,
        _ => CellType.Json,
    };

    private static bool IsRecord(Type type) =>
        CellTypeOf(type) == CellType.Json && ElementOf(type) is null && type != typeof(object) && type != typeof(JsonElement) && !type.IsAssignableTo(typeof(JsonNode))
        && PropertiesOf(Nullable.GetUnderlyingType(type) ?? type).Length > 0;

    private static bool IsMap(Type type) =>
        ElementOf(type) is { IsGenericType: true } element && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    private static Type? ElementOf(Type type) => type == typeof(string)
        ? null
        : type.GetInterfaces().Prepend(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    private static PropertyInfo[] PropertiesOf(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition != JsonIgnoreCondition.Always),
    ];

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? property.Name);

    private sealed record Cell(Column Column, PropertyInfo[] Path, int? Index = null)
    {
        public bool IsList => Table.IsList(Path[^1]);

        public object? Of(object row)
        {
            var value = Path.Aggregate((object?)row, (value, property) => value is null ? null : property.GetValue(value));
            return Index is { } index ? ((IEnumerable?)value)?.Cast<object?>().ElementAtOrDefault(index) : value;
        }

        // A list of numbers is as many columns as its longest has numbers.
        public IEnumerable<Cell> Spread(IReadOnlyList<object> rows)
        {
            var type = ElementOf(Path[^1].PropertyType) is { } element ? CellTypeOf(element) : CellType.Json;
            if (type is not (CellType.Integer or CellType.Real or CellType.Money))
            {
                return [this];
            }

            var longest = rows.Max(row => ((IEnumerable?)Of(row))?.Cast<object?>().Count()) ?? 0;
            return longest > MostNumbers
                ? [this]
                : Enumerable.Range(0, longest).Select(i => new Cell(new Column(string.Create(CultureInfo.InvariantCulture, $"{Column.Name}_{i}"), type), Path, i));
        }
    }
}
