-- How often each quarter of an hour was written to. A rollup notes the sums that it was made under and counts only while they are the
-- same: whatever arrives late is seen at once. Whoever deletes events adds a row here too.
CREATE TABLE IF NOT EXISTS event_changes
(
    site_id UInt32,
    quarter DateTime('UTC') COMMENT 'days of every zone begin with one',
    changes UInt64 COMMENT 'events inserted, and one for each deletion'
)
ENGINE = SummingMergeTree(changes)
PARTITION BY toYear(quarter)
ORDER BY (site_id, quarter)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS event_changes_from_events TO event_changes AS
SELECT site_id, toStartOfFifteenMinutes(toDateTime(timestamp, 'UTC')) AS quarter, count() AS changes
FROM events
GROUP BY site_id, quarter;

-- What was there before this table was. The two are not one step: an event that comes between them is counted twice, which does no
-- harm, since the sums are only compared.
INSERT INTO event_changes
SELECT site_id, toStartOfFifteenMinutes(toDateTime(timestamp, 'UTC')) AS quarter, count() AS changes
FROM events
GROUP BY site_id, quarter;

-- Which rollups count: the newest row of a span. Written after the rows that it names, so that half a rollup is never seen.
CREATE TABLE IF NOT EXISTS rolled
(
    site_id UInt32,
    grain Enum8('day' = 1, 'month' = 2),
    day Date COMMENT 'first day of the span, on the clock of the zone',
    timezone LowCardinality(String),
    changes_before UInt64 COMMENT 'sum of event_changes over the day before, of which sessions may come',
    changes UInt64,
    changes_after UInt64 COMMENT 'the day after, into which sessions may go on',
    days UInt64 COMMENT 'of a month: hash of the versions of the days that it was made of',
    scheme UInt64 COMMENT 'hash of the statements that made it: another build may roll other dimensions',
    version UInt64 COMMENT 'names the rows of rollups; greater is newer'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, grain, day);

-- Totals of hours, days and months of a site. The columns of sessions are those of sessions that began in the span.
CREATE TABLE IF NOT EXISTS rollup_totals
(
    site_id UInt32,
    grain Enum8('day' = 1, 'month' = 2, 'hour' = 3),
    day Date COMMENT 'the first day of the span, on the clock of the zone',
    start DateTime('UTC') COMMENT 'when the span begins',
    version UInt64,
    visitors UInt64 COMMENT 'exact for hours and days',
    visitors_state AggregateFunction(uniqCombined64(17), UInt64) CODEC(LZ4),
    pageviews UInt64,
    events UInt64,
    revenue Decimal(38, 4),
    sessions UInt64,
    bounces UInt64,
    session_ms Int64
)
ENGINE = MergeTree
PARTITION BY toYear(day)
ORDER BY (site_id, grain, start)
SETTINGS index_granularity = 256;

-- The same by each value of a dimension. A session can have a value on two days: those that touch more than one day are kept by their
-- ids, so that they count once.
CREATE TABLE IF NOT EXISTS rollups
(
    site_id UInt32,
    grain Enum8('day' = 1, 'month' = 2),
    dimension LowCardinality(String),
    value String CODEC(ZSTD(3)),
    day Date,
    version UInt64,
    visitors UInt64 COMMENT 'exact for days',
    visitors_state AggregateFunction(uniqCombined(14), UInt64) CODEC(LZ4),
    sessions UInt64 COMMENT 'within one day',
    bounces UInt64,
    sessions_across AggregateFunction(uniqExactIf, UInt64, UInt8) CODEC(LZ4),
    bounces_across AggregateFunction(uniqExactIf, UInt64, UInt8) CODEC(LZ4),
    pageviews UInt64,
    events UInt64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, dimension, grain, value, day)
SETTINGS index_granularity = 256;
