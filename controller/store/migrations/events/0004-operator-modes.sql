-- What an operator has set at a door, until its end (milliseconds since 1970; NULL: until it is set again).
CREATE TABLE operator_mode (
  door TEXT PRIMARY KEY,
  mode TEXT NOT NULL,
  until INTEGER
) STRICT, WITHOUT ROWID;
