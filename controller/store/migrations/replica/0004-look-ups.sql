-- What a decision finds a row by, as 32 bits of it (look-up-key.ts): the hash of a credential or guest, subject and door of
-- a grant. A short index answers faster than one of long texts. The suite of a listed resident gets a column of its own. The
-- rows are read anew after this.
DROP INDEX row_by_key;

ALTER TABLE row DROP COLUMN key;
ALTER TABLE row ADD COLUMN look_up INTEGER;
ALTER TABLE row ADD COLUMN listed_suite TEXT;

CREATE INDEX row_by_look_up ON row (gen, look_up) WHERE look_up IS NOT NULL;
CREATE INDEX row_listed ON row (gen, listed_suite, id) WHERE listed_suite IS NOT NULL;

UPDATE dataset SET reading = '';
