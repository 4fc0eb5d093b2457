namespace Analytics.QueryApi.Stats;

/// <summary>The element that an event happened on.</summary>
internal static class EventElement
{
    /// <summary>Its CSS selector; of what a contract without selectors tells, the element's id or, without one, its tag.</summary>
    public const string Selector =
        "multiIf(event.element_selector != '', event.element_selector, event.element_id != '', concat('#', event.element_id), lower(event.element_tag))";
}
