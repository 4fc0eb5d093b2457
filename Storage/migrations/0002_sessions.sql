-- One row a session and day once merged: a session that crosses midnight has two, so every reader groups by session_id.
-- Minimum, maximum and argMin states do not care about repeats; the sums rely on the deduplication window below.
CREATE TABLE IF NOT EXISTS sessions
(
    site_id UInt32,
    day Date COMMENT 'UTC day of the events summed here',
    session_id UInt64,
    session_key SimpleAggregateFunction(max, String) COMMENT 'the id as the tracker sent it',
    visitor_id SimpleAggregateFunction(any, UInt64),
    user_id SimpleAggregateFunction(max, String),
    start SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    end SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    pageviews SimpleAggregateFunction(sum, UInt64),
    events SimpleAggregateFunction(sum, UInt64) COMMENT 'all events, page views and page leaves among them',
    clicks SimpleAggregateFunction(sum, UInt64),
    dwell_ms SimpleAggregateFunction(sum, UInt64),
    revenue SimpleAggregateFunction(sum, Decimal(38, 4)),
    entry AggregateFunction(
        argMinIf,
        Tuple(
            hostname String, page String, referrer String, source String, channel String,
            utm_source String, utm_medium String, utm_campaign String, utm_term String, utm_content String
        ),
        DateTime64(3, 'UTC'),
        UInt8
    ) COMMENT 'the first page view: one state and not ten, each of which would keep its own time',
    exit_page AggregateFunction(argMaxIf, String, DateTime64(3, 'UTC'), UInt8),
    device SimpleAggregateFunction(max, LowCardinality(String)),
    browser SimpleAggregateFunction(max, LowCardinality(String)),
    os SimpleAggregateFunction(max, LowCardinality(String)),
    country SimpleAggregateFunction(max, LowCardinality(String)),
    language SimpleAggregateFunction(max, LowCardinality(String))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, day, session_id)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)';

CREATE MATERIALIZED VIEW IF NOT EXISTS sessions_from_events TO sessions AS
SELECT
    site_id,
    toDate(timestamp) AS day,
    session_id,
    max(events.session_key) AS session_key,
    any(events.visitor_id) AS visitor_id,
    max(events.user_id) AS user_id,
    min(timestamp) AS start,
    max(timestamp) AS end,
    countIf(name = 'pageview') AS pageviews,
    count() AS events,
    countIf(name = 'click') AS clicks,
    sum(events.dwell_ms) AS dwell_ms,
    sum(toDecimal128(events.revenue, 4)) AS revenue,
    argMinIfState(
        CAST(
            (
                events.hostname, events.path, events.referrer, events.source, events.channel,
                events.utm_source, events.utm_medium, events.utm_campaign, events.utm_term, events.utm_content
            )
            AS Tuple(
                hostname String, page String, referrer String, source String, channel String,
                utm_source String, utm_medium String, utm_campaign String, utm_term String, utm_content String
            )
        ),
        timestamp, name = 'pageview'
    ) AS entry,
    argMaxIfState(events.path, timestamp, name = 'pageview') AS exit_page,
    max(events.device) AS device,
    max(events.browser) AS browser,
    max(events.os) AS os,
    max(events.country) AS country,
    max(events.language) AS language
FROM events
GROUP BY site_id, day, session_id;
