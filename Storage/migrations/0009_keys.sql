-- Who may ask. A key is its id and 256 random bits; of those only the hash is here, which cannot be searched.
CREATE TABLE IF NOT EXISTS api_keys
(
    id String COMMENT 'the public beginning of the key, by which it is found and spoken of',
    hash String COMMENT 'SHA-256 of the whole key, hex',
    name String,
    scopes Array(LowCardinality(String)) COMMENT 'query, collect, admin',
    sites Array(String) COMMENT 'keys of sites; * for all',
    created DateTime64(3, 'UTC'),
    expires DateTime64(3, 'UTC') COMMENT '1970: never',
    requests_per_minute UInt32 COMMENT '0: as the configuration says',
    deleted UInt8,
    version UInt64 COMMENT 'Unix milliseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id;

-- When a key was last used, to the minute, written at most once a minute by each service: no request waits for it.
CREATE TABLE IF NOT EXISTS api_key_uses
(
    id String,
    last_used SimpleAggregateFunction(max, DateTime('UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY id;

-- Who read what single people did. Written in batches; a batch that is written twice is stored once.
CREATE TABLE IF NOT EXISTS audit
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    key_id LowCardinality(String),
    key_name LowCardinality(String),
    what LowCardinality(String) COMMENT 'journey, sessions, profile, export, ...',
    endpoint LowCardinality(String) COMMENT 'method and route',
    sites Array(LowCardinality(String)) COMMENT 'keys of the sites that could be read; * for all',
    subject String COMMENT 'the person or session; empty where many were shown'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY time
TTL toDateTime(time) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, default_compression_codec = 'ZSTD(1)';
