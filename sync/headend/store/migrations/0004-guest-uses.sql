-- How often each guest was let in, by the log of the console that let them in (DESIGN section 4, "Uses").
CREATE TABLE guest_use (
  guest TEXT NOT NULL,
  log TEXT NOT NULL,
  used INTEGER NOT NULL,
  first_used_at TEXT,
  PRIMARY KEY (guest, log)
) STRICT, WITHOUT ROWID;
