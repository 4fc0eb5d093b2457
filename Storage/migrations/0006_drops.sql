-- What was well-formed and is not stored, by reason: bots above all, kept apart from people and yet not invisible. Counted in the
-- collector's memory and written every few seconds through the same buffer as events, so that a repeated insert counts once.
CREATE TABLE IF NOT EXISTS drops
(
    site_id UInt32 COMMENT '0 where the site is unknown',
    hour DateTime('UTC'),
    reason LowCardinality(String) COMMENT 'bot, automation, referrer_spam, rate, opted_out, blocked_ip, blocked_path, blocked_host, unknown_site',
    contract LowCardinality(String),
    count UInt64 COMMENT 'events'
)
ENGINE = SummingMergeTree(count)
PARTITION BY toYYYYMM(hour)
ORDER BY (site_id, hour, reason, contract)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)';
