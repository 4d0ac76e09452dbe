-- One building, its devices and what they reported. Versions, seqs and epochs are those of the sync protocol.

CREATE TABLE state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  building TEXT,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT;

-- `row` is the JSON text as devices keep it; NULL is a deleted row, kept so that its version never goes back.
CREATE TABLE dataset_row (
  tab TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  row TEXT,
  PRIMARY KEY (tab, id)
) STRICT, WITHOUT ROWID;

-- `payload` is NULL for a transaction that was too large for a delta: devices before it need a snapshot.
CREATE TABLE delta (
  seq INTEGER PRIMARY KEY,
  payload TEXT,
  urgent INTEGER NOT NULL
) STRICT;

-- Rows revoked here, whatever the building file says, until they are reinstated. `original` is the file's row.
CREATE TABLE overlay (
  tab TEXT NOT NULL,
  id TEXT NOT NULL,
  original TEXT,
  PRIMARY KEY (tab, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  manifest TEXT NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshot_chunk (
  snapshot TEXT NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
  idx INTEGER NOT NULL,
  message BLOB NOT NULL,
  PRIMARY KEY (snapshot, idx)
) STRICT;

CREATE TABLE device (
  id TEXT PRIMARY KEY,
  public_key TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  presence TEXT NOT NULL DEFAULT 'offline',
  epoch INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL DEFAULT 0,
  digest TEXT,
  lagging INTEGER NOT NULL DEFAULT 0,
  session TEXT,
  last_n INTEGER NOT NULL DEFAULT 0,
  log TEXT,
  clock_state TEXT,
  software TEXT,
  last_seen INTEGER
) STRICT;

CREATE TABLE event_log (
  device TEXT NOT NULL,
  log TEXT NOT NULL,
  head INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (device, log)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  device TEXT NOT NULL,
  log TEXT NOT NULL,
  seq INTEGER NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (device, log, seq)
) STRICT;

-- Events that no device keeps any more: lost to a restored backup of this database.
CREATE TABLE event_gap (
  device TEXT NOT NULL,
  log TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  found_at INTEGER NOT NULL
) STRICT;

CREATE TABLE lockdown (
  scope TEXT PRIMARY KEY,
  active INTEGER NOT NULL,
  counter INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `topic` ties a command to the denial or lockdown that it carries. `outcome` is NULL until the device has said.
CREATE TABLE command (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  op TEXT NOT NULL,
  args TEXT NOT NULL,
  by TEXT,
  topic TEXT,
  session TEXT,
  n INTEGER,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER,
  outcome TEXT,
  reason TEXT,
  result_at INTEGER
) STRICT;

CREATE INDEX command_by_device ON command (device, op, outcome);
CREATE INDEX command_by_topic ON command (topic, device);
