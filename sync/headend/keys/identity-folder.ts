import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HeadEndError } from '../head-end-error.ts';
import type { HeadEndKeys } from './head-end-keys.ts';
import { makePrivateFolder, writeSecretFile } from './secret-file.ts';

export interface NewIdentity {
  readonly device: string;
  readonly building: string;
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly broker: string;
  readonly enrolledAt: string;
}

/**
 * Fills a device's identity folder (DESIGN section 9) and returns the device's public key (SPKI, PEM). Certificates
 * for `mqtts:` (`device.crt`, `ca.crt`) are not made here.
 * @throws HeadEndError `badInput` when the folder has files already.
 */
export function writeIdentityFolder(folder: string, identity: NewIdentity, keys: HeadEndKeys): string {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new HeadEndError('badInput', `${folder} is not empty; name a new folder with --out.`);
  }
  makePrivateFolder(folder);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const write = (name: string, content: string): void =>
    writeSecretFile(join(folder, name), `${content.trimEnd()}\n`);
  write('root.jwk', JSON.stringify(keys.root));
  write('keyset.jws', keys.keyset);
  write('site.key', Buffer.from(keys.siteKey).toString('hex'));
  write('device.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  // Last: its presence says that the folder is complete.
  write('device.json', JSON.stringify(identity, null, 2));
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
