-- Pairings (PROTOCOL "Enrolment"): of the token only its SHA-256 rests here. `expires_at` is the end of what the state
-- allows: of the token while open, of the decision while claimed, of handing over once granted.
CREATE TABLE pairing (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  broker TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'granted', 'refused')),
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  public_key TEXT,
  nonce TEXT,
  device TEXT,
  certificate TEXT
) STRICT;

-- Every certificate that the CA has given to a device.
CREATE TABLE certificate (
  serial TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  pem TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE INDEX certificate_by_device ON certificate (device, issued_at);

-- Where the broker's certificate was put: its revocation list is kept there, too.
ALTER TABLE state ADD COLUMN broker_folder TEXT;
