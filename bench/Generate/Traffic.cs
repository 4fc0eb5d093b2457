using System.Globalization;

namespace Analytics.Generate;

/// <summary>
/// The SQL that makes events out of numbers. A session's number and the seed decide everything about it; what stays with a person (device,
/// country) follows from the visitor's number. Pages, sources, countries and elements are skewed as Zipf's law has it.
/// </summary>
internal static class Traffic
{
    private const int PageCount = 2_000;

    private static readonly string[] Countries =
        ("DE US GB FR NL AT CH IN PL ES IT SE CA BR AU BE DK NO FI IE CZ PT RO JP MX TR ZA UA HU GR SG KR AR IL NZ BG HR SK LT SI EE LV ID MY PH "
        + "TH VN CL CO PE EG NG KE MA AE SA PK BD LK TW").Split(' ');

    private static readonly string[] Sources =
    [
        "Google", "", "Bing", "Facebook", "Newsletter", "Hacker News", "DuckDuckGo", "Instagram", "LinkedIn", "Reddit", "YouTube", "GitHub", "Ecosia",
        "X", "ChatGPT", "Wikipedia",
    ];

    private static readonly string[] Channels =
    [
        "Organic Search", "Direct", "Organic Search", "Organic Social", "Email", "Referral", "Organic Search", "Organic Social", "Organic Social",
        "Organic Social", "Organic Video", "Referral", "Organic Search", "Organic Social", "AI", "Referral",
    ];

    private static readonly string[] Browsers = ["Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera"];
    private static readonly string[] Systems = ["Windows", "iOS", "Android", "macOS", "Linux", "ChromeOS"];
    private static readonly string[] Languages = ["de-DE", "en-US", "en-GB", "fr-FR", "nl-NL", "es-ES", "it-IT", "pl-PL"];
    private static readonly string[] Timezones = ["Europe/Berlin", "America/New_York", "Europe/London", "Europe/Paris", "Asia/Kolkata"];
    private static readonly string[] CustomEvents = ["add_to_cart", "outbound", "signup", "form_submit", "download", "video_play"];

    /// <summary>What sessions come to on average.</summary>
    public static string EventsPerSessionSql => $"SELECT count() / 20000 FROM ({Events(Sessions("0", "20000", "1"))})";

    public static string InsertSql => $$"""
        INSERT INTO events
        (
            site_id, timestamp, name, visitor_id, session_id, session_key, contract, hostname, path, title, referrer, source, channel,
            utm_source, utm_medium, utm_campaign, device, browser, browser_version, os, os_version, screen_width, screen_height,
            viewport_width, viewport_height, document_width, document_height, language, timezone, country, region, city,
            element_selector, element_tag, element_text, element_x, element_y, x, y, scroll_depth, dwell_ms,
            revenue, currency, order_id, `items.sku`, `items.name`, `items.category`, `items.price`, `items.quantity`, props
        )
        SELECT
            {site:UInt32},
            fromUnixTimestamp64Milli(
                {starts:Array(Int64)}[day] + toInt64(of_day * {lengths:Array(Int64)}[day])
                    + (page * step) + if(is_last, step - 1, intDiv(step * part, parts)), 'UTC'),
            event_name,
            visitor_id, session_id, '', 'generated', 'bench.example', path, if(rank = 1, 'Home', concat('Page ', toString(rank))),
            referrer, source, channel, utm_source, utm_medium, utm_campaign, device, browser, browser_version, os, os_version,
            screen_width, screen_height, viewport_width, viewport_height, viewport_width, 1800 + (rank % 40) * 90, language, timezone, country, region, city,
            if(is_click, concat('main > a:nth-child(', toString(element), ')'), ''),
            if(is_click, 'a', ''),
            if(is_click, concat('Link ', toString(element)), ''),
            if(is_click, toUInt16({{Unit("of_part", 1)}} * 10000), 65535),
            if(is_click, toUInt16({{Unit("of_part", 2)}} * 10000), 65535),
            if(is_click, toUInt16(viewport_width * (0.1 + 0.2 * (element % 4) + {{Unit("of_part", 3)}} * 0.1)), 0),
            if(is_click, toUInt32(80 + element * 60 + {{Unit("of_part", 4)}} * 40), 0),
            if(is_last, toUInt8(100 * sqrt({{Unit("of_part", 5)}})), 0),
            if(is_last, toUInt32(step * 0.8), 0),
            if(is_purchase, toDecimal64(10 + intDiv(session_id, 7) % 19000 / 100, 4), toDecimal64(0, 4)),
            if(is_purchase, 'EUR', ''),
            if(is_purchase, hex(session_id), ''),
            if(is_purchase, [concat('sku-', toString(rank % 300))], []),
            if(is_purchase, [concat('Product ', toString(rank % 300))], []),
            if(is_purchase, [concat('Category ', toString(rank % 12))], []),
            if(is_purchase, [toDecimal64(10 + intDiv(session_id, 7) % 19000 / 100, 4)], []),
            if(is_purchase, [toUInt32(1)], []),
            if(is_custom, map('plan', ['free', 'pro', 'team'][1 + of_part % 3]), map())
        FROM ({{Events(Sessions("{first:UInt64}", "{count:UInt64}", "arrayLastIndex(first -> first <= number, {firsts:Array(UInt64)})"))}})
        """;

