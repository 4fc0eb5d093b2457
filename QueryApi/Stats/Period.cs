using System.Globalization;
using Analytics.QueryApi.Sites;

namespace Analytics.QueryApi.Stats;

/// <summary>
/// A span of time on a site's clock, as the half-open instants [<see cref="From"/>, <see cref="To"/>), and the span of the same
/// length before it. A period that still runs ends with the minute that runs, and is compared with as much of the one before.
/// </summary>
internal sealed record Period(
    DateTimeOffset From, DateTimeOffset To, DateTimeOffset PreviousFrom, DateTimeOffset PreviousTo, TimeZoneInfo Zone)
{
    private static readonly DateOnly Earliest = new(2000, 1, 1);
    private static readonly DateOnly Latest = new(2099, 12, 31);

    private static readonly ChoiceParameter Name = new(
        "period",
        "On the site's clock: today; yesterday; 24h (rolling); 7d, 30d, 90d (days, today among them); month, year (the running one); "
        + "12mo (the running month and the eleven before); all; custom (from and to).",
        ["today", "yesterday", "24h", "7d", "30d", "90d", "12mo", "month", "year", "all", "custom"],
        "30d");

    private static readonly TextParameter FromName = new(
        "from",
        "Begin of a custom period: a date (2026-11-20) or a time (2026-11-20T14:00), on the site's clock unless it carries an offset.");

    private static readonly TextParameter ToName = new(
        "to", "End of a custom period: a date, which is included, or a time, which is not. Now where absent.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [Name, FromName, ToName];

    /// <summary>Whether it reaches back to the first event, whenever that was.</summary>
    public bool IsAll { get; private init; }

    public TimeSpan Length => To - From;

    public Period Previous => this with { From = PreviousFrom, To = PreviousTo };

    public static Period Read(QueryReader reader, string timezone, DateTimeOffset now)
    {
        var zone = SiteRules.FindZone(timezone) ?? TimeZoneInfo.Utc;
        var name = reader.Read(Name);
        var from = reader.Read(FromName);
        var to = reader.Read(ToName);
        if (from.Length > 0 || to.Length > 0)
        {
            if (name == "custom" || !reader.Has(Name))
            {
                return Custom(reader, from, to, zone, now);
            }

            reader.Refuse(Name.Name, $"'{name}' does not go together with from and to; leave it out or say custom.");
        }
        else if (name == "custom")
        {
            reader.Refuse(FromName.Name, "A custom period needs at least its begin.");
        }

        return Named(name, zone, now);
    }

    private static Period Named(string name, TimeZoneInfo zone, DateTimeOffset now)
    {
        // The running minute belongs to a period that still runs, or the newest events would not be in it.
        var end = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero).AddMinutes(1);
        var today = zone.ToDay(now);
        var month = new DateOnly(today.Year, today.Month, 1);
        return name switch
        {
            "24h" => new(end.AddHours(-24), end, end.AddHours(-48), end.AddHours(-24), zone),
            "yesterday" => Days(today.AddDays(-1), 1),
            "today" => Running(today, local => local.AddDays(-1)),
            "7d" => Running(today.AddDays(-6), local => local.AddDays(-7)),
            "30d" => Running(today.AddDays(-29), local => local.AddDays(-30)),
            "90d" => Running(today.AddDays(-89), local => local.AddDays(-90)),
            "month" => Running(month, local => local.AddMonths(-1)),
            "12mo" => Running(month.AddMonths(-11), local => local.AddMonths(-12)),
            "year" => Running(new DateOnly(today.Year, 1, 1), local => local.AddYears(-1)),
            "all" => new(zone.ToInstant(Earliest), end, zone.ToInstant(Earliest), zone.ToInstant(Earliest), zone) { IsAll = true },
            _ => Days(today, 1), // custom without its begin, which is refused
        };

        Period Running(DateOnly begin, Func<DateTime, DateTime> earlier) => new(
            zone.ToInstant(begin), end,
            zone.ToInstant(earlier(begin.ToDateTime(TimeOnly.MinValue))), zone.ToInstant(earlier(zone.ToLocal(end))), zone);

        Period Days(DateOnly begin, int days) => new(
            zone.ToInstant(begin), zone.ToInstant(begin.AddDays(days)), zone.ToInstant(begin.AddDays(-days)), zone.ToInstant(begin), zone);
    }

    private static Period Custom(QueryReader reader, string fromText, string toText, TimeZoneInfo zone, DateTimeOffset now)
    {
        var from = Parse(reader, FromName, fromText, zone);
        var to = toText.Length == 0
            ? new Moment(now.AddMinutes(1), null)
            : Parse(reader, ToName, toText, zone);
        if (from is not { } begin || to is not { } until)
        {
            return Named("today", zone, now);
        }

        var end = until.Day is { } last ? zone.ToInstant(last.AddDays(1)) : until.Instant;
        if (end <= begin.Instant)
        {
            reader.Refuse(ToName.Name, "The end lies before the begin.");
        }

        // Whole days are compared with as many whole days, which need not have as many hours.
        if (begin.Day is { } first && until.Day is { } lastDay)
        {
            var days = lastDay.DayNumber - first.DayNumber + 1;
            return new(begin.Instant, end, zone.ToInstant(first.AddDays(-days)), begin.Instant, zone);
        }

        return new(begin.Instant, end, begin.Instant - (end - begin.Instant), begin.Instant, zone);
    }

    private static Moment? Parse(QueryReader reader, TextParameter parameter, string text, TimeZoneInfo zone)
    {
        if (TryParse(text, zone) is not { } moment)
        {
            reader.Refuse(parameter.Name, $"'{text}' {NoMoment}");
            return null;
        }

        return moment;
    }

    /// <summary>Said after a text that is no date and no time.</summary>
    public const string NoMoment = "is no date like 2026-11-20 and no time like 2026-11-20T14:00, 2026-11-20T14:00:00Z or "
        + "2026-11-20T14:00:00+01:00 in the years 2000 to 2099.";

    /// <summary>A date, as its first moment in the zone, or a time: on the zone's clock unless it carries an offset.</summary>
    public static Moment? TryParse(string text, TimeZoneInfo zone)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day >= Earliest && day <= Latest ? new Moment(zone.ToInstant(day), day) : null;
        }

        if (DateTime.TryParseExact(text, LocalFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return IsWithin(local) ? new Moment(zone.ToInstant(local), null) : null;
        }

        return DateTimeOffset.TryParseExact(text, OffsetFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            && IsWithin(instant.UtcDateTime)
            ? new Moment(instant.ToUniversalTime(), null)
            : null;
    }

    private static bool IsWithin(DateTime time) => DateOnly.FromDateTime(time) >= Earliest && DateOnly.FromDateTime(time) <= Latest;

    private static readonly string[] LocalFormats = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFF"];

    private static readonly string[] OffsetFormats =
    [
        "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFF'Z'",
        "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFzzz",
    ];

    /// <param name="Day">Where the text was a date.</param>
    internal readonly record struct Moment(DateTimeOffset Instant, DateOnly? Day);
}
