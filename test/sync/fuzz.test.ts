/**
 * Whatever comes down, in bytes or in well-signed nonsense: no crash, no change, no memory (PROTOCOL "Signatures",
 * invariants 13 and 15).
 */
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noHash } from '../../controller/core/hash-forms.ts';
import { chunkHash } from '../../sync/protocol/hashes.ts';
import { downMessages, type SignedDownName } from '../../sync/protocol/messages.ts';
import { keysetOf, signAnything } from '../support/cloud-keys.ts';
import { building } from '../support/identity-folder.ts';
import { anyJson, oddText, wrong } from '../support/nonsense.ts';
import { RoutedDevice } from '../support/routed-device.ts';
import { cloudTime, deviceId } from '../support/sync-stage.ts';

const names = [...(Object.keys(downMessages) as SignedDownName[]), 'chunk'] as const;
const toBuilding = `building:${building}`;
const hash = 'a'.repeat(64);
const now = new Date(cloudTime).toISOString();

type Fields = Readonly<Record<string, unknown>>;
interface Honest {
  readonly payload: Fields;
  /** For each field whose nonsense must be refused: which. */
  readonly wrong: Readonly<Record<string, fc.Arbitrary<unknown>>>;
}

/** Messages that the device would believe, each with what spoils it. */
const honest = (device: RoutedDevice): Readonly<Record<SignedDownName, Honest>> => {
  const { epoch, seq } = device.dataset;
  const place = { epoch: wrong.whole, seq: wrong.whole };
  return {
    keyset: {
      payload: keysetOf(device.keys, building, 9) as Fields,
      wrong: { aud: wrong.audience, n: wrong.whole, keys: wrong.list },
    },
    welcome: {
      payload: { aud: deviceId, nonce: device.asked.nonce, time: now, epoch, seq },
      wrong: {
        ...place,
        aud: wrong.audience,
        nonce: fc.constantFrom<unknown>(7, '', 'x', [], {}, randomUUID()),
        time: wrong.instant,
      },
    },
    delta: {
      payload: { aud: toBuilding, epoch, prev: seq, seq: seq + 1, ops: [], digest: device.dataset.digest },
      wrong: {
        ...place,
        aud: wrong.audience,
        prev: wrong.whole,
        ops: fc.oneof(wrong.list, fc.array(anyJson, { minLength: 1, maxLength: 5 })),
        digest: wrong.hex,
      },
    },
    manifest: {
      payload: {
        aud: toBuilding,
        snapshot: randomUUID(),
        epoch,
        seq: seq + 2,
        rows: 0,
        digest: noHash,
        chunks: [],
      },
      wrong: {
        ...place,
        aud: wrong.audience,
        snapshot: wrong.uuid,
        rows: wrong.whole,
        digest: wrong.hex,
        chunks: fc.oneof(wrong.list, fc.constant(Array(1_025).fill(hash))),
      },
    },
    command: {
      payload: {
        ...{ aud: deviceId, id: 'cmd', op: 'revoke', issuedAt: now },
        args: { table: 'guest', id: 'gus', maxVersion: 9, epoch: 9, seq: 9 },
      },
      wrong: {
        aud: wrong.audience,
        id: wrong.id,
        op: fc.oneof(
          wrong.text,
          fc.constantFrom('', 'Revoke', 'unlock', 'lockdown', 'constructor', '__proto__'),
        ),
        args: anyJson,
        issuedAt: wrong.instant,
      },
    },
    ack: {
      payload: {
        aud: deviceId,
        log: device.store.journal.log,
        upTo: 1,
        hash: device.store.journal.after(0, 1)[0]?.hash,
      },
      wrong: {
        aud: wrong.audience,
        log: wrong.uuid,
        upTo: fc.oneof(wrong.whole, fc.constant(99)),
        hash: fc.oneof(wrong.hex, fc.constant(hash)),
      },
    },
  };
};

const runs = { numRuns: 400 };

