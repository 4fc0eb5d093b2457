using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Documentation;

/// <summary>
/// What a name means and what its values look like wherever it stands, in parameters, answers and exports, so that the same words have
/// the same meaning and the examples of one page belong together. A docstring says more and goes first.
/// </summary>
internal static class KnownFields
{
    private const string Id = "8f14e45fceea167a";

    private static readonly Dictionary<string, Field> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        // Which site and which page.
        ["site"] = new("Key of the site.", "shop.example"),
        ["sites"] = new("Keys of the sites.", "shop.example"),
        ["key"] = new("Key of the site.", "shop.example"),
        ["domains"] = new("Hosts whose pages belong to the site.", "shop.example"),
        ["hostname"] = new("Host of the page.", "shop.example"),
        ["path"] = new("Path of the page.", "/pricing"),
        ["page"] = new("Path of the page.", "/pricing"),
        ["pages"] = new("Paths of the pages.", "/pricing"),
        ["entryPage"] = new("Path of the session's first page.", "/"),
        ["exitPage"] = new("Path of the session's last page.", "/checkout"),
        ["title"] = new("Title of the page.", "Pricing"),
        ["query"] = new("Query string of the page.", "?size=l"),
        ["pageUrl"] = new("Address of the page.", "https://shop.example/pricing"),
        ["url"] = new("Address of the page.", "https://shop.example/pricing"),

        // Where a session came from.
        ["referrer"] = new("Address that was come from.", "https://www.google.com/"),
        ["source"] = new("Name of where the session came from.", "Google"),
        ["channel"] = new("Family of the source.", "Organic Search"),
        ["clickId"] = new("Name of the advertising click id.", "gclid"),
        ["utmSource"] = new("UTM tag.", "newsletter"),
        ["utmMedium"] = new("UTM tag.", "email"),
        ["utmCampaign"] = new("UTM tag.", "autumn"),
        ["campaign"] = new("Name of the campaign.", "autumn"),
        ["utmTerm"] = new("UTM tag.", "mugs"),
        ["utmContent"] = new("UTM tag.", "header"),

        // With what, and from where in the world.
        ["device"] = new("desktop, mobile, tablet, tv, console, wearable or empty.", "desktop"),
        ["browser"] = new("Browser.", "Firefox"),
        ["browserVersion"] = new("The browser's version.", "145.0"),
        ["os"] = new("Operating system.", "Windows"),
        ["osVersion"] = new("The operating system's version.", "11"),
        ["country"] = new("ISO 3166-1 alpha-2, or empty.", "DE"),
        ["region"] = new("Region, or empty.", "Bavaria"),
        ["city"] = new("City, or empty.", "Munich"),
        ["language"] = new("The browser's language.", "de-DE"),
        ["timezone"] = new("IANA name of the time zone.", "Europe/Berlin"),
        ["ip"] = new("Network of the visitor.", "203.0.113.0"),

        // Who, and in which session.
        ["user"] = new("User that identify named.", "ann@example.com"),
        ["userId"] = new("User that identify named, or empty.", "ann@example.com"),
        ["visitor"] = new("Visitor, 16 hex digits.", Id),
        ["visitorId"] = new("Visitor, 16 hex digits.", Id),
        ["session"] = new("Session.", Id),
        ["sessionId"] = new("The session's id.", Id),
        ["id"] = new("Id, as other calls take it.", Id),

        // What happened.
        ["event"] = new("Name of the event.", "signup"),
        ["name"] = new("Name.", "signup"),
        ["eventType"] = new("Name of the event.", "click"),
        ["type"] = new("What kind it is.", "click"),
        ["kind"] = new("What kind it is.", "click"),
        ["contract"] = new("Which way to send events brought it.", "batch"),
        ["element"] = new("CSS selector of the element, or empty.", "#buy"),
        ["selector"] = new("CSS selector of the element.", "#buy"),
        ["elementId"] = new("Id of the element.", "buy"),
        ["elementTag"] = new("Tag of the element.", "BUTTON"),
        ["elementClass"] = new("Classes of the element.", "primary"),
        ["text"] = new("Visible text of the element, or empty.", "Buy now"),
        ["href"] = new("Where the link led, or empty.", "https://shop.example/checkout"),
        ["props"] = new("Properties that the site's code sent with the event.", "pro"),
        ["data"] = new("Properties that the site's code sent with the event.", "pro"),
        ["currency"] = new("ISO 4217, or empty.", "EUR"),
        ["orderId"] = new("Order, or empty.", "A-1001"),
        ["sku"] = new("The product's own number.", "mug-1"),
        ["category"] = new("The product's category.", "Mugs"),
        ["product"] = new("Name of the product.", "Mug"),
        ["chunk"] = new("Recorded events.", "[]"),

