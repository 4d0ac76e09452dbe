-- Where the log ended when the time was known, about once an hour for a month: what is up to `seq` was committed at `at` or
-- before. By these the age of events is told. `event.committed_at` was the system's clock, which may have been anything;
-- nothing reads it any more, and it is 0 from here on.
CREATE TABLE event_mark (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;
