using Microsoft.Extensions.Options;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// Counts what each visitor does in the running second and minute, in a table that does not grow. Of two visitors in one slot the busier
/// stays, so that a flood is seen and a person who shares its slot is not counted at all: the error is always on the visitor's side.
/// </summary>
internal sealed class VisitorRates(IOptions<BotOptions> options, TimeProvider time)
{
    private const int Slots = 1 << 16;
    private const int Locks = 64;

    private readonly int perSecond = options.Value.EventsPerSecond;
    private readonly int perMinute = options.Value.EventsPerMinute;
    private readonly Slot[] slots = new Slot[Slots];
    private readonly Lock[] locks = [.. Enumerable.Range(0, Locks).Select(_ => new Lock())];

    /// <summary>Whether a person could have done this.</summary>
    public bool IsPossible(uint site, ulong visitor, int events)
    {
        if (perSecond == 0 && perMinute == 0)
        {
            return true;
        }

        // Visitor ids are hashes already; the site tells apart what trackers number from one.
        var id = visitor ^ (site * 0x9E37_79B9_7F4A_7C15UL);
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        var minute = second / 60;
        var index = (int)(id >> 48);
        lock (locks[index % Locks])
        {
            ref var slot = ref slots[index];
            if (slot.Visitor != id)
            {
                if (slot.Minute == minute && slot.InMinute > events)
                {
                    return true;
                }

                slot = new Slot { Visitor = id };
            }

            (slot.InSecond, slot.Second) = (slot.Second == second ? slot.InSecond + events : events, second);
            (slot.InMinute, slot.Minute) = (slot.Minute == minute ? slot.InMinute + events : events, minute);
            return (perSecond == 0 || slot.InSecond <= perSecond) && (perMinute == 0 || slot.InMinute <= perMinute);
        }
    }

    private struct Slot
    {
        public ulong Visitor;
        public long Second;
        public long Minute;
        public int InSecond;
        public int InMinute;
    }
}
