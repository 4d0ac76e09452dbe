-- The event log. Hashes chain; `seq` has no gaps and is never used again, also when everything has been pruned.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  committed_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- One row, made with the database.
CREATE TABLE journal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  log TEXT NOT NULL,
  head_seq INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  acked INTEGER NOT NULL,
  clock_floor INTEGER NOT NULL,
  last_welcome_at INTEGER,
  guest_uses_known INTEGER NOT NULL
) STRICT;

CREATE TABLE guest_use (
  guest TEXT PRIMARY KEY,
  used INTEGER NOT NULL,
  first_used_at INTEGER
) STRICT, WITHOUT ROWID;

-- `subject` is "kind:id".
CREATE TABLE known_area (
  subject TEXT PRIMARY KEY,
  area TEXT NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every denial as it came: two for one row are both in force.
CREATE TABLE revocation (
  tbl TEXT NOT NULL,
  id TEXT NOT NULL,
  max_version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (tbl, id, max_version, epoch, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE lockdown (
  scope TEXT PRIMARY KEY,
  is_on INTEGER NOT NULL,
  counter INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE command (
  id TEXT PRIMARY KEY,
  outcome TEXT NOT NULL,
  reason TEXT,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX command_by_at ON command (at);
CREATE INDEX command_unfinished ON command (at) WHERE outcome = 'accepted';
