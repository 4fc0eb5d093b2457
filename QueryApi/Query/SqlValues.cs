using System.Globalization;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Query;

/// <summary>The values of one statement: each gets a name of ours, and only that name becomes part of the text.</summary>
internal sealed class SqlValues
{
    private readonly Dictionary<string, object?> values = [];

    /// <param name="siteId">With the times, what <see cref="EventRows"/> and <see cref="SessionRows"/> name.</param>
    public SqlValues(uint siteId, DateTimeOffset from, DateTimeOffset to)
    {
        values["site"] = siteId;
        values["from"] = from;
        values["to"] = to;
    }

    public IReadOnlyDictionary<string, object?> All => values;

    /// <summary>How the text refers to the value. The same list is sent once, however often it is named.</summary>
    public string Add(string type, object value)
    {
        if (values.FirstOrDefault(known => ReferenceEquals(known.Value, value)) is { Key: { } sent } && value is not string)
        {
            return $"{{{sent}:{type}}}";
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"p{values.Count}");
        values[name] = value;
        return $"{{{name}:{type}}}";
    }

    /// <summary>The condition that an event is one of those that are meant.</summary>
    public string Match(EventMatch match) => EventCondition.Of(match, string.Create(CultureInfo.InvariantCulture, $"p{values.Count}"), values);

    /// <summary>What amounts are worth, under the names of <see cref="Money.Rate"/>.</summary>
    public void Add(Money money) => money.AddTo(values);

    public string Text(string value) => Add("String", value);

    public string Texts(IEnumerable<string> texts) => Add("Array(String)", texts.ToArray());
}
