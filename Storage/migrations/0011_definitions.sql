-- What owners name for a site and reports are asked about: goals, funnels, cohorts. One row a thing with its whole state as the API
-- takes it, newest version wins; read with FINAL and cached by the readers.
CREATE TABLE IF NOT EXISTS definitions
(
    site_id UInt32,
    kind LowCardinality(String) COMMENT 'goal, funnel or cohort',
    id String,
    definition String COMMENT 'JSON' CODEC(ZSTD(3)),
    created DateTime64(3, 'UTC'),
    deleted UInt8,
    version UInt64 COMMENT 'Unix milliseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, kind, id);
