-- Who is behind a visitor: every user that was named on it, and when. Minimum and maximum do not care about repeats, so neither a
-- repeated insert nor the filling below can make them wrong.
CREATE TABLE IF NOT EXISTS visitor_users
(
    site_id UInt32,
    visitor_id UInt64,
    user_id String,
    first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'first event of this visitor that names this user',
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (site_id, visitor_id, user_id)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS visitor_users_from_events TO visitor_users AS
SELECT
    event.site_id AS site_id, event.visitor_id AS visitor_id, event.user_id AS user_id,
    min(event.timestamp) AS first_seen, max(event.timestamp) AS last_seen
FROM events AS event
WHERE event.user_id != ''
GROUP BY site_id, visitor_id, user_id;

-- What identify said of a user; of a trait that was said twice the later value counts, whichever arrived first. Read with FINAL.
CREATE TABLE IF NOT EXISTS user_traits
(
    site_id UInt32,
    user_id String,
    trait LowCardinality(String),
    value String,
    said DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(said)
ORDER BY (site_id, user_id, trait)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS user_traits_from_events TO user_traits AS
SELECT
    event.site_id AS site_id, event.user_id AS user_id, prop.1 AS trait, prop.2 AS value, event.timestamp AS said
FROM events AS event
ARRAY JOIN arrayZip(mapKeys(event.props), mapValues(event.props)) AS prop
WHERE event.name = 'identify' AND event.user_id != '';

-- Events that were there before.
INSERT INTO visitor_users (site_id, visitor_id, user_id, first_seen, last_seen)
SELECT event.site_id, event.visitor_id, event.user_id, min(event.timestamp), max(event.timestamp)
FROM events AS event
WHERE event.user_id != ''
GROUP BY event.site_id, event.visitor_id, event.user_id;

INSERT INTO user_traits (site_id, user_id, trait, value, said)
SELECT event.site_id, event.user_id, prop.1, prop.2, event.timestamp
FROM events AS event
ARRAY JOIN arrayZip(mapKeys(event.props), mapValues(event.props)) AS prop
WHERE event.name = 'identify' AND event.user_id != '';
