import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signJws } from '../../sync/protocol/jws.ts';
import { brokers } from '../support/brokers.ts';
import {
  type CloudKeys,
  cloudKey,
  deviceKeyPair,
  keysetOf,
  signAnything,
  signDown,
} from '../support/cloud-keys.ts';
import { building } from '../support/identity-folder.ts';
import { area, cloudTime, deviceId, SyncStage } from '../support/sync-stage.ts';

const aud = `building:${building}`;
/** What every forger would like to say: a dataset in which nobody is revoked. */
const payload = {
  aud,
  snapshot: randomUUID(),
  epoch: 9,
  seq: 9,
  rows: 0,
  digest: '0'.repeat(64),
  chunks: [],
};
const typ = 'vestibule-manifest';
const text = JSON.stringify(payload);
const deep = `{"x":${'['.repeat(20)}${']'.repeat(20)},${text.slice(1)}`;
const revoke = {
  aud: deviceId,
  id: 'forged',
  op: 'revoke',
  args: { table: 'staff', id: 's1', maxVersion: 9, epoch: 9, seq: 9 },
  issuedAt: new Date(cloudTime).toISOString(),
};

type Forgery = (keys: CloudKeys) => string | Uint8Array;
const header = ({ dataset }: CloudKeys) => ({ alg: 'EdDSA', kid: dataset.kid, typ });

const forgeries: readonly (readonly [string, string, Forgery, string])[] = [
  ['plain JSON', 'manifest', () => text, 'malformed'],
  ['nothing', 'manifest', () => '', 'malformed'],
  ['random bytes', 'manifest', () => Buffer.from([0xff, 0xfe, 0x00, 0x2e, 0x2e]), 'malformed'],
  [
    'a signature cut off',
    'manifest',
    (keys) => signDown(keys, 'manifest', payload).replace(/[^.]+$/, ''),
    'signature',
  ],
  [
    'a signature of other words',
    'manifest',
    (keys) => {
      const [head = '', , signature = ''] = signDown(keys, 'manifest', { ...payload, rows: 1 }).split('.');
      return `${head}.${Buffer.from(text).toString('base64url')}.${signature}`;
    },
    'signature',
  ],
  ['a stranger’s key', 'manifest', () => signJws(typ, payload, cloudKey()), 'unknownKey'],
  [
    'a stranger’s key under a known name',
    'manifest',
    ({ dataset }) => signJws(typ, payload, { ...cloudKey(), kid: dataset.kid }),
    'signature',
  ],
  ['a key of another role', 'manifest', ({ command }) => signJws(typ, payload, command), 'role'],
  [
    'the root key, which signs keysets only',
    'manifest',
    ({ root }) => signJws(typ, payload, root),
    'unknownKey',
  ],
  ['another type', 'manifest', ({ dataset }) => signJws('vestibule-delta', payload, dataset), 'type'],
  [
    'a signed message under another name',
    'manifest',
    (keys) => signDown(keys, 'ack', { aud: deviceId, log: randomUUID(), upTo: 1, hash: '0'.repeat(64) }),
    'type',
  ],
  [
    'another building',
    'manifest',
    (keys) => signDown(keys, 'manifest', { ...payload, aud: 'building:elm-court' }),
    'audience',
  ],
  [
    'another device',
    'command',
    (keys) => signDown(keys, 'command', { ...revoke, aud: 'console-2' }),
    'audience',
  ],
  [
    'a list of audiences',
    'command',
    (keys) => signDown(keys, 'command', { ...revoke, aud: [deviceId] }),
    'schema',
  ],
  [
    'a header with its own key',
    'manifest',
    (keys) => signAnything({ ...header(keys), jwk: keys.dataset.jwk }, text, keys.dataset.key),
    'malformed',
  ],
  [
    'a critical header',
    'manifest',
    (keys) => signAnything({ ...header(keys), crit: ['exp'] }, text, keys.dataset.key),
    'malformed',
  ],
  [
    'a header without a type',
    'manifest',
    ({ dataset }) => signAnything({ alg: 'EdDSA', kid: dataset.kid }, text, dataset.key),
    'malformed',
  ],
  [
    'the algorithm "none"',
    'manifest',
    (keys) => signAnything({ ...header(keys), alg: 'none' }, text, keys.dataset.key),
    'malformed',
  ],
  [
    'another algorithm than the key’s',
    'manifest',
    (keys) => signAnything({ ...header(keys), alg: 'ES256' }, text, keys.dataset.key),
    'signature',
  ],
  [
    'a P-256 key under a known name',
    'manifest',
    (keys) => signAnything({ ...header(keys), alg: 'ES256' }, text, deviceKeyPair().privateKey),
    'signature',
  ],
  [
    'more than 96 KiB',
    'manifest',
    (keys) => signDown(keys, 'manifest', { ...payload, more: 'x'.repeat(80 * 1024) }),
    'oversize',
  ],
  [
    'JSON that is too deep',
    'manifest',
    (keys) => signAnything(header(keys), deep, keys.dataset.key),
    'schema',
  ],
  [
    'invalid UTF-8',
    'manifest',
    (keys) =>
      signAnything(
        header(keys),
        Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from(`",${text.slice(1)}`)]),
        keys.dataset.key,
      ),
    'schema',
  ],
  [
    'a __proto__ key',
    'manifest',
    (keys) => signAnything(header(keys), `{"__proto__":{"rows":1},${text.slice(1)}`, keys.dataset.key),
    'schema',
  ],
  [
    'a digest in capitals',
    'manifest',
    (keys) => signDown(keys, 'manifest', { ...payload, digest: 'A'.repeat(64) }),
    'schema',
  ],
  [
    'a keyset that the root did not sign',
    'keyset',
    ({ dataset, ...keys }) =>
      signJws('vestibule-keyset', keysetOf({ ...keys, dataset }, building, 9), dataset),
    'unknownKey',
  ],
  [
    'a keyset of another building',
    'keyset',
    (keys) => signDown(keys, 'keyset', keysetOf(keys, 'elm-court', 9)),
    'audience',
  ],
  ['a chunk of nothing', 'chunk', () => Buffer.alloc(18), 'malformed'],
  ['a chunk of an unknown snapshot', 'chunk', () => Buffer.alloc(100, 7), 'unknownSnapshot'],
  ['a chunk of more than 96 KiB', 'chunk', () => Buffer.alloc(96 * 1024 + 1, 7), 'oversize'],
];

