import type { Database } from 'better-sqlite3';

interface Made {
  readonly id: string;
  /** SHA-256 of the token, hexadecimal. */
  readonly tokenHash: string;
  /** What the device will connect to. */
  readonly broker: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** Milliseconds since 1970: the end of what the state allows. */
  readonly expiresAt: number;
}

/** A device has come with the token and waits: its key (SPKI in PEM), and the nonce that its next proof names. */
interface Claimed extends Made {
  readonly publicKey: string;
  readonly nonce: string;
}

export type PairingRow =
  | (Made & { readonly state: 'open' })
  | (Claimed & { readonly state: 'claimed' })
  | (Claimed & { readonly state: 'granted'; readonly device: string; readonly certificate: string })
  | (Made & { readonly state: 'refused'; readonly publicKey: string | null });

export interface CertificateRow {
  /** Hexadecimal, lower case. */
  readonly serial: string;
  readonly device: string;
  readonly pem: string;
  /** Milliseconds since 1970, as the others. */
  readonly issuedAt: number;
  readonly notAfter: number;
  readonly revokedAt: number | null;
}

const pairingColumns =
  'id, token_hash AS tokenHash, broker, state, made_at AS madeAt, expires_at AS expiresAt, public_key AS publicKey, nonce, device, certificate';
const certificateColumns =
  'serial, device, pem, issued_at AS issuedAt, not_after AS notAfter, revoked_at AS revokedAt';
/** For an operator who asks what became of one. */
const pairingsKeptMs = 7 * 86_400_000;

/** Pairings, and the certificates that came of them. */
export function enrolmentStore(db: Database) {
  const one = db.prepare<[string], PairingRow>(`SELECT ${pairingColumns} FROM pairing WHERE id = ?`);
  const byToken = db.prepare<[string], PairingRow>(
    `SELECT ${pairingColumns} FROM pairing WHERE token_hash = ?`,
  );
  const claimed = db.prepare<[], PairingRow>(
    `SELECT ${pairingColumns} FROM pairing WHERE state = 'claimed' ORDER BY made_at`,
  );
  const prune = db.prepare('DELETE FROM pairing WHERE expires_at < ?');
  const add = db.prepare(
    "INSERT INTO pairing (id, token_hash, broker, state, made_at, expires_at) VALUES (?, ?, ?, 'open', ?, ?)",
  );
  const claim = db.prepare(
    "UPDATE pairing SET state = 'claimed', public_key = ?, nonce = ?, expires_at = ? WHERE id = ? AND state = 'open'",
  );
  const grant = db.prepare(
    "UPDATE pairing SET state = 'granted', device = ?, certificate = ?, expires_at = ? WHERE id = ? AND state = 'claimed'",
  );
  const refuse = db.prepare(
    "UPDATE pairing SET state = 'refused' WHERE id = ? AND state IN ('open', 'claimed')",
  );
  const setNonce = db.prepare('UPDATE pairing SET nonce = ? WHERE id = ?');
  const addCertificate = db.prepare(
    'INSERT INTO certificate (serial, device, pem, issued_at, not_after) VALUES (?, ?, ?, ?, ?)',
  );
  const certificate = db.prepare<[string], CertificateRow>(
    `SELECT ${certificateColumns} FROM certificate WHERE serial = ?`,
  );
  const newest = db.prepare<[string], CertificateRow>(
    `SELECT ${certificateColumns} FROM certificate WHERE device = ? AND revoked_at IS NULL ORDER BY issued_at DESC, rowid DESC LIMIT 1`,
  );
  const revoked = db.prepare<[], { serial: string; revokedAt: number }>(
    'SELECT serial, revoked_at AS revokedAt FROM certificate WHERE revoked_at IS NOT NULL ORDER BY revoked_at, serial',
  );
  const ofDevice = db.prepare<[string], CertificateRow>(
    `SELECT ${certificateColumns} FROM certificate WHERE device = ?`,
  );
  const revokeOne = db.prepare(
    'UPDATE certificate SET revoked_at = ? WHERE serial = ? AND revoked_at IS NULL',
  );
  const revoke = db.prepare('UPDATE certificate SET revoked_at = ? WHERE device = ? AND revoked_at IS NULL');
  const brokerFolder = db.prepare<[], string | null>('SELECT broker_folder FROM state').pluck();
  const setBrokerFolder = db.prepare('UPDATE state SET broker_folder = ?');

  return {
    pairing: (id: string): PairingRow | undefined => one.get(id),
    byTokenHash: (hash: string): PairingRow | undefined => byToken.get(hash),
    /** Devices that wait for somebody's decision. */
    claimed: (): readonly PairingRow[] => claimed.all(),
    add: ({ id, tokenHash, broker, madeAt, expiresAt }: Made): void => {
      prune.run(madeAt - pairingsKeptMs);
      add.run(id, tokenHash, broker, madeAt, expiresAt);
    },
    /** False when it is open no more: of two devices one wins. */
    claim: (id: string, publicKey: string, nonce: string, expiresAt: number): boolean =>
      claim.run(publicKey, nonce, expiresAt, id).changes === 1,
    grant: (id: string, device: string, pem: string, expiresAt: number): boolean =>
      grant.run(device, pem, expiresAt, id).changes === 1,
    refuse: (id: string): boolean => refuse.run(id).changes === 1,
    setNonce: (id: string, nonce: string): void => {
      setNonce.run(nonce, id);
    },
    addCertificate: ({
      serial,
      device,
      pem,
      issuedAt,
      notAfter,
    }: Omit<CertificateRow, 'revokedAt'>): void => {
      addCertificate.run(serial, device, pem, issuedAt, notAfter);
    },
    certificate: (serial: string): CertificateRow | undefined => certificate.get(serial),
    /** The newest of this device that has not been revoked. */
    newestCertificate: (device: string): CertificateRow | undefined => newest.get(device),
    revoked: (): readonly { readonly serial: string; readonly revokedAt: number }[] => revoked.all(),
    certificatesOf: (device: string): readonly CertificateRow[] => ofDevice.all(device),
    revoke: (serial: string, now: number): void => {
      revokeOne.run(now, serial);
    },
    /** How many there were. */
    revokeAll: (device: string, now: number): number => revoke.run(now, device).changes,
    brokerFolder: (): string | undefined => brokerFolder.get() ?? undefined,
    setBrokerFolder: (folder: string): void => {
      setBrokerFolder.run(folder);
    },
  };
}
