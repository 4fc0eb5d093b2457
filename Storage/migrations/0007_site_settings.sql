-- What the collector does with a site's visitors: what it keeps of their address, which wishes it honours, whom it does not count.
ALTER TABLE sites
    ADD COLUMN IF NOT EXISTS ip_storage LowCardinality(String) DEFAULT 'truncate' COMMENT 'truncate or discard',
    ADD COLUMN IF NOT EXISTS honour_gpc Bool DEFAULT true COMMENT 'Sec-GPC: 1 is an objection',
    ADD COLUMN IF NOT EXISTS honour_dnt Bool DEFAULT false COMMENT 'DNT: 1 is an objection',
    ADD COLUMN IF NOT EXISTS blocked_ips Array(String) COMMENT 'addresses and networks',
    ADD COLUMN IF NOT EXISTS blocked_paths Array(String) COMMENT 'paths, * stands for anything',
    ADD COLUMN IF NOT EXISTS blocked_hosts Array(String) COMMENT 'hosts of pages, and all below them';
