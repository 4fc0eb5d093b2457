namespace Analytics.TrafficGenerator;

/// <summary>What was made, for the summary.</summary>
internal sealed class Totals
{
    public int Visits { get; private set; }

    public int VisitsToday { get; private set; }

    public int Pageviews { get; private set; }

    public int Purchases { get; private set; }

    public decimal Revenue { get; private set; }

    public void AddVisit(bool isToday)
    {
        Visits++;
        VisitsToday += isToday ? 1 : 0;
    }

    public void Add(Batch batch)
    {
        Pageviews += batch.Events.Count(e => e.Name == "pageview");
        Purchases += batch.Events.Count(e => e.Name == "purchase");
        Revenue += batch.Events.Sum(e => e.Name == "purchase" ? e.Revenue ?? 0 : 0);
    }
}
