-- One row. `low`: the alarm about the disk's space stands. `shed`: what was not recorded for want of space, as JSON;
-- NULL: nothing.
CREATE TABLE disk_notice (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  low INTEGER NOT NULL,
  shed TEXT
) STRICT;

INSERT INTO disk_notice VALUES (1, 0, NULL);
