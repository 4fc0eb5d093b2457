using Analytics.TrafficGenerator.Layout;

namespace Analytics.TrafficGenerator;

/// <summary>One visit to the shop, page after page, until the visitor has bought, has seen enough, or it is now.</summary>
internal sealed class Visit(
    DemoLayout layout, GeneratorOptions options, Dice dice, Visitor visitor, Source source, DateTimeOffset start, DateTimeOffset now)
{
    private const string Home = "/demo/";
    private const string Shop = "/demo/shop.html";
    private const string About = "/demo/about.html";
    private const string Cart = "/demo/cart.html";
    private const string Checkout = "/demo/checkout.html";
    private const string Thanks = "/demo/thanks.html";
    private const string Products = "/demo/products/";
    private const string Currency = "EUR";
    private const int MostPages = 16;

    // As in the shop's own shop.js; how well each sells is ours.
    private static readonly (string Sku, string Name, string Category, decimal Price, double Appeal)[] Stock =
    [
        ("enamel-mug", "Enamel mug", "Kitchen", 18, 1.6),
        ("wool-blanket", "Wool blanket", "Home", 89, 1.2),
        ("cedar-board", "Cedar board", "Kitchen", 34, 0.8),
        ("storm-lantern", "Storm lantern", "Outdoors", 59, 1.5),
        ("linen-apron", "Linen apron", "Kitchen", 42, 0.6),
        ("pine-candle", "Pine candle", "Home", 24, 1.3),
        ("rope-basket", "Rope basket", "Home", 38, 0.7),
        ("fisher-beanie", "Fisher beanie", "Outdoors", 29, 1.0),
    ];

    private readonly Dictionary<string, int> _cart = [];
    private readonly Guid _session = dice.Uuid7(start);

    // A phone is for looking, a desk for buying.
    private readonly double _intent = source.Intent * (visitor.Device.Kind == DeviceKind.Mobile ? 0.8 : 1.15);

    public IEnumerable<Batch> Pages()
    {
        var (at, path, query, referrer) = (start, dice.Pick(source.Landings), source.Query, source.Referrer);
        for (var pages = 1; path is not null && pages <= MostPages && at < now; pages++)
        {
            var page = new PageVisit(layout[path][visitor.Device.Kind], visitor.Device, dice);
            var bounces = pages == 1 && dice.Chance(source.Bounce);
            var next = bounces ? Glance(page, path) : See(page, path);
            var (events, points) = page.Leave();

            var url = new Uri(options.Url, path).AbsoluteUri + (query.Length > 0 ? "?" + query : "");
            var end = at.AddMilliseconds(events[^1].At);
            yield return Describe(page, path, url, referrer, at, events, points);

            visitor.LastSeen = end;
            (at, path, query, referrer) = (end.AddMilliseconds(dice.Between(300, 1_200)), next, "", url);
        }
    }

    private Batch Describe(
        PageVisit page, string path, string url, string referrer, DateTimeOffset at, List<TrackedEvent> events, Points? points)
    {
        // A page that is still open has only done what has been.
        var past = (int)Math.Min(int.MaxValue, (now - at).TotalMilliseconds);
        var seen = events[^1].At <= past ? events : events.FindAll(e => e.At <= past);
        var moved = points is null || seen == events ? points : new Points([.. points.Move.Where(move => move[2] <= past)]);
        var device = visitor.Device;
        return new(
            options.Site, dice.Uuid7(at), visitor.Id, _session, User: null, at.ToUnixTimeMilliseconds() + seen[^1].At,
            new Page(
                url, referrer, layout[path].Title, at.ToUnixTimeMilliseconds(),
                device.Viewport, page.Document, device.Screen, visitor.Language, visitor.Timezone),
            seen, moved);
    }

    /// <summary>Comes, looks and goes.</summary>
    private static string? Glance(PageVisit page, string path)
    {
        if (SkuOf(path) is { } sku)
        {
            page.Happen(Ecommerce("product_view", [ItemOf(sku, 1)]));
        }

        page.Read(7_000);
        return null;
    }

    /// <summary>Does what people do on such a page; answers where they go from it.</summary>
    private string? See(PageVisit page, string path) => path switch
    {
        Home => SeeHome(page),
        Shop => SeeShop(page),
        About => SeeAbout(page),
        Cart => SeeCart(page),
        Checkout => SeeCheckout(page),
        Thanks => SeeThanks(page),
        _ => SeeProduct(page, SkuOf(path)!),
    };

    private string? SeeHome(PageVisit page)
    {
        page.Read(11_000);
        if (dice.Chance(0.07))
        {
            // It looks as if it could be clicked.
            page.Click("#hero>div:nth-of-type(2)");
            page.Read(3_000);
        }

        if (dice.Chance(0.03))
        {
            page.Click("#newsletter>input");
            page.Read(6_000);
            page.Click("#subscribe");
            page.Happen(new("newsletter_signup", 0) { Props = new() { ["place"] = "home" } });
            page.Read(3_000);
        }

        return dice.Between(0, 1) switch
        {
            < 0.46 => Go(page, Shop),
            < 0.76 => GoToProduct(page),
            < 0.86 => Go(page, About),
            _ => null,
        };
    }

    private string? SeeShop(PageVisit page)
    {
        page.Read(12_000);
        if (dice.Chance(0.22))
        {
            var (chip, kind) = dice.Pick<(int, string)>([(2, "kitchen"), (3, "home"), (3, "home"), (4, "outdoors")]);
            page.Click($"#chips>button:nth-of-type({chip})");
            page.Happen(new("filter", 0) { Props = new() { ["category"] = kind } });
            page.Read(5_000);
        }

        return dice.Between(0, 1) switch
        {
            < 0.76 => GoToProduct(page),
            < 0.80 => Go(page, About),
            < 0.86 when _cart.Count > 0 => Go(page, Cart),
            _ => null,
        };
    }

    private string? SeeProduct(PageVisit page, string sku)
    {
        page.Happen(Ecommerce("product_view", [ItemOf(sku, 1)]));
        page.Read(18_000);
        if (dice.Chance(0.10))
        {
            page.Click("#product>div:nth-of-type(1)");
        }

        foreach (var (part, share) in new[] { ("care", 0.14), ("delivery", 0.22) })
        {
            if (dice.Chance(share))
            {
                page.Click($"#{part}>summary");
                page.Read(5_000);
            }
        }

        var adds = dice.Chance(0.10 * _intent);
        if (adds)
        {
            var quantity = dice.Chance(0.2) ? 2 : 1;
            page.Click("#add");
            _cart[sku] = _cart.GetValueOrDefault(sku) + quantity;
            page.Happen(Ecommerce("add_to_cart", [ItemOf(sku, quantity)]));
            page.Read(3_000);
        }

        if (_cart.Count > 0 && dice.Chance(adds ? 0.5 : 0.3))
        {
            return Go(page, Cart);
        }

        return dice.Between(0, 1) switch
        {
            < 0.38 => GoToProduct(page),
            < 0.62 => Go(page, Shop),
            _ => null,
        };
    }

    private string? SeeCart(PageVisit page)
    {
        page.Read(9_000);
        if (_cart.Count > 1 && dice.Chance(0.12))
        {
            var sku = _cart.Keys.First();
            page.Click("#lines>li:nth-of-type(1)>div:nth-of-type(2)>button");
            _cart.Remove(sku, out var quantity);
            page.Happen(Ecommerce("remove_from_cart", [ItemOf(sku, quantity)]));
            page.Read(4_000);
        }

        return dice.Between(0, 1) switch
        {
            var luck when luck < Math.Min(0.8, 0.5 * _intent) => Go(page, Checkout),
            > 0.85 => Go(page, Shop),
            _ => null,
        };
    }

    private string? SeeCheckout(PageVisit page)
    {
        var items = _cart.Select(line => ItemOf(line.Key, line.Value)).ToList();
        var goods = items.Sum(item => item.Price * item.Quantity);
        page.Happen(Ecommerce("checkout", items) with { Props = new() { ["value"] = goods } });
        var buys = dice.Chance(Math.Min(0.85, 0.54 * _intent));
        string[] fields = ["name", "email", "street", "postcode", "town"];
        // Who gives up does so somewhere in the form.
        var filled = buys ? fields.Length : (int)dice.Between(0, fields.Length);
        for (var field = 1; field <= filled; field++)
        {
            page.Click($"#checkout>div>div:nth-of-type(1)>label:nth-of-type({field})>input");
            page.Read(6_000);
        }

        if (!buys)
        {
            return null;
        }

        var pickup = dice.Chance(0.15);
        if (pickup)
        {
            page.Click("#checkout>div>div:nth-of-type(2)>label:nth-of-type(2)");
        }

        page.Read(5_000);
        page.Click("#place-order");
        page.Happen(Ecommerce("purchase", items) with
        {
            Revenue = goods + (goods >= 75 ? 0 : 4.90m),
            Order = "HP-" + dice.Uuid4().ToString("N")[..8].ToUpperInvariant(),
            Props = new() { ["delivery"] = pickup ? "pickup" : "post" },
        });
        _cart.Clear();
        return Thanks;
    }

    private string? SeeThanks(PageVisit page)
    {
        page.Read(8_000);
        return dice.Between(0, 1) switch
        {
            < 0.12 => Go(page, Shop),
            < 0.20 => Go(page, About),
            _ => null,
        };
    }

    private string? SeeAbout(PageVisit page)
    {
        page.Read(24_000);
        if (dice.Chance(0.09))
        {
            page.ClickAway("#care-guide", "download");
            page.Read(5_000);
        }

        if (dice.Chance(0.10))
        {
            page.ClickAway("#mill", "outbound");
            return null;
        }

        return dice.Chance(0.36) ? Go(page, Shop) : null;
    }

    private static string? Go(PageVisit page, string path) => page.Follow(link => link.Href == path ? 1 : 0) is null ? null : path;

    private static string? GoToProduct(PageVisit page) =>
        page.Follow(link => SkuOf(link.Href!) is { } sku ? Product(sku).Appeal : 0)?.Href;

    private static string? SkuOf(string path) =>
        path.StartsWith(Products, StringComparison.Ordinal) ? path[Products.Length..^".html".Length] : null;

    private static (string Sku, string Name, string Category, decimal Price, double Appeal) Product(string sku) =>
        Array.Find(Stock, product => product.Sku == sku);

    private static Item ItemOf(string sku, int quantity)
    {
        var product = Product(sku);
        return new(sku, product.Name, product.Category, product.Price, quantity);
    }

    private static TrackedEvent Ecommerce(string name, IReadOnlyList<Item> items) => new(name, 0) { Currency = Currency, Items = items };
}
