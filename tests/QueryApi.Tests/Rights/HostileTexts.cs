using System.Globalization;

namespace Analytics.QueryApi.Tests.Rights;

/// <summary>Texts that break what puts values into other languages: SQL above all, and JSON, paths, numbers, dates, patterns.</summary>
internal sealed class HostileTexts(int seed, Victim victim)
{
    private static readonly string[] Fragments =
    [
        "'", "''", "\"", "`", "\\", "\\'", "\\\\'", "')", "'))", "\")", "`)", "']", "\\N", "NULL", "' OR 1=1 --", "' OR '1'='1", "\" OR 1=1 --", "1 OR 1=1", "1) OR (1=1",
        "'; DROP TABLE events; --", "'; ALTER TABLE events DELETE WHERE 1; --", "'; TRUNCATE TABLE sites; --", "'; INSERT INTO sites VALUES (1) --", "; SYSTEM SHUTDOWN",
        "' UNION ALL SELECT path FROM events --", "1) UNION ALL SELECT title FROM events --", "x') UNION DISTINCT SELECT hash FROM api_keys --", "(SELECT groupArray(path) FROM events)",
        "' AND sleep(3) --", "sleepEachRow(3)", "x' AND (SELECT count() FROM numbers(1e12)) --", "toString(hostName())", "file('/etc/passwd')", "url('http://127.0.0.1:9/')", "remote('127.0.0.1', system.one)",
        "{site:UInt32}", "{sites:Array(UInt32)}", "{page:String}", "{from:DateTime64(3, 'UTC')}", "{{", "}}", "{", "}", "${x}", "{0}", "%s", "%n", "#{x}", "$(id)", "`id`", "| cat /etc/passwd", "&& id",
        "--", "/*", "*/", "#", ";", "\n--\n", "\tFORMAT TSV", " FORMAT JSON", " SETTINGS readonly=0", " INTO OUTFILE '/tmp/x'", " LIMIT 1 BY site_id", " GROUP BY 1 WITH TOTALS",
        "[1,2]", "['a']", "[", "]", "[[", "('a',1)", "{'a':1}", "map('a','b')", "[\"a\"]", "{\"a\":1}", "true", "false", "null", "undefined", "NaN", "inf", "-inf", "nan",
        "0", "-1", "1", "00", "1e9", "1e400", "0x10", "1_000", "9223372036854775807", "9223372036854775808", "18446744073709551616", "-9223372036854775809", "4294967296", "2147483648", "0.1", "1,5", "١٢", "½",
        "2026-11-20", "2026-02-30", "0000-00-00", "9999-12-31", "1969-12-31", "-0001-01-01", "2026-11-20T25:00:00Z", "2026-W01", "today", "yesterday", "now()", "all", "day", "30d", "custom", "12mo",
        "../../etc/passwd", "..\\..\\windows", "/", "//", "\\\\host\\share", "file:///etc/passwd", "http://[::1", "https://u:p@h:99999/?q#f", "javascript:alert(1)", "data:,x", "%2e%2e%2f", "%00", "%", "%zz", "%25",
        "<script>alert(1)</script>", "<!--", "]]>", "&lt;", "&a=b", "=", "?", "+", " ", "", "*", "**", ".*", "(a+)+$", "^", "$", "[a-", "(?<x", "(?i)", "\\p{", "\\Q", "a{99999999}", "_", "%%",
        "\0", "\a", "\b", "\u001b[2J", "\r\n", "\r\nX-Injected: 1", "\t", "\u007f", "\u0085", "\u2028", "\u202e", "\ufeff", "\uffff", "\ud800", "\udc00", "é", "ß", "İ", "日本", "😀", "a\u0301\u0301\u0301\u0301", "ﷺ",
        "visitors", "event:page", "visit:source", "event:props:mark", "is", "contains", "matches", "site_id", "event.site_id", "visitor_id", "timestamp", "*", "count()", "event.path", "s.session_id",
    ];

    private readonly Random random = new(seed);

    public Random Random => random;

    public string Next() => random.Next(20) switch
    {
        < 8 => Fragment(),
        < 13 => Fragment() + Fragment(),
        < 15 => Fragment() + Fragment() + Fragment() + Fragment(),
        15 => OfVictim(),
        16 => Fragment() + OfVictim() + Fragment(),
        17 => string.Concat(Enumerable.Repeat(Fragment() + "'", random.Next(1, 200))),
        18 => new string('x', random.Next(4000, 5000)) + Fragment(),
        _ => string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => (char)random.Next(1, 0x2100))),
    };

    // What one must know to reach it: the point is that this is not enough.
    private string OfVictim()
    {
        var id = victim.Id.ToString(CultureInfo.InvariantCulture);
        string[] texts =
        [
            victim.Key, victim.Session, id, $"' OR site_id = {id} --", $"1) OR event.site_id IN ({id}) --", $"{id}' UNION ALL SELECT title FROM events WHERE site_id = {id} --",
            $"\\' OR event.site_id = {id} /*", $"x'], [{id}", $"*,{victim.Key}", $"{victim.Key}\n", victim.Key.ToUpperInvariant() + "' --", $"{{site:UInt32}} OR site_id = {id}",
        ];
        return texts[random.Next(texts.Length)];
    }

    private string Fragment() => Fragments[random.Next(Fragments.Length)];
}
