-- Counts by value and day are small numbers that repeat: half the size under ZSTD. States are hashes, which nothing makes smaller.
ALTER TABLE rollups MODIFY SETTING default_compression_codec = 'ZSTD(1)';

ALTER TABLE rollup_totals MODIFY SETTING default_compression_codec = 'ZSTD(1)';

ALTER TABLE event_changes MODIFY SETTING default_compression_codec = 'ZSTD(1)';
