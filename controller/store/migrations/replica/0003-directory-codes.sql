-- Whom a directory code calls, hidden residents too. An index on what the row says, so that the projection stays as it is.
CREATE INDEX row_directory_code ON row (gen, json_extract(row, '$.directoryCode'))
  WHERE tbl = 'resident' AND refused_field IS NULL;
