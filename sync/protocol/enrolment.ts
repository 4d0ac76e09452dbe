/** The HTTPS exchange of PROTOCOL "Enrolment": paths, bodies and refusals. Unknown fields are ignored. */
import { createHash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { BuildingId } from '../../controller/core/dataset.ts';
import { isSignedBy, parseJws, signJws } from './jws.ts';
import { DeviceId } from './messages.ts';
import { readStrictJson } from './strict-json.ts';

export const enrolmentPaths = { enrol: '/enrol', renew: '/renew' } as const;

const pem = z.string().max(8_192);
const nonce = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
const PairingId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{8}$/);

/** `token`: 16 bytes in base64url. */
export const EnrolRequest = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{22}$/), csr: pem });
/** 202: the installer has not decided yet; the next poll's proof names `nonce`. */
export const EnrolPending = z.object({
  pairing: PairingId,
  fingerprint: z.string().regex(/^\d{6}$/),
  nonce,
});
export const RootKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
/** 200: who the device is. `siteKey` is a JWE (ECDH-ES, A256GCM) to the device's key over the 32 bytes. */
export const EnrolGrant = z.object({
  device: DeviceId,
  certificate: pem,
  ca: pem,
  broker: z.string().max(512),
  root: RootKey,
  keyset: z.string().max(96 * 1024),
  building: BuildingId,
  siteKey: z.string().max(2_048),
});
/** The certificate that is in force from now on. */
export const Renewal = z.object({ certificate: pem });

export type EnrolPending = z.infer<typeof EnrolPending>;
export type EnrolGrant = z.infer<typeof EnrolGrant>;

const enrolRefusalCodes = [
  'unknownToken',
  'usedToken',
  'expiredToken',
  'badRequest',
  'unknownPairing',
  'badProof',
  /** The proof named an older nonce; the answer brings the one in force. */
  'staleProof',
  'refusedByInstaller',
  'expiredPairing',
  'revokedCertificate',
  'unknownCertificate',
  'rateLimited',
] as const;
export type EnrolRefusalCode = (typeof enrolRefusalCodes)[number];

/** Every answer but 200 and 202. `message` is one sentence with the way out. */
export const EnrolRefusal = z.object({
  code: z.enum(enrolRefusalCodes),
  message: z.string().max(512),
  nonce: nonce.optional(),
});
export type EnrolRefusal = z.infer<typeof EnrolRefusal>;

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Six digits for two people to compare: SHA-256 of the SubjectPublicKeyInfo (DER), mod 10^6. */
export const fingerprintOf = (publicKey: KeyObject): string => {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return (BigInt(`0x${sha256(spki).toString('hex')}`) % 1_000_000n).toString().padStart(6, '0');
};

const proofTyp = 'vestibule-enrolment';
/** `aud` is the head-end's CA, so that no other head-end can use a proof; `nonce` is used up by its first use. */
const Proof = z.object({ aud: z.string(), pairing: PairingId, nonce });
type Proof = z.infer<typeof Proof>;

/** What a proof is for: the CA certificate (DER) of the head-end that asked. */
export const proofAudience = (caDer: Uint8Array): string => `ca:${sha256(caDer).toString('hex')}`;

/** Shows that the device holds the key of its CSR (RFC 7515, ES256). */
export const signProof = (proof: Proof, key: KeyObject): string =>
  signJws(proofTyp, proof, { key, kid: proof.pairing });

/** The nonce of a proof that `key` made for this audience and pairing; else undefined. */
export function nonceOfProof(
  jws: string,
  { aud, pairing, key }: { readonly aud: string; readonly pairing: string; readonly key: KeyObject },
): string | undefined {
  const parsed = parseJws(Buffer.from(jws));
  if (parsed?.typ !== proofTyp || parsed.kid !== pairing || !isSignedBy(parsed, key)) return undefined;
  const json = readStrictJson(parsed.payload);
  const proof = Proof.safeParse(json.kind === 'json' ? json.value : undefined);
  if (!proof.success || proof.data.aud !== aud || proof.data.pairing !== pairing) return undefined;
  return proof.data.nonce;
}
