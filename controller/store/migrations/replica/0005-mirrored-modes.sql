-- Doors that an operator keeps shut come back as well when events.db is lost.
ALTER TABLE mirror ADD COLUMN shut_doors TEXT NOT NULL DEFAULT '[]';
