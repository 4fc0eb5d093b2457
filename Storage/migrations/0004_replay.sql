-- Session recordings as the tracker sent them: one row a chunk, rrweb events as JSON text. Daily partitions, so that retention
-- is the dropping of a partition.
CREATE TABLE IF NOT EXISTS replay
(
    site_id UInt32,
    session_id UInt64,
    visitor_id UInt64,
    seq UInt32,
    timestamp DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    events UInt32 COMMENT 'rrweb events in this chunk',
    chunk String COMMENT 'JSON array of rrweb events' CODEC(ZSTD(6))
)
ENGINE = MergeTree
PARTITION BY toDate(timestamp)
ORDER BY (site_id, session_id, seq, timestamp)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)', ttl_only_drop_parts = 1;
