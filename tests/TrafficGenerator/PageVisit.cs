using Analytics.TrafficGenerator.Layout;

namespace Analytics.TrafficGenerator;

/// <summary>One page in front of one visitor: a clock, a mouse, and what the tracker would have noticed.</summary>
internal sealed class PageVisit
{
    private const int SampleMs = 250;
    private const int MostSamples = 80;

    private readonly Dice _dice;
    private readonly LayoutView _view;
    private readonly Device _device;
    private readonly List<TrackedEvent> _events = [new("pageview", 0)];
    private readonly List<int[]> _moves = [];
    private (double X, double Y) _mouse;
    private double _deepest;
    private int _clock;

    public PageVisit(LayoutView view, Device device, Dice dice)
    {
        (_view, _device, _dice) = (view, device, dice);
        _deepest = device.Viewport[1];
        _mouse = (device.Viewport[0] * dice.Between(0.3, 0.8), dice.Between(120, 500));
    }

    public int[] Document => [_device.Viewport[0], Math.Max(_view.Size[1], _device.Viewport[1])];

    /// <summary>Looks, reads, and perhaps scrolls. The mouse wanders meanwhile.</summary>
    public void Read(double medianMs)
    {
        var until = _clock + (int)Math.Clamp(_dice.LogNormal(medianMs, 0.8), 400, 15 * 60_000);
        if (_dice.Chance(0.72))
        {
            // Most scroll a little, some to the end.
            var share = Math.Pow(_dice.Between(0, 1), 1.5);
            _deepest = Math.Max(_deepest, _device.Viewport[1] + (share * (Document[1] - _device.Viewport[1])));
        }

        if (_device.Kind == DeviceKind.Desktop)
        {
            var steps = _dice.Between(1, 7);
            for (var i = 0; i < steps; i++)
            {
                var y = Math.Clamp(_dice.Normal(_deepest - (_device.Viewport[1] * 0.55), _device.Viewport[1] * 0.2), 10, Document[1] - 10);
                var x = _dice.Normal(_device.Viewport[0] * 0.48, _device.Viewport[0] * 0.16);
                Glide(x, y, (int)(_clock + ((until - _clock) * (i + 1) / (steps + 2))));
            }
        }

        _clock = until;
    }

    public void Happen(TrackedEvent what) => _events.Add(what with { At = _clock });

    public void Click(LayoutElement element)
    {
        var (left, top, width, height) = Place(element);
        // Thumbs hit right of the middle.
        var ex = Math.Clamp(_dice.Normal(_device.Kind == DeviceKind.Mobile ? 0.57 : 0.5, 0.17), 0.02, 0.98);
        var ey = Math.Clamp(_dice.Normal(0.52, 0.16), 0.04, 0.96);
        var (x, y) = (left + (ex * width), top + (ey * height));
        _deepest = Math.Max(_deepest, Math.Min(Document[1], top + height + 40));
        _clock += (int)_dice.Between(500, 1_600);
        if (_device.Kind == DeviceKind.Desktop)
        {
            Glide(x, y, _clock);
        }

        var what = Describe(element) with { Ex = Math.Round(ex, 3), Ey = Math.Round(ey, 3) };
        Happen(new("click", 0) { X = (int)x, Y = (int)y, Element = what });
    }

    public void Click(string selector) => Click(_view.Find(selector));

    /// <summary>Follows a link off the site or to a file.</summary>
    public void ClickAway(string selector, string name)
    {
        var element = _view.Find(selector);
        Click(element);
        Happen(new(name, 0) { Element = Describe(element) with { Href = element.Href } });
    }

    /// <summary>Clicks one of the links that will do, in view rather than far down, in the content rather than in the footer.</summary>
    public LayoutElement? Follow(Func<LayoutElement, double> wanted)
    {
        var links = _view.Elements.Where(element => element.Href is not null && wanted(element) > 0).ToList();
        if (links.Count == 0)
        {
            return null;
        }

        var chosen = _dice.Pick(links, link =>
        {
            var place = link.IsIn("#foot") ? 0.06 : link.IsIn("#site") ? 0.7 : 3;
            return wanted(link) * place / (1 + (link.Box[1] / (double)_device.Viewport[1] / 2));
        });
        Click(chosen);
        return chosen;
    }

    /// <summary>What the tracker sends for this page, which ends now.</summary>
    public (List<TrackedEvent> Events, Points? Points) Leave()
    {
        _clock += (int)_dice.Between(200, 1_500);
        var scroll = (int)Math.Round(Math.Min(100, _deepest * 100 / Document[1]));
        Happen(new("pageleave", 0) { Scroll = scroll, Dwell = _clock });
        return (_events, _moves.Count > 0 ? new Points(_moves) : null);
    }

    private static ElementInfo Describe(LayoutElement element) =>
        new(element.Selector, element.Tag) { Id = element.Id, Class = element.Class, Text = element.Text };

    /// <summary>The element's box at this visitor's width: the wide layout is centred, the narrow ones stretch.</summary>
    private (double Left, double Top, double Width, double Height) Place(LayoutElement element)
    {
        var (box, width, measured) = (element.Box, _device.Viewport[0], _view.Size[0]);
        return _device.Kind == DeviceKind.Desktop
            ? (box[0] + ((width - measured) / 2.0), box[1], box[2], box[3])
            : (box[0] * (double)width / measured, box[1], box[2] * (double)width / measured, box[3]);
    }

    /// <summary>Moves the mouse so that it arrives at a time; samples as the tracker would.</summary>
    private void Glide(double x, double y, int arrival)
    {
        x = Math.Clamp(x, 0, _device.Viewport[0] - 1);
        var steps = (int)_dice.Between(2, 5);
        for (var i = 1; i <= steps && _moves.Count < MostSamples; i++)
        {
            var at = arrival - ((steps - i) * SampleMs);
            if (at <= (_moves.Count > 0 ? _moves[^1][2] : 0))
            {
                continue;
            }

            var share = (double)i / steps;
            _moves.Add([(int)(_mouse.X + ((x - _mouse.X) * share)), (int)(_mouse.Y + ((y - _mouse.Y) * share)), at]);
        }

        _mouse = (x, y);
    }
}