        // What owners name.
        ["NewSite.name"] = new("For people.", "Shop"),
        ["SiteChange.name"] = new("For people.", "Shop"),
        ["SiteResponse.name"] = new("For people.", "Shop"),
        ["KeyResponse.name"] = new("For people.", "Weekly report"),

        ["Goal.name"] = new("For people.", "Signed up"),
        ["NewGoal.name"] = new("For people.", "Signed up"),
        ["GoalConversions.name"] = new("The goal's name.", "Signed up"),
        ["Funnel.name"] = new("For people.", "Checkout"),
        ["NewFunnel.name"] = new("For people.", "Checkout"),
        ["FunnelStep.name"] = new("For people.", "Cart"),
        ["FunnelStepCount.name"] = new("The step's name.", "Cart"),
        ["Cohort.name"] = new("For people.", "Came back"),
        ["NewCohort.name"] = new("For people.", "Came back"),
        ["PropCondition.name"] = new("The property's name.", "plan"),

        // Of the question.
        ["goal"] = new("The goal's name.", "Signed up"),
        ["funnel"] = new("The funnel's name.", "Checkout"),
        ["operator"] = new("How values are compared.", "is"),
        ["values"] = new("What is compared with.", "pro"),
        ["model"] = new("Which session a conversion is credited to.", "last"),
        ["unit"] = new("What is counted.", "visitor"),
        ["windowUnit"] = new("seconds, minutes, hours or days.", "days"),
        ["window"] = new("How many of the unit.", "14"),
        ["windowSeconds"] = new("The window in seconds.", "1209600"),
        ["days"] = new("How many days.", "30"),
        ["times"] = new("How often.", "1"),
        ["by"] = new("What the numbers are split by.", "source"),
        ["startEvent"] = new("What begins.", "signup"),
        ["returnEvent"] = new("What counts as coming again.", "login"),
        ["filters"] = new("What is kept.", "{}"),
        ["done"] = new("Whether it was done.", "true"),
        ["mode"] = new("How the order is looked at.", "ordered"),
        ["steps"] = new("One a step.", "4"),
        ["links"] = new("From one node to another.", ""),
        ["rows"] = new("The rows, in their order.", ""),
        ["points"] = new("One a bucket, in the order of time; none is left out.", ""),
        ["current"] = new("The numbers of the period.", ""),
        ["previous"] = new("Those of the period before.", ""),
        ["counts"] = new("How many of each kind.", ""),
        ["dimension"] = new("What the numbers are split by.", "source"),
        ["value"] = new("The dimension's value; empty where unknown.", "Google"),
        ["interval"] = new("Length of a bucket.", "day"),
        ["period"] = new("Span of time.", "30d"),
        ["from"] = new("Begin.", "2026-11-01"),
        ["to"] = new("End.", "2026-11-20"),
        ["format"] = new("Form of the answer.", "csv"),
        ["scopes"] = new("What the key may do.", "query"),

        // Times.
        ["time"] = new("When it happened.", "2026-11-20T13:00:00+00:00"),
        ["timestamp"] = new("When it happened, UTC.", "2026-11-20T13:00:00+00:00"),
        ["start"] = new("First event.", "2026-11-20T13:00:00+00:00"),
        ["end"] = new("Last event.", "2026-11-20T13:02:23+00:00"),
        ["startedAt"] = new("First event, UTC.", "2026-11-20T13:00:00+00:00"),
        ["endedAt"] = new("Last event, UTC.", "2026-11-20T13:02:23+00:00"),
        ["firstSeen"] = new("First event, UTC.", "2026-11-20T13:00:00+00:00"),
        ["lastSeen"] = new("Last event, UTC.", "2026-11-20T13:02:23+00:00"),
        ["created"] = new("When it was made, UTC.", "2026-11-20T13:00:00+00:00"),

