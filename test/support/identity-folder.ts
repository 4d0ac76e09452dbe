import type { KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudKeys, deviceKeyPair, keysetOf, signDown } from './cloud-keys.ts';

export const building = 'maple-court';
export const siteKeyHex = '5a'.repeat(32);

/** Fills an identity folder as enrolment would (DESIGN section 9) and returns the device's public key. */
export function fillIdentityFolder(
  folder: string,
  { device, broker, keys }: { readonly device: string; readonly broker: string; readonly keys: CloudKeys },
): KeyObject {
  const { privateKey, publicKey } = deviceKeyPair();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string): void =>
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  write('device.json', JSON.stringify({ device, building, broker, enrolledAt: '2026-11-22T09:00:00.000Z' }));
  write('root.jwk', JSON.stringify(keys.root.jwk));
  write('keyset.jws', signDown(keys, 'keyset', keysetOf(keys, building)));
  write('site.key', siteKeyHex);
  write('device.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return publicKey;
}
