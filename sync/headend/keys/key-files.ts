import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { JwsSigner } from '../../protocol/jws.ts';
import { thumbprint } from '../../protocol/keys.ts';
import { HeadEndError } from '../head-end-error.ts';
import { writeSecretFile } from './secret-file.ts';

const PrivateJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
  /** Seconds since 1970; absent for the root. */
  nbf: z.number().optional(),
  exp: z.number().optional(),
});
type PrivateJwk = z.infer<typeof PrivateJwk>;

export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

export interface KeyFile extends JwsSigner {
  readonly public: PublicJwk;
  readonly nbf: number;
  readonly exp: number;
}

const toKeyFile = (jwk: PrivateJwk): KeyFile => {
  const { kty, crv, x } = jwk;
  const key: KeyObject = createPrivateKey({ key: { kty, crv, x, d: jwk.d }, format: 'jwk' });
  return {
    key,
    kid: thumbprint({ kty, crv, x }),
    public: { kty, crv, x },
    nbf: jwk.nbf ?? 0,
    exp: jwk.exp ?? 0,
  };
};

/**
 * An Ed25519 private key in a 0600 file; undefined when there is none.
 * @throws HeadEndError `badState` for a file that is not such a key.
 */
export function readKeyFile(file: string): KeyFile | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return toKeyFile(PrivateJwk.parse(JSON.parse(readFileSync(file, 'utf8'))));
  } catch {
    // The cause may quote the key.
    throw new HeadEndError(
      'badState',
      `${file} is not a private Ed25519 key (JWK); put your copy of it back.`,
    );
  }
}

export function makeKeyFile(
  file: string,
  validity: { readonly nbf: number; readonly exp: number } | undefined,
): KeyFile {
  const jwk = PrivateJwk.parse({
    ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
    ...validity,
  });
  writeSecretFile(file, `${JSON.stringify(jwk)}\n`);
  return toKeyFile(jwk);
}

/** The 32 bytes under which codes are hashed; made once per site. Never in a database (DESIGN section 3). */
export function siteKeyOf(stateDir: string): Buffer {
  const file = join(stateDir, 'site.key');
  if (!existsSync(file)) writeSecretFile(file, `${randomBytes(32).toString('hex')}\n`);
  const hex = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new HeadEndError('badState', `${file} must hold 64 hexadecimal digits; put your copy of it back.`);
  }
  return Buffer.from(hex, 'hex');
}
