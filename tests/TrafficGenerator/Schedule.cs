namespace Analytics.TrafficGenerator;

/// <summary>When visits happen: more each week, most on Sunday evenings, and a busy day when the autumn letter goes out.</summary>
internal sealed class Schedule(GeneratorOptions options, DateTimeOffset now, Dice dice)
{
    /// <summary>Today must not look empty just after midnight.</summary>
    private const int FewestToday = 3;

    /// <summary>The shop's customers live an hour east of UTC.</summary>
    private const int OffsetHours = 1;

    // Sunday first, as in DayOfWeek.
    private static readonly double[] ByWeekday = [1.10, 1.00, 1.06, 1.02, 0.98, 0.90, 0.94];

    private static readonly double[] ByHour =
        [8, 4, 3, 2, 2, 4, 10, 22, 36, 46, 50, 52, 54, 50, 46, 46, 48, 52, 58, 66, 74, 70, 48, 22];

    public DateOnly Today { get; } = DateOnly.FromDateTime(now.UtcDateTime);

    public IEnumerable<DateOnly> Days => Enumerable.Range(0, options.Days).Select(i => Today.AddDays(i - options.Days + 1));

    /// <summary>Tuesdays bring the newsletter.</summary>
    public static bool IsLetterDay(DateTimeOffset at) => at.DayOfWeek == DayOfWeek.Tuesday;

    /// <summary>The moments of a day's visits, in order; of today only those that have been.</summary>
    public IReadOnlyList<DateTimeOffset> VisitsOf(DateOnly day)
    {
        var midnight = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var visits = Enumerable.Range(0, Count(day)).Select(_ => midnight + TimeOfDay()).Where(at => at < now).ToList();
        while (day == Today && visits.Count < FewestToday)
        {
            // A second ago at the latest, so that there is time for something to happen.
            visits.Add(midnight + ((now - midnight) * dice.Between(0.5, 0.9)));
        }

        visits.Sort();
        return visits;
    }

    private int Count(DateOnly day)
    {
        // From four fifths of the average to six fifths: the average stays what was asked for.
        var age = (Today.DayNumber - day.DayNumber) / (double)Math.Max(1, options.Days - 1);
        var campaign = options.Days > 7 && Today.DayNumber - day.DayNumber == options.Days / 3 ? 1.7 : 1;
        var mean = options.VisitsPerDay * (1.2 - (0.4 * age)) * ByWeekday[(int)day.DayOfWeek] * campaign;
        return Math.Max(1, (int)dice.LogNormal(mean, 0.06));
    }

    private TimeSpan TimeOfDay()
    {
        var hour = dice.Pick(Hours, local => ByHour[local]) - OffsetHours;
        return TimeSpan.FromHours(((hour + 24) % 24) + dice.Between(0, 1));
    }

    private static readonly int[] Hours = [.. Enumerable.Range(0, 24)];
}
