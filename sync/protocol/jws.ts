/**
 * JWS compact serialisation (RFC 7515) with a header of exactly `alg`, `kid`, `typ`. Down: EdDSA over Ed25519
 * (RFC 8037); up: ES256. Synchronous, because it runs inside the message handler (docs/adr/0003-jws.md).
 */
import { type KeyObject, sign, verify } from 'node:crypto';
import { limits } from './limits.ts';
import { readStrictJson } from './strict-json.ts';

type Algorithm = 'EdDSA' | 'ES256';

const algorithmOf = (key: KeyObject): Algorithm => (key.asymmetricKeyType === 'ed25519' ? 'EdDSA' : 'ES256');

export interface JwsSigner {
  readonly key: KeyObject;
  readonly kid: string;
}

export function signJws(typ: string, payload: unknown, { key, kid }: JwsSigner): string {
  const alg = algorithmOf(key);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg, kid, typ })}.${encode(payload)}`;
  const signature =
    alg === 'EdDSA'
      ? sign(null, Buffer.from(input), key)
      : sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** A message taken apart and not yet believed. */
export interface UnverifiedJws {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly typ: string;
  readonly payload: Uint8Array;
  readonly input: Uint8Array;
  readonly signature: Uint8Array;
}

const decodeBase64Url = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64url');
  // Node skips what is not base64url; the round trip shows whether anything was skipped (RFC 7515 section 2).
  return bytes.toString('base64url') === text ? bytes : undefined;
};

const isHeader = (value: unknown): value is { alg: Algorithm; kid: string; typ: string } => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { alg, kid, typ, ...rest } = value as Record<string, unknown>;
  return (
    (alg === 'EdDSA' || alg === 'ES256') &&
    typeof kid === 'string' &&
    typeof typ === 'string' &&
    Object.keys(rest).length === 0
  );
};

/** Takes a compact JWS apart; undefined unless it is well formed and its header is exactly `{alg, kid, typ}`. */
export function parseJws(message: Uint8Array): UnverifiedJws | undefined {
  if (message.length > limits.message) return undefined;
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('latin1');
  const [headerText, payloadText, signatureText, ...more] = text.split('.');
  if (
    headerText === undefined ||
    payloadText === undefined ||
    signatureText === undefined ||
    more.length > 0
  ) {
    return undefined;
  }
  const header = decodeBase64Url(headerText);
  const payload = decodeBase64Url(payloadText);
  const signature = decodeBase64Url(signatureText);
  if (header === undefined || payload === undefined || signature === undefined) return undefined;
  const json = readStrictJson(header);
  if (json.kind === 'refused' || !isHeader(json.value)) return undefined;
  return { ...json.value, payload, input: Buffer.from(`${headerText}.${payloadText}`), signature };
}

/** Whether `key` made this signature with the algorithm that belongs to the key; the header's own word never chooses. */
export function isSignedBy(jws: UnverifiedJws, key: KeyObject): boolean {
  if (jws.alg !== algorithmOf(key)) return false;
  return jws.alg === 'EdDSA'
    ? verify(null, jws.input, key, jws.signature)
    : verify('sha256', jws.input, { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
}
