import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thumbprint } from '../../sync/protocol/keys.ts';
import { type By, openBigBuilding, siteKey, writeBigBuilding } from './big-building.ts';

/** Nothing listens on the discard port: the broker is gone. */
const noBroker = 'mqtt://127.0.0.1:9';

/** A controller's folder with a building of so many residents, a good identity, and no broker. Returns its configuration file. */
export function writeBenchSite(dir: string, residents: number, port: number, by: By = 'code'): string {
  const stateDir = join(dir, 'state');
  const identity = join(stateDir, 'identity');
  mkdirSync(identity, { recursive: true, mode: 0o700 });
  writeBigBuilding(stateDir, residents, by);
  // As after an hour without the cloud: the clock is held from the stored floor on.
  const hourAgo = Date.now() - 3_600_000;
  const store = openBigBuilding(stateDir);
  store.journal.commit(
    [],
    [
      { kind: 'clockFloor', floor: hourAgo },
      { kind: 'welcome', at: hourAgo },
    ],
  );
  store.close();
  const root = generateKeyPairSync('ed25519');
  const role = generateKeyPairSync('ed25519');
  const device = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = (key: typeof root): { kty: string; crv: string; x: string } => {
    const { kty = '', crv = '', x = '' } = key.publicKey.export({ format: 'jwk' });
    return { kty, crv, x };
  };
  const rootJwk = publicJwk(root);
  const roleJwk = publicJwk(role);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'EdDSA', kid: thumbprint(rootJwk), typ: 'vestibule-keyset' };
  const key = { ...roleJwk, kid: thumbprint(roleJwk), roles: ['time'], nbf: 0, exp: 4_000_000_000 };
  const input = `${encode(header)}.${encode({ aud: 'building:big', n: 1, keys: [key] })}`;
  const signature = sign(null, Buffer.from(input), root.privateKey).toString('base64url');
  const files = {
    'device.json': JSON.stringify({
      device: 'bench',
      building: 'big',
      broker: noBroker,
      enrolledAt: new Date().toISOString(),
    }),
    'root.jwk': JSON.stringify(rootJwk),
    'keyset.jws': `${input}.${signature}`,
    'site.key': Buffer.from(siteKey).toString('hex'),
    'device.key': device.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(identity, name), text, { mode: 0o600 });
  const config = join(dir, 'vestibule.yaml');
  const door = (id: string): string =>
    `  ${id}: { hardware: simulated, monitor: true, rex: release, fire: release }\n`;
  writeFileSync(
    config,
    `stateDir: ./state\nconsole: { port: ${port}, keypadDoor: door-0 }\ndoors:\n${door('door-0')}${door('door-1')}log: { level: warn }\n`,
  );
  return config;
}
