-- The guess budget as JSON, its instants in milliseconds from when it was written (core/guess-budget.ts); NULL: no guesses.
-- One row. `codes_too_short` is the last verdict that was told.
CREATE TABLE guess_budget (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  budget TEXT,
  codes_too_short INTEGER NOT NULL
) STRICT;

INSERT INTO guess_budget VALUES (1, NULL, 0);
