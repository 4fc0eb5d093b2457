-- What amounts in other currencies are worth: one row a site, the whole table of its rates, newest version wins.
CREATE TABLE IF NOT EXISTS currencies
(
    site_id UInt32,
    base LowCardinality(String) COMMENT 'ISO 4217 code that reports are in',
    currencies Array(LowCardinality(String)) COMMENT 'with days and rates: three arrays, one place a rate',
    days Array(Date) COMMENT 'first day, in UTC, on which the rate holds',
    rates Array(Decimal(38, 10)) COMMENT 'what one unit is worth in the base currency',
    deleted UInt8,
    version UInt64 COMMENT 'Unix milliseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY site_id;

-- Every event that moved money: purchases, refunds, and whatever else carried revenue. Few among the events, so that a report on
-- sales costs what the sales are; with all columns of events, so that the same filters apply. An order that is told again (the page of
-- thanks opened a second time, even on another day) is one row, that of its first time: read with FINAL. No partitions, which
-- would keep the two apart.
CREATE TABLE IF NOT EXISTS sales
ENGINE = ReplacingMergeTree(earliest)
ORDER BY (site_id, sale)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)'
EMPTY AS SELECT *, toUInt64(0) AS sale, toUInt64(0) AS earliest FROM events;

CREATE MATERIALIZED VIEW IF NOT EXISTS sales_from_events TO sales AS
SELECT
    *,
    if(name = 'purchase' AND order_id != '', sipHash64(order_id), sipHash64(name, order_id, session_id, timestamp, revenue, currency)) AS sale,
    toUInt64(9223372036854775807 - toUnixTimestamp64Milli(timestamp)) AS earliest
FROM events
WHERE name IN ('purchase', 'refund') OR revenue != 0;

-- What was collected before. A repeated row replaces itself.
INSERT INTO sales
SELECT
    *,
    if(name = 'purchase' AND order_id != '', sipHash64(order_id), sipHash64(name, order_id, session_id, timestamp, revenue, currency)) AS sale,
    toUInt64(9223372036854775807 - toUnixTimestamp64Milli(timestamp)) AS earliest
FROM events
WHERE name IN ('purchase', 'refund') OR revenue != 0;

-- Clicks in rage and clicks without an answer go into the heatmap's grid as kinds of their own, rage and dead; rows of the other kinds
-- stay what they are. First what was collected before: once only, as a sum would not notice.
INSERT INTO heatmap
SELECT
    site_id,
    hostname,
    path,
    toDate(timestamp) AS day,
    device,
    if(name = 'rage_click', 'rage', 'dead') AS kind,
    element_selector,
    toUInt16(least(1000, intDiv(toUInt32(events.x) * 1000, toUInt32(greatest(1, if(document_width > 0, document_width, if(viewport_width > 0, viewport_width, 1280))))))) AS x,
    toUInt32(intDiv(events.y, 8)) AS y,
    if(element_x > 10000, toUInt8(255), toUInt8(least(31, intDiv(toUInt32(element_x) * 32, 10000)))) AS cell_x,
    if(element_y > 10000, toUInt8(255), toUInt8(least(31, intDiv(toUInt32(element_y) * 32, 10000)))) AS cell_y,
    count() AS count
FROM events
WHERE name IN ('rage_click', 'dead_click') AND (SELECT count() FROM heatmap WHERE kind IN ('rage', 'dead')) = 0
GROUP BY site_id, hostname, path, day, device, kind, element_selector, x, y, cell_x, cell_y;

CREATE MATERIALIZED VIEW IF NOT EXISTS heatmap_from_frustration TO heatmap AS
SELECT
    site_id,
    hostname,
    path,
    toDate(timestamp) AS day,
    device,
    if(name = 'rage_click', 'rage', 'dead') AS kind,
    element_selector,
    toUInt16(least(1000, intDiv(toUInt32(events.x) * 1000, toUInt32(greatest(1, if(document_width > 0, document_width, if(viewport_width > 0, viewport_width, 1280))))))) AS x,
    toUInt32(intDiv(events.y, 8)) AS y,
    if(element_x > 10000, toUInt8(255), toUInt8(least(31, intDiv(toUInt32(element_x) * 32, 10000)))) AS cell_x,
    if(element_y > 10000, toUInt8(255), toUInt8(least(31, intDiv(toUInt32(element_y) * 32, 10000)))) AS cell_y,
    count() AS count
FROM events
WHERE name IN ('rage_click', 'dead_click')
GROUP BY site_id, hostname, path, day, device, kind, element_selector, x, y, cell_x, cell_y;