    /// <summary>From sessions to visits of pages, and from those to events: the page view, clicks and the like, the page leave.</summary>
    private static string Events(string sessions) => $"""
        SELECT
            *,
            part,
            intHash64(bitXor(of_page, part + 77)) AS of_part,
            part + 1 = parts AS is_last,
            buys AND page + 1 = pages AND part = 1 AND NOT is_last AS is_purchase,
            part > 0 AND NOT is_last AND NOT is_purchase AND of_part % 9 = 0 AS is_custom,
            part > 0 AND NOT is_last AND NOT is_purchase AND NOT is_custom AS is_click,
            multiIf(
                part = 0, 'pageview', is_last, 'pageleave', is_purchase, 'purchase', is_custom,
                {Skewed(CustomEvents, "intHash64(of_part)", 6)}, 'click') AS event_name,
            toUInt32(pow(40, {Unit("of_part", 7)})) AS element
        FROM
        (
            SELECT
                *,
                page,
                intHash64(bitXor(of_session, page * 1000003 + 5)) AS of_page,
                toUInt32(pow({PageCount}, {Unit("of_page", 1)})) AS zipf,
                if(buys AND page + 1 = pages, 7, zipf) AS rank,
                multiIf(rank = 1, '/', rank = 7, '/checkout/done', concat('/', ['blog', 'docs', 'shop', 'help'][1 + rank % 4], '/', toString(rank))) AS path,
                2 + if(buys AND page + 1 = pages, 1, least(8, toUInt32(-log(1 - {Unit("of_page", 2)}) * 1.75))) AS parts
            FROM ({sessions})
            ARRAY JOIN range(pages) AS page
        )
        ARRAY JOIN range(parts) AS part
        """;

    private static string Sessions(string first, string count, string day) => $$"""
        SELECT
            number,
            {{day}} AS day,
            cityHash64({seed:UInt64}, number) AS of_session,
            of_session AS session_id,
            -- Four of ten sessions are of somebody who was here before, rather lately than long ago.
            if({{Unit("of_session", 1)}} < 0.6, number, number - toUInt64(least(number, 400000) * pow({{Unit("of_session", 2)}}, 3))) AS visitor,
            cityHash64({seed:UInt64} + 1, visitor) AS visitor_id,
            -- Few at night, most in the afternoon.
            modulo(({{Unit("of_session", 3)}} + {{Unit("of_session", 4)}}) / 2 + 0.12, 1) AS of_day,
            toUInt32(least(30, if({{Unit("of_session", 5)}} < 0.42, 1, 2 - log(1 - {{Unit("of_session", 6)}}) * 2.3))) AS pages,
            toInt64(4000 - log(1 - {{Unit("of_session", 7)}}) * 45000) AS step,
            pages > 2 AND {{Unit("of_session", 8)}} < 0.04 AS buys,
            {{Index(Sources.Length, "of_session", 9)}} AS source_index,
            {{Literal(Sources)}}[source_index] AS source,
            {{Literal(Channels)}}[source_index] AS channel,
            if(source = '', '', concat(
                'https://', replaceAll(lower(source), ' ', ''), '.example/',
                if(source_index > 5, toString(toUInt32(pow(300, {{Unit("of_session", 10)}}))), ''))) AS referrer,
            {{Unit("of_session", 11)}} < 0.15 AS is_tagged,
            if(is_tagged, ['newsletter', 'google', 'facebook', 'partner'][1 + of_session % 4], '') AS utm_source,
            if(is_tagged, ['email', 'cpc', 'social', 'affiliate'][1 + of_session % 4], '') AS utm_medium,
            if(is_tagged, concat('campaign-', toString(toUInt32(pow(60, {{Unit("of_session", 12)}})))), '') AS utm_campaign,
            {{Index(Systems.Length, "visitor_id", 1)}} AS system_index,
            {{Literal(Systems)}}[system_index] AS os,
            toString(10 + visitor_id % 5) AS os_version,
            ['desktop', 'mobile', 'mobile', 'desktop', 'desktop', 'desktop'][system_index] AS device,
            {{Skewed(Browsers, "visitor_id", 2)}} AS browser,
            toString(110 + intDiv(visitor_id, 64) % 12) AS browser_version,
            if(device = 'mobile', 390, 1920) AS screen_width,
            if(device = 'mobile', 844, 1080) AS screen_height,
            if(device = 'mobile', 390, 1280 + visitor_id % 3 * 200) AS viewport_width,
            if(device = 'mobile', 700, 900) AS viewport_height,
            {{Skewed(Languages, "visitor_id", 3)}} AS language,
            {{Skewed(Timezones, "visitor_id", 4)}} AS timezone,
            {{Skewed(Countries, "visitor_id", 5)}} AS country,
            concat(country, '-', toString(toUInt32(pow(16, {{Unit("visitor_id", 6)}})))) AS region,
            concat('City ', region, ' ', toString(toUInt32(pow(12, {{Unit("visitor_id", 7)}})))) AS city
        FROM numbers_mt({{first}}, {{count}})
        """;

    /// <summary>A number from 0 to below 1 that follows from a hash.</summary>
    private static string Unit(string hash, uint salt) => string.Create(
        CultureInfo.InvariantCulture, $"(bitShiftRight(intHash64(bitXor({hash}, {salt * 0x9E3779B97F4A7C15UL})), 40) / 16777216)");

    /// <summary>1 to <paramref name="count"/>, the first most often.</summary>
    private static string Index(int count, string hash, uint salt) =>
        string.Create(CultureInfo.InvariantCulture, $"toUInt32(pow({count + 1}, {Unit(hash, salt)}))");

    private static string Skewed(string[] values, string hash, uint salt) => $"{Literal(values)}[{Index(values.Length, hash, salt)}]";

    private static string Literal(string[] values) => $"[{string.Join(", ", values.Select(value => $"'{value}'"))}]";
}