describe.each(brokers)('a device over $name believes nothing that', ({ start }) => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.set(start);
    await stage.welcomed();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const refused = (message: string, reason: string) =>
    stage.device.told.next((it) => it.kind === 'refused' && it.message === message && it.reason === reason);

  it('failure case 15: is forged in any way that we could think of, and still believes its cloud', async () => {
    const before = stage.state();
    for (const [what, name, forge, reason] of forgeries) {
      await stage.peer.publish(name, forge(stage.peer.keys));
      const told = await stage.device.told.next((it) => it.kind === 'refused');
      expect([what, told]).toEqual([what, { kind: 'refused', message: name, reason }]);
      expect([what, stage.state()]).toEqual([what, before]);
    }
    expect(stage.peer.untaken('request')).toEqual([]);
    expect(stage.peer.untaken('result')).toEqual([]);
    await stage.peer.send('manifest', payload);
    await stage.peer.next('cursor', ({ epoch, seq }) => epoch === 9 && seq === 9);
  });

  it('comes on a topic without a meaning', async () => {
    await stage.peer.publish('firmware', signDown(stage.peer.keys, 'command', revoke));
    await refused('unknown', 'topic');
    await stage.peer.publish('command/again', signDown(stage.peer.keys, 'command', revoke));
    await refused('unknown', 'topic');
    expect(stage.device.executed).toEqual([]);
  });

  it('a broker has retained', async () => {
    await stage.device.stop();
    const message = signDown(stage.peer.keys, 'command', revoke);
    await stage.peer.publish('command', message, { retain: true });
    stage.device.start();
    await refused('command', 'retained');
    expect(stage.device.executed).toEqual([]);
    await stage.peer.publish('command', '', { retain: true });
  });

  it('was signed by a key that has expired, or is not valid yet', async () => {
    const nowS = cloudTime / 1_000;
    const { keys } = stage.peer;
    const before = stage.state();
    await stage.peer.send(
      'keyset',
      keysetOf(keys, building, 2, { dataset: { exp: nowS - 1 }, command: { nbf: nowS + 3_600 } }),
    );
    await stage.peer.send('manifest', payload);
    await refused('manifest', 'keyTime');
    await stage.peer.send('command', revoke);
    await refused('command', 'keyTime');
    expect(stage.state()).toEqual({ ...before, keyset: 2 });
  });

  it('failure case 15: was said before: deltas, manifests and acknowledgements', async () => {
    await stage.peer.send('manifest', payload);
    await stage.peer.next('cursor', ({ seq }) => seq === 9);
    stage.dataset.epoch = 9;
    stage.dataset.seq = 9;
    const delta = stage.dataset.change(area('lobby', 1));
    await stage.peer.delta(delta);
    await stage.inStep();
    stage.device.event('First');
    const { events, log } = await stage.peer.next('events');
    const ack = { aud: deviceId, log, upTo: 1, hash: events[0]?.hash };
    await stage.peer.send('ack', ack);
    stage.device.event('Second');
    const second = await stage.peer.next('events', (batch) => batch.events[0]?.seq === 2);
    await stage.peer.send('ack', { ...ack, upTo: 2, hash: second.events[0]?.hash });

    await stage.peer.delta(delta);
    await stage.peer.send('manifest', payload);
    await stage.peer.send('ack', ack);
    await stage.publish(area('garage', 1));
    await stage.inStep();
    expect(stage.state()).toMatchObject({ cursor: stage.dataset.cursor, acked: 2, staged: undefined });
  });
});