-- Half of a heatmap's time was the unpacking of counts that are nearly all 1: cropped to the bits in use it is a fifth.
ALTER TABLE heatmap
    MODIFY COLUMN x CODEC(LZ4),
    MODIFY COLUMN y CODEC(T64, LZ4),
    MODIFY COLUMN count CODEC(T64, LZ4),
    COMMENT COLUMN kind 'click, rage, dead, move or touch';

-- What a heatmap lies on: the sizes that a page had, how much of it a window showed at once, who saw it. From here come the list
-- of pages and the size of the picture, without a look at the events.
CREATE TABLE IF NOT EXISTS heatmap_pages
(
    site_id UInt32,
    hostname LowCardinality(String),
    path String,
    day Date,
    device LowCardinality(String),
    document_width UInt16,
    document_height UInt32,
    events SimpleAggregateFunction(sum, UInt64) COMMENT 'page views, page leaves and clicks of any kind that say this size',
    pageviews SimpleAggregateFunction(sum, UInt64),
    clicks SimpleAggregateFunction(sum, UInt64),
    rage SimpleAggregateFunction(sum, UInt64),
    dead SimpleAggregateFunction(sum, UInt64),
    folds SimpleAggregateFunction(sum, UInt64) COMMENT 'sum of the windows'' heights over page views that tell one',
    windows SimpleAggregateFunction(sum, UInt64) COMMENT 'how many those are',
    sessions AggregateFunction(uniqCombined64, UInt64) COMMENT 'sessions with a page view'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, path, device, hostname, day, document_width, document_height)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)';

INSERT INTO heatmap_pages
SELECT
    site_id, hostname, path, toDate(timestamp) AS day, device, document_width, document_height,
    count() AS events,
    countIf(name = 'pageview') AS pageviews,
    countIf(name = 'click') AS clicks,
    countIf(name = 'rage_click') AS rage,
    countIf(name = 'dead_click') AS dead,
    sumIf(viewport_height, name = 'pageview') AS folds,
    countIf(name = 'pageview' AND viewport_height > 0) AS windows,
    uniqCombined64IfState(session_id, name = 'pageview') AS sessions
FROM events
WHERE name IN ('pageview', 'pageleave', 'click', 'rage_click', 'dead_click') AND (SELECT count() FROM heatmap_pages) = 0
GROUP BY site_id, hostname, path, day, device, document_width, document_height;

CREATE MATERIALIZED VIEW IF NOT EXISTS heatmap_pages_from_events TO heatmap_pages AS
SELECT
    site_id, hostname, path, toDate(timestamp) AS day, device, document_width, document_height,
    count() AS events,
    countIf(name = 'pageview') AS pageviews,
    countIf(name = 'click') AS clicks,
    countIf(name = 'rage_click') AS rage,
    countIf(name = 'dead_click') AS dead,
    sumIf(viewport_height, name = 'pageview') AS folds,
    countIf(name = 'pageview' AND viewport_height > 0) AS windows,
    uniqCombined64IfState(session_id, name = 'pageview') AS sessions
FROM events
WHERE name IN ('pageview', 'pageleave', 'click', 'rage_click', 'dead_click')
GROUP BY site_id, hostname, path, day, device, document_width, document_height;

-- What stood on an element that was clicked, and in how many sessions it was. How often and where is in the grid.
CREATE TABLE IF NOT EXISTS heatmap_elements
(
    site_id UInt32,
    hostname LowCardinality(String),
    path String,
    day Date,
    device LowCardinality(String),
    element_selector String,
    text AggregateFunction(argMaxIf, String, DateTime64(3, 'UTC'), UInt8) COMMENT 'the newest one',
    sessions AggregateFunction(uniqCombined64, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, path, device, hostname, element_selector, day)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)';

INSERT INTO heatmap_elements
SELECT
    site_id, hostname, path, toDate(timestamp) AS day, device, element_selector,
    argMaxIfState(element_text, timestamp, element_text != '') AS text,
    uniqCombined64State(session_id) AS sessions
FROM events
WHERE name IN ('click', 'rage_click', 'dead_click') AND element_selector != '' AND (SELECT count() FROM heatmap_elements) = 0
GROUP BY site_id, hostname, path, day, device, element_selector;

CREATE MATERIALIZED VIEW IF NOT EXISTS heatmap_elements_from_events TO heatmap_elements AS
SELECT
    site_id, hostname, path, toDate(timestamp) AS day, device, element_selector,
    argMaxIfState(element_text, timestamp, element_text != '') AS text,
    uniqCombined64State(session_id) AS sessions
FROM events
WHERE name IN ('click', 'rage_click', 'dead_click') AND element_selector != ''
GROUP BY site_id, hostname, path, day, device, element_selector;
