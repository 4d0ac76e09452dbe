import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type JwsSigner, signJws } from '../../sync/protocol/jws.ts';
import { thumbprint } from '../../sync/protocol/keys.ts';
import { downMessages, type KeyRole, keyRoles, type SignedDownName } from '../../sync/protocol/messages.ts';

export interface CloudKey extends JwsSigner {
  readonly jwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
}

/** A fresh Ed25519 key; `kid` is its thumbprint. */
export function cloudKey(): CloudKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const;
  return { key: privateKey, kid: thumbprint(jwk), jwk };
}

export const deviceKeyPair = (): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A root and one key for each role. */
export type CloudKeys = { readonly root: CloudKey } & { readonly [R in KeyRole]: CloudKey };

export const cloudKeys = (): CloudKeys => ({
  root: cloudKey(),
  time: cloudKey(),
  dataset: cloudKey(),
  command: cloudKey(),
  ack: cloudKey(),
});

const year2040S = 2_208_988_800;

/** The keyset of `keys`, each for its own role; `change` alters single keys. */
export function keysetOf(
  keys: CloudKeys,
  building: string,
  n = 1,
  change: { readonly [R in KeyRole]?: { readonly nbf?: number; readonly exp?: number } } = {},
): object {
  return {
    aud: `building:${building}`,
    n,
    keys: keyRoles.map((role) => ({
      ...keys[role].jwk,
      kid: keys[role].kid,
      roles: [role],
      nbf: 0,
      exp: year2040S,
      ...change[role],
    })),
  };
}

/** Signs as the cloud should. */
export const signDown = (keys: CloudKeys, name: SignedDownName, payload: unknown): string =>
  signJws(downMessages[name].typ, payload, keys[downMessages[name].signer]);

/** Signs anything, with any key: header and payload are taken as they are. */
export function signAnything(header: object, payload: string | Uint8Array, key: KeyObject): string {
  const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  const signature =
    key.asymmetricKeyType === 'ed25519'
      ? sign(null, Buffer.from(input), key)
      : sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
