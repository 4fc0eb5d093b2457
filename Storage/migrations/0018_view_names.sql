-- ClickHouse 26.7 puts the view into the deduplication token of what it derives: by its name, but by its UUID between an ALTER ... MODIFY
-- QUERY and the server's next start. A block that was stored before that start and repeated after it was counted twice. Attached anew, the
-- view goes by its name from here on. Whoever modifies a view's query does this after it; nothing may be inserted meanwhile.
DETACH TABLE IF EXISTS sessions_from_events SYNC;
ATTACH TABLE IF NOT EXISTS sessions_from_events;
