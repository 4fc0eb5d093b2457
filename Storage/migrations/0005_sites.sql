-- Settings are small tables of the whole state of a thing, newest version wins; read with FINAL and cached by the readers.
CREATE TABLE IF NOT EXISTS sites
(
    site_id UInt32,
    key String COMMENT 'what trackers send: a domain or a website id',
    name String,
    domains Array(String),
    timezone String DEFAULT 'UTC',
    created DateTime64(3, 'UTC'),
    deleted UInt8,
    version UInt64 COMMENT 'Unix milliseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY site_id;
