-- The cloud's rows, byte for byte, with what look-ups need beside them.
--
-- `gen` is the version of the building that a row belongs to: `dataset.live` is what decisions read, a higher one is
-- being staged. A swap moves `live`; so staged rows cost their inserts once, before the swap, and can never be read early.
-- `refused_*` are set where the schema refuses the row: it counts in the digest and nothing else finds it.
-- `key` is the projection: the hash of a credential or guest, "kind:id:door" of a grant, the suite of a listed resident.
CREATE TABLE row (
  rowid INTEGER PRIMARY KEY,
  gen INTEGER NOT NULL,
  tbl TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  row TEXT NOT NULL,
  refused_field TEXT,
  refused_problem TEXT,
  key TEXT
) STRICT;

CREATE UNIQUE INDEX row_by_id ON row (gen, tbl, id);
CREATE INDEX row_by_key ON row (gen, tbl, key) WHERE key IS NOT NULL;

-- Who belongs to which group; `holder` is "kind:id".
CREATE TABLE member (
  gen INTEGER NOT NULL,
  holder TEXT NOT NULL,
  grp TEXT NOT NULL,
  PRIMARY KEY (gen, holder, grp)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_by_group ON member (gen, grp);

-- One row. `latest` is the newest generation ever given out: a dropped one is never reused. `reading` names the schema
-- by which the rows were read: another release reads them anew.
CREATE TABLE dataset (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  live INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  digest TEXT NOT NULL,
  reading TEXT NOT NULL
) STRICT;

INSERT INTO dataset VALUES (1, 1, 1, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', '');

-- The snapshot being fetched, in generation `dataset.latest`.
CREATE TABLE staged_manifest (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  manifest TEXT NOT NULL
) STRICT;

CREATE TABLE staged_chunk (
  idx INTEGER PRIMARY KEY
) STRICT;

-- What comes back when events.db is lost: the denylist and the lockdowns of the log that is named.
CREATE TABLE mirror (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  log TEXT NOT NULL,
  revocations TEXT NOT NULL,
  lockdowns TEXT NOT NULL
) STRICT;
