import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadIdentity } from '../../sync/links/identity.ts';
import { saveKeyset } from '../../sync/links/keyset-file.ts';
import { type CloudKeys, cloudKeys, keysetOf, signDown } from '../support/cloud-keys.ts';
import { building, fillIdentityFolder, siteKeyHex } from '../support/identity-folder.ts';

describe('the identity folder', () => {
  let state: string;
  let folder: string;
  let keys: CloudKeys;
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'vestibule-identity-'));
    folder = join(state, 'identity');
    keys = cloudKeys();
    fillIdentityFolder(folder, { device: 'console-1', broker: 'mqtt://127.0.0.1:1883', keys });
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  const problem = (): string => {
    const outcome = loadIdentity(folder);
    return outcome.kind === 'refused' ? outcome.problem : 'no problem';
  };

  it('says who the device is and whom it trusts', () => {
    const outcome = loadIdentity(folder);
    if (outcome.kind === 'refused') throw new Error(outcome.problem);
    const { identity } = outcome;
    expect(identity).toMatchObject({
      device: 'console-1',
      building,
      brokerUrl: 'mqtt://127.0.0.1:1883',
      ring: { n: 1, root: { kid: keys.root.kid } },
    });
    expect(Buffer.from(identity.siteKey).toString('hex')).toBe(siteKeyHex);
    expect([...identity.ring.keys.keys()]).toContain(keys.dataset.kid);
    expect(identity.tls).toBeUndefined();
  });

  const broken: readonly (readonly [string, () => void, readonly string[]])[] = [
    ['a missing file', () => rmSync(join(folder, 'root.jwk')), ['root.jwk is missing', 'enrol']],
    ['a device file that is not JSON', () => write('device.json', '{'), ['device.json is not JSON']],
    [
      'a device id that no topic can carry',
      () => write('device.json', JSON.stringify({ device: 'a/b', building, broker: 'mqtt://b' })),
      ['device.json: device is wrong'],
    ],
    [
      'a broker that is a web page',
      () => write('device.json', JSON.stringify({ device: 'a', building, broker: 'https://b' })),
      ['device.json: broker is wrong', 'mqtts://'],
    ],
    ['a root key of another kind', () => write('root.jwk', '{"kty":"RSA"}'), ['root.jwk: kty is wrong']],
    ['a site key of the wrong length', () => write('site.key', '5a5a'), ['site.key is not 64 hex digits']],
    ['a device key that is none', () => write('device.key', 'secret words'), ['device.key is not a P-256']],
    [
      'a device key on another curve',
      () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
        write('device.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
      },
      ['device.key is not a P-256'],
    ],
    [
      'a keyset of a stranger',
      () => write('keyset.jws', signDown(cloudKeys(), 'keyset', keysetOf(keys, building))),
      ['keyset.jws is not signed by root.jwk', 'unknownKey'],
    ],
    [
      'a keyset of another building',
      () => write('keyset.jws', signDown(keys, 'keyset', keysetOf(keys, 'elm-court'))),
      ['keyset.jws is not signed by root.jwk for building maple-court', 'audience'],
    ],
    [
      'a site key that others can read',
      () => chmodSync(join(folder, 'site.key'), 0o640),
      ['site.key can be read by other users', 'chmod 600'],
    ],
    [
      'a device key that others can read',
      () => chmodSync(join(folder, 'device.key'), 0o604),
      ['device.key can be read by other users', 'chmod 600'],
    ],
    [
      'an mqtts broker without certificates',
      () => write('device.json', JSON.stringify({ device: 'a', building, broker: 'mqtts://b' })),
      ['device.crt is missing'],
    ],
  ];
  it.each(broken)('refuses %s in one sentence with the file and the way out', (_name, breakIt, words) => {
    breakIt();
    for (const word of words) expect(problem()).toContain(word);
    expect(problem()).toMatch(/; .+/);
    expect(problem().split('\n')).toHaveLength(1);
    expect(problem()).not.toMatch(/secret words|5a5a5a/);
  });

  it('takes a newer keyset as a whole, readable by nobody else', () => {
    const newer = signDown(keys, 'keyset', keysetOf(keys, building, 2));
    saveKeyset(folder, Buffer.from(newer));
    expect(readFileSync(join(folder, 'keyset.jws'), 'utf8')).toBe(newer);
    expect(statSync(join(folder, 'keyset.jws')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(problem()).toBe('no problem');
  });
});
