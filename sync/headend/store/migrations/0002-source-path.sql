-- The building file that was published last, where commands that change it look for it.
ALTER TABLE state ADD COLUMN source_path TEXT;
