-- Sampled pointer positions of one page visit; a row a request, points in three parallel arrays. Kept apart from events, so that
-- a count of events counts what a visitor did and not how often the tracker sent.
CREATE TABLE IF NOT EXISTS pointers
(
    site_id UInt32,
    timestamp DateTime64(3, 'UTC') COMMENT 'time of the first point' CODEC(Delta, ZSTD(1)),
    visitor_id UInt64,
    session_id UInt64,
    hostname LowCardinality(String),
    path String CODEC(ZSTD(3)),
    device LowCardinality(String),
    viewport_width UInt16,
    viewport_height UInt16,
    document_width UInt16,
    document_height UInt32,
    kind LowCardinality(String) COMMENT 'move, scroll or touch',
    `points.x` Array(UInt16) COMMENT 'CSS pixels in the document',
    `points.y` Array(UInt32),
    `points.ms` Array(UInt32) COMMENT 'milliseconds since timestamp'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (site_id, toDate(timestamp), session_id, timestamp)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)', ttl_only_drop_parts = 1;

-- The grid that a heatmap is drawn from. x in thousandths of the document's width, so that widths of one device class lie over
-- each other; y in steps of 8 CSS pixels; cell_x and cell_y say where inside the element (32 by 32 cells, 255 where unknown), so
-- that a responsive page still lines up.
CREATE TABLE IF NOT EXISTS heatmap
(
    site_id UInt32,
    hostname LowCardinality(String),
    path String CODEC(ZSTD(3)),
    day Date,
    device LowCardinality(String),
    kind LowCardinality(String) COMMENT 'click, move or touch',
    element_selector String CODEC(ZSTD(3)),
    x UInt16,
    y UInt32,
    cell_x UInt8,
    cell_y UInt8,
    count UInt64
)
ENGINE = SummingMergeTree(count)
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, path, kind, device, hostname, day, element_selector, y, x, cell_y, cell_x)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)';

CREATE MATERIALIZED VIEW IF NOT EXISTS heatmap_from_events TO heatmap AS
SELECT
    site_id,
    hostname,
    path,
    toDate(timestamp) AS day,
    device,
    'click' AS kind,
    element_selector,
    toUInt16(least(1000, intDiv(toUInt32(events.x) * 1000, toUInt32(greatest(1, if(document_width > 0, document_width, if(viewport_width > 0, viewport_width, 1280))))))) AS x,
    toUInt32(intDiv(events.y, 8)) AS y,
    if(element_x > 10000, toUInt8(255), toUInt8(least(31, intDiv(toUInt32(element_x) * 32, 10000)))) AS cell_x,
    if(element_y > 10000, toUInt8(255), toUInt8(least(31, intDiv(toUInt32(element_y) * 32, 10000)))) AS cell_y,
    count() AS count
FROM events
WHERE name = 'click'
GROUP BY site_id, hostname, path, day, device, kind, element_selector, x, y, cell_x, cell_y;

CREATE MATERIALIZED VIEW IF NOT EXISTS heatmap_from_pointers TO heatmap AS
SELECT
    site_id,
    hostname,
    path,
    toDate(timestamp) AS day,
    device,
    kind,
    '' AS element_selector,
    toUInt16(least(1000, intDiv(toUInt32(point_x) * 1000, toUInt32(greatest(1, if(document_width > 0, document_width, if(viewport_width > 0, viewport_width, 1280))))))) AS x,
    toUInt32(intDiv(point_y, 8)) AS y,
    toUInt8(255) AS cell_x,
    toUInt8(255) AS cell_y,
    count() AS count
FROM pointers
ARRAY JOIN points.x AS point_x, points.y AS point_y
WHERE kind IN ('move', 'touch')
GROUP BY site_id, hostname, path, day, device, kind, x, y;

-- How far down visitors got: a histogram of 0 to 100 per page and day.
CREATE TABLE IF NOT EXISTS scroll_depths
(
    site_id UInt32,
    hostname LowCardinality(String),
    path String CODEC(ZSTD(3)),
    day Date,
    device LowCardinality(String),
    depth UInt8,
    count UInt64
)
ENGINE = SummingMergeTree(count)
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, path, device, hostname, day, depth)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)';

CREATE MATERIALIZED VIEW IF NOT EXISTS scroll_depths_from_events TO scroll_depths AS
SELECT site_id, hostname, path, toDate(timestamp) AS day, device, scroll_depth AS depth, count() AS count
FROM events
WHERE name = 'pageleave'
GROUP BY site_id, hostname, path, day, device, depth;
