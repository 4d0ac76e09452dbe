-- Until when a row is a code that somebody could hit by guessing; NULL: it is none. The rows are read anew after this.
ALTER TABLE row ADD COLUMN code_until INTEGER;

CREATE INDEX row_live_code ON row (gen, code_until) WHERE code_until IS NOT NULL;

UPDATE dataset SET reading = '';
