namespace Analytics.Contracts;

/// <summary>The forms that visitors filled in, most begun first.</summary>
/// <param name="Total">How many forms there are in all.</param>
public sealed record FormsResponse(IReadOnlyList<FormSummary> Forms, long Total);

/// <param name="Form">Its name, id or selector.</param>
/// <param name="Page">Path of the page where it was seen last.</param>
/// <param name="Sessions">Sessions in which it was begun.</param>
/// <param name="Starts">First changes: once a form and page visit.</param>
/// <param name="Successes">Submits that the page says it took.</param>
/// <param name="Errors">Submits that the browser or the page refused.</param>
/// <param name="Abandons">Page visits that ended with changes that were not submitted.</param>
/// <param name="AbandonmentRate">Of the sessions that began it, the share that never submitted it, 0 to 1.</param>
/// <param name="ConversionRate">Of the sessions that began it, the share in which it was taken, 0 to 1; submitted, where the page never says that it was taken.</param>
/// <param name="MedianMs">From the first change to the submit, in milliseconds; 0 without submits.</param>
public sealed record FormSummary(
    string Form, string Page, long Sessions, long Starts, long Submits, long Successes, long Errors, long Abandons, double AbandonmentRate,
    double ConversionRate, double MedianMs);

/// <summary>One form, field by field.</summary>
/// <param name="DropOffField">The field that was changed last most often before the form was abandoned; empty where it never was.</param>
/// <param name="Fields">In the order in which visitors come to them.</param>
public sealed record FormResponse(FormSummary Form, string DropOffField, IReadOnlyList<FormField> Fields);

/// <param name="Position">Mean place in the order in which a session first came to its fields, from 1; 0 where no session is known to have come to it.</param>
/// <param name="Sessions">Sessions that came to it.</param>
/// <param name="Focuses">How often it was entered.</param>
/// <param name="MedianMs">Time within it in one filling-in, in milliseconds.</param>
/// <param name="Refills">How often it was changed again after it had been left.</param>
/// <param name="Errors">How often it was among the invalid ones.</param>
/// <param name="DropOffs">How often it was the last that was changed before the form was abandoned.</param>
/// <param name="DropOffShare">That ÷ all abandons of the form, 0 to 1.</param>
public sealed record FormField(
    string Field, double Position, long Sessions, long Focuses, double MedianMs, long Refills, long Errors, long DropOffs, double DropOffShare);
