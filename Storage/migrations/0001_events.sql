-- One row an event, whatever its kind. Strings are empty and numbers zero where a contract carries nothing: Nullable costs a
-- second column file and a branch a value. Written only by the Collector's writer, in blocks that carry a deduplication token.
CREATE TABLE IF NOT EXISTS events
(
    site_id UInt32,
    timestamp DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    name LowCardinality(String),
    visitor_id UInt64,
    session_id UInt64,
    session_key String,
    user_id String,
    contract LowCardinality(String),

    hostname LowCardinality(String),
    path String CODEC(ZSTD(3)),
    query String CODEC(ZSTD(3)),
    title String CODEC(ZSTD(3)),
    referrer String CODEC(ZSTD(3)),
    source LowCardinality(String),
    channel LowCardinality(String),
    utm_source LowCardinality(String),
    utm_medium LowCardinality(String),
    utm_campaign LowCardinality(String),
    utm_term LowCardinality(String),
    utm_content LowCardinality(String),
    click_id LowCardinality(String) COMMENT 'name of the advertising click id in the address (gclid, msclkid, ...), never its value',

    device LowCardinality(String) COMMENT 'desktop, mobile, tablet, tv, console, wearable or empty',
    browser LowCardinality(String),
    browser_version LowCardinality(String),
    os LowCardinality(String),
    os_version LowCardinality(String),
    screen_width UInt16,
    screen_height UInt16,
    viewport_width UInt16,
    viewport_height UInt16,
    document_width UInt16,
    document_height UInt32,
    language LowCardinality(String),
    timezone LowCardinality(String),
    country LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    region LowCardinality(String),
    city LowCardinality(String),
    ip LowCardinality(String) COMMENT 'truncated to /24 or /48 before it reached the buffer, or empty',

    element_selector String CODEC(ZSTD(3)),
    element_id LowCardinality(String),
    element_tag LowCardinality(String),
    element_class String CODEC(ZSTD(3)),
    element_text String CODEC(ZSTD(3)),
    element_href String CODEC(ZSTD(3)),
    element_x UInt16 COMMENT 'position inside the element, 0 to 10000; 65535 where unknown',
    element_y UInt16,
    x UInt16 COMMENT 'CSS pixels from the left of the document',
    y UInt32 COMMENT 'CSS pixels from the top of the document',

    scroll_depth UInt8 COMMENT 'greatest depth reached, 0 to 100, on pageleave and scroll events',
    dwell_ms UInt32 COMMENT 'visible time on the page, on pageleave events',

    revenue Decimal(18, 4),
    currency LowCardinality(String),
    order_id String,
    `items.sku` Array(String),
    `items.name` Array(String),
    `items.category` Array(LowCardinality(String)),
    `items.price` Array(Decimal(18, 4)),
    `items.quantity` Array(UInt32),

    props Map(LowCardinality(String), String) CODEC(ZSTD(3)),

    INDEX session_id_index session_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (site_id, toDate(timestamp), visitor_id, session_id, timestamp)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)', ttl_only_drop_parts = 1;
