import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayMs, type TestAuthority, testAuthority } from './certificates.ts';

/** The public half of an identity folder's device key. */
const deviceKeyIn = (folder: string): KeyObject => createPublicKey(readFileSync(join(folder, 'device.key')));

/**
 * Gives an identity folder certificates and an `mqtts:` broker. `days` is when the device's begins and ends, from now;
 * `trusts` the authority whose servers it believes, where that is not its own.
 */
export async function secureIdentity(
  stateDir: string,
  {
    broker = 'mqtts://127.0.0.1:1',
    days = [-1, 80],
    authority,
    trusts = authority,
  }: {
    readonly broker?: string;
    readonly days?: readonly [number, number];
    readonly authority?: TestAuthority;
    readonly trusts?: TestAuthority | undefined;
  } = {},
): Promise<void> {
  const folder = join(stateDir, 'identity');
  const issuer = authority ?? (await testAuthority());
  const [from, until] = days;
  const { cert } = await issuer.issue({
    name: 'console-1',
    addresses: [],
    publicKey: deviceKeyIn(folder),
    from: Date.now() + from * dayMs,
    until: Date.now() + until * dayMs,
  });
  const write = (name: string, text: string): void =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  write('device.crt', cert);
  write('ca.crt', (trusts ?? issuer).ca);
  const device = JSON.parse(readFileSync(join(folder, 'device.json'), 'utf8')) as object;
  write('device.json', JSON.stringify({ ...device, broker }));
}
