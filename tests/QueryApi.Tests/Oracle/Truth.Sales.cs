using Analytics.Contracts;

namespace Analytics.QueryApi.Tests.Oracle;

internal sealed partial class Truth
{
    /// <summary>With euros as the base currency and no rates: every order of the traffic is told once.</summary>
    public CommerceNumbers Commerce(Question question)
    {
        var (sales, counted) = (Events(question).Where(e => e.Name == "purchase").ToList(), Sessions(question));
        var euros = sales.Where(e => e.Currency == "EUR").ToList();
        var others = sales.Where(e => e.Currency != "EUR").GroupBy(e => e.Currency);
        return new CommerceNumbers(
            Plain(euros.Sum(e => e.Revenue)), 0, sales.Count, euros.Count == 0 ? 0 : Plain(decimal.Round(euros.Sum(e => e.Revenue) / euros.Count, 4, MidpointRounding.AwayFromZero)),
            0, Visitors(sales), counted.Count, Share(counted.Count(session => session.Any(e => e.Name == "purchase")), counted.Count),
            [.. others.Select(currency => new UnconvertedAmount(currency.Key, Plain(currency.Sum(e => e.Revenue)), currency.Count()))]);
    }

    /// <summary>Without zeros at the end, as answers are written.</summary>
    private static decimal Plain(decimal amount) => amount / 1.0000000000000000000000000000m;

    /// <summary>Sessions with a product viewed, a cart, a purchase; carts without a purchase.</summary>
    public (long Views, long Carts, long Purchases, long Abandoned) Carts(Question question)
    {
        var counted = Sessions(question);
        return (With("product_view"), With("add_to_cart"), With("purchase"), counted.Count(session => session.Any(e => e.Name == "add_to_cart") && !session.Any(e => e.Name == "purchase")));

        long With(string name) => counted.Count(session => session.Any(e => e.Name == name));
    }

    /// <summary>Each visitor's score, and how many of them came before the days.</summary>
    public (List<int> Scores, long Returning) Engagement(Question question)
    {
        var (from, to) = Span(question);
        var until = to < Api.Now ? to : Api.Now;
        var visitors = Sessions(question).GroupBy(session => session[0].VisitorId).ToList();
        var before = sessions.Values.Where(session => session[0].Timestamp < from).Select(session => session[0].VisitorId).ToHashSet();
        return ([.. visitors.Select(Score)], visitors.Count(visitor => before.Contains(visitor.Key)));

        int Score(IEnumerable<List<Analytics.Storage.EventRow>> visits)
        {
            var all = visits.SelectMany(session => session).ToList();
            double count = visits.Count();
            var (views, dwell) = (all.Count(IsPageview), all.Sum(e => (double)e.DwellMs));
            var days = Math.Max(0, Math.Floor((until - visits.Max(session => session[0].Timestamp)).TotalDays));
            return (int)(Math.Min(20, 2 * count) + Math.Floor(Math.Min(20, 4 * views / count)) + Math.Floor(Math.Min(20, dwell / count / 9000))
                + Math.Floor(Math.Min(20, (all.Count - views) / count)) + 20 - Math.Min(20, days));
        }
    }

    /// <summary>Sessions by weekday (1 is Monday) and hour on the site's clock.</summary>
    public Dictionary<(int Weekday, int Hour), long> Hours(Question question) => Sessions(question)
        .Select(session => TimeZoneInfo.ConvertTime(session[0].Timestamp, zone))
        .GroupBy(local => (((int)local.DayOfWeek + 6) % 7 + 1, local.Hour)).ToDictionary(hour => hour.Key, hour => (long)hour.Count());
}