describe('a device is not moved by', () => {
  let device: RoutedDevice;
  beforeEach(() => {
    device = new RoutedDevice();
  });
  afterEach(() => device[Symbol.asyncDispose]());

  const sign = (name: SignedDownName, text: string): string => {
    const { typ, signer } = downMessages[name];
    const key = device.keys[signer];
    return signAnything({ alg: 'EdDSA', kid: key.kid, typ }, text, key.key);
  };
  /** Whatever `act` brings, all that it may add is a security event, once for each message and reason. */
  const unmoved = (act: () => void): void => {
    const before = device.state();
    act();
    expect(device.state()).toEqual(before);
    const events = device.events();
    expect(events.filter((event) => !event.startsWith('SecurityEvent '))).toEqual([]);
    expect(new Set(events).size).toBe(events.length);
  };

  it('nothing less than an honest message: each of those that are spoilt below moves it as it is', () => {
    for (const [name, { payload }] of Object.entries(honest(device)) as [SignedDownName, Honest][]) {
      const before = device.state();
      device.receive(name, sign(name, JSON.stringify(payload)));
      expect([name, device.state()]).not.toEqual([name, before]);
    }
    expect(device.events().filter((event) => event.startsWith('SecurityEvent'))).toEqual([]);
  });

  it('bytes, of any size, on any of its topics', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
      fc.constantFrom(18, 98_304, 98_305, 200_000).map((size) => new Uint8Array(size).fill(0x2e)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), bytes, fc.boolean(), (name, message, retained) => {
        unmoved(() => device.receive(name, message, retained));
      }),
      runs,
    );
  });

  it('topics that are not its own, or have no meaning, or are retained', () => {
    const level = fc.constantFrom(
      '',
      deviceId,
      'console-2',
      'down',
      'up',
      'command',
      'delta',
      '+',
      '#',
      '..',
      '\u0000',
      '__proto__',
    );
    const topics = fc.oneof(
      fc.array(level, { maxLength: 8 }).map((levels) => `vestibule/v1/${levels.join('/')}`),
      fc.string({ maxLength: 80 }),
      fc.constantFrom(
        '',
        'x'.repeat(65_535),
        `vestibule/v1/${deviceId}/down/command/again`,
        `vestibule/v1/${deviceId}/up/command`,
      ),
    );
    const believable = honest(device).command.payload;
    const real = `vestibule/v1/${deviceId}/down/command`;
    fc.assert(
      fc.property(topics, fc.boolean(), (topic, retained) => {
        fc.pre(topic !== real);
        unmoved(() => device.receiveOn(topic, sign('command', JSON.stringify(believable)), retained));
      }),
      runs,
    );
    unmoved(() => device.receiveOn(real, sign('command', JSON.stringify(believable)), true));
    // It is believed where and how it belongs.
    device.receiveOn(real, sign('command', JSON.stringify(believable)));
    expect(device.executed).toHaveLength(1);
  });

  it('real messages in which a byte or more was changed, cut off or doubled', () => {
    const real = honest(device);
    const names = Object.keys(real) as SignedDownName[];
    const change = fc.record({
      name: fc.constantFrom(...names),
      at: fc.nat({ max: 2_000 }),
      byte: fc.integer({ min: 1, max: 255 }),
      kind: fc.constantFrom('flip', 'cut', 'double', 'insert'),
    });
    const spoil = (
      message: Buffer,
      { at, byte, kind }: { at: number; byte: number; kind: string },
    ): Buffer => {
      const place = at % message.length;
      if (kind === 'cut') return message.subarray(0, place);
      if (kind === 'double') return Buffer.concat([message, message.subarray(place)]);
      if (kind === 'insert') {
        return Buffer.concat([message.subarray(0, place), Buffer.from([byte]), message.subarray(place)]);
      }
      const copy = Buffer.from(message);
      copy[place] = (copy[place] ?? 0) ^ byte;
      return copy;
    };
    fc.assert(
      fc.property(change, (how) => {
        const message = Buffer.from(sign(how.name, JSON.stringify(real[how.name].payload)));
        const spoilt = spoil(message, how);
        fc.pre(!spoilt.equals(message));
        unmoved(() => device.receive(how.name, spoilt));
      }),
      runs,
    );
  });

  it('well-signed messages with a field that is wrong, however the JSON is written', () => {
    const real = honest(device);
    const spoilt = fc.constantFrom(...(Object.keys(real) as SignedDownName[])).chain((name) => {
      const { payload, wrong: fields } = real[name];
      return fc
        .constantFrom(...Object.entries(fields))
        .chain(([field, values]) =>
          fc.oneof(values, fc.constant(undefined)).map((value) => ({ ...payload, [field]: value })),
        )
        .chain((fieldsOf) => oddText(fieldsOf).map((text) => ({ name, text })));
    });
    fc.assert(
      fc.property(spoilt, ({ name, text }) => {
        unmoved(() => device.receive(name, sign(name, text)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('well-signed JSON of any shape, too deep, with __proto__ or as bytes that are no UTF-8', () => {
    const deep = fc
      .integer({ min: 14, max: 8_000 })
      .map((depth) => `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`);
    const proto = fc.constantFrom(
      '{"__proto__":{"aud":"console-1"}}',
      '{"a":{"\\u005f_proto__":[]}}',
      '{"constructor":{"prototype":1}}',
    );
    const text = fc.oneof(
      anyJson.map((value) => JSON.stringify(value)),
      deep,
      proto,
      fc.string(),
      fc.constantFrom('', '\ufeff{}', '{} {}', 'NaN', '1e999', '"\\ud800"'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(downMessages) as SignedDownName[])), text, (name, json) => {
        unmoved(() => device.receive(name, sign(name, json)));
      }),
      { numRuns: 800 },
    );
  });

  it('well-signed deltas of rows of any kind whose digest is not the rows’', () => {
    const row = fc.record({
      table: fc.constantFrom('area', 'guest', 'door', '__proto__', 'nobody', 'x'.repeat(64)),
      id: fc.constantFrom('lobby', 'garage', 'new', '__proto__', 'x'.repeat(64), '\u0000'),
      version: fc.constantFrom(1, 2, 3, 2 ** 53 - 1),
      row: fc.oneof(
        anyJson.map((value) => JSON.stringify(value)),
        fc.string(),
        fc.constant(`{"id":"lobby","version":3,"name":${'['.repeat(5_000)}`),
      ),
    });
    const op = fc.oneof(
      row.map((put) => ({ put })),
      row.map((whole) => {
        const { row: _, ...gone } = whole;
        return { delete: gone };
      }),
      anyJson,
    );
    fc.assert(
      fc.property(fc.array(op, { minLength: 1, maxLength: 6 }), (ops) => {
        const payload = { ...honest(device).delta.payload, ops, digest: hash };
        unmoved(() => device.receive('delta', sign('delta', JSON.stringify(payload))));
      }),
      runs,
    );
    expect(device.store.replica.verify()).toBe(true);
  });

  it('chunks of a well-signed snapshot that are bombs, cut off, or rows of nonsense', async () => {
    const line = fc.oneof(
      anyJson.map((value) => JSON.stringify(value)),
      fc.string(),
      fc.constantFrom(
        '{"table":"area","id":"lobby","version":9,"row":"{}"}',
        `{"table":"area","id":"a","version":1,"row":${'['.repeat(2_000)}`,
      ),
    );
    const content = fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .array(line, { maxLength: 30 })
          .map((lines) => Buffer.from(lines.map((it) => `${it}\n`).join(''))),
      },
      { weight: 2, arbitrary: line.map((it) => Buffer.from(it)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(262_144, 262_145).map((size) => Buffer.alloc(size, 0x0a)),
      },
      {
        weight: 1,
        arbitrary: fc.constant(
          Buffer.from('{"table":"area","id":"a","version":1,"row":"{}"}\n'.repeat(5_000)),
        ),
      },
    );
    const bombs = [1, 30, 90].map((megabytes) => gzipSync(Buffer.alloc(megabytes * 1_000_000, 0x0a)));
    const packed = fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...bombs) },
      { weight: 4, arbitrary: content.map((bytes) => gzipSync(bytes)) },
      { weight: 1, arbitrary: content.map((bytes) => gzipSync(bytes).subarray(0, -9)) },
      { weight: 1, arbitrary: content.map((bytes) => Buffer.concat([gzipSync(bytes), gzipSync(bytes)])) },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(packed, { minLength: 1, maxLength: 3 }), async (contents) => {
        const before = device.state();
        const snapshot = randomUUID();
        const chunks = contents.map((gzip, index) => {
          const head = Buffer.alloc(18);
          head.write(snapshot.replaceAll('-', ''), 'hex');
          head.writeUInt16BE(index, 16);
          return Buffer.concat([head, gzip]);
        });
        const { epoch, seq } = device.dataset;
        const manifest = {
          aud: toBuilding,
          snapshot,
          epoch,
          seq: seq + 1,
          rows: 3,
          digest: hash,
          chunks: chunks.map(chunkHash),
        };
        device.receive('manifest', sign('manifest', JSON.stringify(manifest)));
        for (const chunk of [...chunks, ...chunks, ...chunks]) device.receive('chunk', chunk);
        await device.settle();
        device.store.replica.dropStaged();
        expect(device.state()).toEqual(before);
      }),
      { numRuns: 60 },
    );
    expect(device.store.replica.verify()).toBe(true);
  });

  it('however much of it: what is refused leaves nothing in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    /** Buffers are given back a turn after they were found to be garbage. */
    const used = async (): Promise<number> => {
      for (let turn = 0; turn < 5; turn += 1) {
        collect();
        await new Promise(setImmediate);
      }
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const payload = honest(device).manifest.payload;
    const large = (n: number): readonly (readonly [string, string | Uint8Array])[] => [
      ['delta', Buffer.alloc(90_000, n)],
      ['chunk', Buffer.alloc(90_000, n)],
      ['manifest', sign('manifest', JSON.stringify({ ...payload, seq: -n, large: 'x'.repeat(60_000) }))],
      [`unknown-${n}`, Buffer.alloc(90_000, n)],
    ];
    const feed = (from: number, to: number): number => {
      let fed = 0;
      for (let n = from; n < to; n += 1) {
        for (const [name, message] of large(n)) {
          fed += message.length;
          device.receive(name, message);
        }
      }
      return fed;
    };
    // What the runtime makes once is made by then.
    feed(0, 50);
    const before = await used();
    const fed = feed(50, 250);
    expect(((await used()) - before) / fed).toBeLessThan(0.05);
  });
});
