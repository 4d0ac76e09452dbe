import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyRole, Keyset, SigningKey } from './messages.ts';

/** RFC 7638 thumbprint of an Ed25519 public key: SHA-256 over its required members in lexical order. */
export const thumbprint = ({ crv, kty, x }: { crv: string; kty: string; x: string }): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');

const importPublicKey = (jwk: { kty: string; crv: string; x: string }): KeyObject =>
  createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' });

/** How the validity of keys is judged: `exp` alone before the first welcome. */
export interface KeyTime {
  readonly nowS: number;
  readonly notBeforeJudged: boolean;
}

export interface TrustedKey {
  readonly key: KeyObject;
  readonly roles: readonly KeyRole[];
  readonly nbf: number;
  readonly exp: number;
}

/** The keys a device trusts: the pinned root, and the newest keyset that it signed. */
export interface KeyRing {
  readonly root: { readonly kid: string; readonly key: KeyObject };
  /** `n` of the keyset; 0 for none. */
  readonly n: number;
  readonly keys: ReadonlyMap<string, TrustedKey>;
}

export const rootOnly = (root: { kty: string; crv: string; x: string }): KeyRing => ({
  root: { kid: thumbprint(root), key: importPublicKey(root) },
  n: 0,
  keys: new Map(),
});

/** Keys whose `kid` is not their thumbprint are left out: they could shadow another key. */
export const withKeyset = (ring: KeyRing, { n, keys }: Keyset): KeyRing => ({
  ...ring,
  n,
  keys: new Map(
    keys
      .filter((jwk: SigningKey) => thumbprint(jwk) === jwk.kid)
      .map((jwk) => [jwk.kid, { key: importPublicKey(jwk), roles: jwk.roles, nbf: jwk.nbf, exp: jwk.exp }]),
  ),
});

export const isWithin = (key: TrustedKey, { nowS, notBeforeJudged }: KeyTime): boolean =>
  nowS < key.exp && (!notBeforeJudged || nowS >= key.nbf);
