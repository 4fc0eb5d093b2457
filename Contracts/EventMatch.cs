namespace Analytics.Contracts;

/// <summary>
/// Which events are meant. A name alone: the events of that name. A page alone: the page views of it. Both: the events of that name
/// on that page.
/// </summary>
/// <param name="Event">Name of the event, as trackers send it.</param>
/// <param name="Page">Path of the page; <c>*</c> stands for any text: <c>/blog/*</c>.</param>
/// <param name="Props">What must hold for the event's properties: all of it.</param>
public record EventMatch(string? Event = null, string? Page = null, IReadOnlyList<PropCondition>? Props = null);

/// <summary>A condition on one property of an event. A property that the event does not have is an empty text.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Operator">is (one of the values), is_not (none of them), contains (one of them), greater or less (than the one value, as
/// numbers).</param>
/// <param name="Values">1 to 100 texts; exactly one number for greater and less.</param>
public sealed record PropCondition(string? Name = null, string? Operator = "is", IReadOnlyList<string>? Values = null);

/// <summary>What an owner saved for a site under a name.</summary>
public interface ISaved
{
    string Id { get; }

    string Name { get; }

    DateTimeOffset Created { get; }
}