        // Numbers.
        ["visitors"] = new("Different visitors.", "1240"),
        ["users"] = new("Different users.", "310"),
        ["sessions"] = new("Sessions.", "1580"),
        ["pageviews"] = new("Page views.", "4310"),
        ["pageViews"] = new("Page views.", "4310"),
        ["events"] = new("Events, page views among them.", "9875"),
        ["clicks"] = new("Clicks.", "312"),
        ["total"] = new("How many there are in all.", "42"),
        ["count"] = new("How many.", "17"),
        ["viewsPerSession"] = new("Page views ÷ sessions.", "2.73"),
        ["bounceRate"] = new("Share of the sessions with exactly one page view, 0 to 1.", "0.41"),
        ["sessionSeconds"] = new("Mean time between a session's first and last event, in seconds.", "143.2"),
        ["share"] = new("Share of the whole, 0 to 1.", "0.25"),
        ["rate"] = new("Share, 0 to 1.", "0.25"),
        ["revenue"] = new("Revenue, in the currency's own unit.", "1249.5"),
        ["price"] = new("Price of one, in the currency's own unit.", "24.95"),
        ["quantity"] = new("How many of it.", "2"),
        ["orders"] = new("Orders.", "25"),
        ["durationMs"] = new("Time from the first event to the last, in milliseconds.", "143200"),
        ["durationSeconds"] = new("Time from the first event to the last, in seconds.", "143.2"),
        ["dwellMs"] = new("Visible time on the page, in milliseconds.", "18400"),
        ["scrollDepth"] = new("Greatest depth reached, 0 to 100 percent.", "75"),
        ["x"] = new("CSS pixels from the document's left.", "640"),
        ["y"] = new("CSS pixels from the document's top.", "408"),
        ["width"] = new("CSS pixels.", "1280"),
        ["height"] = new("CSS pixels.", "4000"),
        ["depths"] = new("For each depth, how many got that far.", "120"),
        ["limit"] = new("How many rows.", "100"),
        ["offset"] = new("How many rows are left out before them.", "0"),
        ["seq"] = new("Number of the chunk, from 0.", "0"),
        ["eventCount"] = new("Events.", "12"),
        ["rrwebEvents"] = new("Recorded rrweb events.", "240"),
        ["identifyEvents"] = new("Events that named a user.", "3"),
        ["customEvents"] = new("Events of the site's own names.", "14"),
        ["clickEvents"] = new("Clicks.", "312"),
        ["totalSessions"] = new("Sessions.", "1580"),
        ["totalEvents"] = new("Events.", "9875"),
        ["hasReplay"] = new("Whether there is a recording.", "true"),
    };

    /// <param name="name">In camelCase or snake_case, with the type it belongs to or without.</param>
    public static string? Describe(string name) =>
        (Fields.GetValueOrDefault(Key(name)) ?? Fields.GetValueOrDefault(Key(name[(name.LastIndexOf('.') + 1)..])))?.Description;

    /// <param name="name">In camelCase or snake_case, with the type it belongs to or without.</param>
    public static JsonNode Example(string name, JsonSchemaType? type, string? format)
    {
        var example = Find(name)?.Example;
        return (type & ~JsonSchemaType.Null) switch
        {
            JsonSchemaType.Integer => long.TryParse(example, CultureInfo.InvariantCulture, out var number) ? number : 12,
            JsonSchemaType.Number => double.TryParse(example, CultureInfo.InvariantCulture, out var number) ? number : 0.5,
            JsonSchemaType.Boolean => true,
            JsonSchemaType.Array => new JsonArray(),
            JsonSchemaType.Object => new JsonObject { ["plan"] = "pro" },
            _ when format == "date-time" => DateTimeOffset.TryParse(example, CultureInfo.InvariantCulture, out _) ? example! : "2026-11-20T13:00:00+00:00",
            _ when format == "date" => "2026-11-20",
            _ => example ?? "text",
        };
    }

    // By the longest ending of whole words that is known: NewSite.name, or conversionPage as page.
    private static Field? Find(string name) => Enumerable.Range(0, name.Length)
        .Where(i => i == 0 || char.IsUpper(name[i]) || name[i - 1] is '.' or '_')
        .Select(i => Fields.GetValueOrDefault(Key(name[i..])))
        .FirstOrDefault(field => field is not null);

    private static string Key(string name) => name.Replace("_", "", StringComparison.Ordinal);

    private sealed record Field(string Description, string Example);
}
