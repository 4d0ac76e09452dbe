-- Where the conversation with the SALTO server stands: the last entry of its audit trail that was taken in (`auditEntry`), and
-- by door what this device has begun there and not seen ended (`begun <door>`).
CREATE TABLE salto (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
