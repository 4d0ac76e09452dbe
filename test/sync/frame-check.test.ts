import { createServer } from 'node:net';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { frameCheck } from '../../sync/links/frame-check.ts';
import { MqttConnection } from '../../sync/links/mqtt-connection.ts';
import { limits } from '../../sync/protocol/limits.ts';
import { freePort } from '../support/free-port.ts';
import { fastTimers } from '../support/timers.ts';

/** A PUBLISH (MQTT 3.1.1 section 3.3) of `rest` bytes after its fixed header, which takes two or three. */
const publish = (rest: number, { first = 0x30, variable = [0, 3, 0x61, 0x2f, 0x62] } = {}): Buffer =>
  Buffer.concat([
    Buffer.from(rest < 128 ? [first, rest] : [first, 0x80 | (rest % 128), Math.floor(rest / 128)]),
    Buffer.from(variable).subarray(0, rest),
    Buffer.alloc(Math.max(0, rest - variable.length), 0x61),
  ]);
const ping = Buffer.from([0xd0, 0x00]);
const connack = Buffer.from([0x20, 0x02, 0x00, 0x00]);

/** The pieces of `bytes` that end where `cuts` say. */
function cutUp(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, place) => bytes.subarray(ends[place - 1] ?? 0, end));
}

it('lets in packets up to the limit, however they are cut up, and none above', () => {
  const size = fc.integer({ min: 5, max: 3_000 });
  const cuts = fc.array(fc.nat(), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 8 }), cuts, (sizes, places) => {
      const packets = sizes.flatMap((bytes) => [publish(bytes), ping]);
      const allowed = 2_000;
      const fits = sizes.every((rest) => rest <= allowed);
      const check = frameCheck(allowed);
      const verdicts = cutUp(Buffer.concat(packets), places).map(check);
      expect(verdicts.find((verdict) => verdict !== undefined)).toBe(fits ? undefined : 'oversize');
    }),
  );
});

const qos1 = (id: number): readonly number[] => [0, 3, 0x61, 0x2f, 0x62, id >> 8, id & 0xff];
const ok = (bytes: readonly number[] | Buffer) => frameCheck(limits.frame)(Uint8Array.from(bytes));

it('lets in what a broker has reason to send', () => {
  const packets: Buffer[] = [connack, ping, Buffer.from([0x40, 2, 0, 7]), Buffer.from([0x90, 3, 0, 1, 1])];
  for (const first of [0x30, 0x31]) packets.push(publish(40, { first }), publish(5, { first }));
  for (const id of [1, 255, 256, 65_535]) {
    packets.push(publish(7, { first: 0x32, variable: [...qos1(id)] }));
    packets.push(publish(300, { first: 0x3b, variable: [...qos1(id)] }));
  }
  expect(ok(Buffer.concat(packets))).toBeUndefined();
});

it.each<readonly [string, readonly number[]]>([
  ['a length of more than four bytes', [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ['a PUBLISH at QoS 2', [0x34, 7, ...qos1(1)]],
  ['a PUBLISH with both QoS bits', [0x36, 7, ...qos1(1)]],
  ['a PUBLISH without a topic', [0x30, 3, 0, 0, 1]],
  ['a PUBLISH too short for a topic', [0x30, 2, 0, 1]],
  ['a PUBLISH whose topic is longer than itself', [0x30, 5, 0, 4, 0x61, 0x2f, 0x62]],
  ['a PUBLISH at QoS 1 without a packet id', [0x32, 5, 0, 3, 0x61, 0x2f, 0x62]],
  ['a PUBLISH at QoS 1 with half a packet id', [0x32, 6, 0, 3, 0x61, 0x2f, 0x62, 1]],
  ['a PUBLISH with the packet id 0', [0x32, 7, ...qos1(0)]],
  ['a CONNACK of three bytes', [0x20, 3, 0, 0, 0]],
  ['a PUBACK of nothing', [0x40, 0]],
  ['a SUBACK of several', [0x90, 4, 0, 1, 1, 1]],
  ['a CONNECT, which is for brokers', [0x10, 0]],
  ['a PUBREL', [0x62, 2, 0, 1]],
  ['a packet of no type', [0x00, 0]],
])('refuses %s', (_name, bytes) => {
  expect(ok(bytes)).toBe('malformed');
  const check = frameCheck(limits.frame);
  expect(bytes.map((byte) => check(Uint8Array.of(byte))).find(Boolean)).toBe('malformed');
});

it('refuses a packet of 256 MiB by its header', () => {
  expect(ok([0x30, 0xff, 0xff, 0xff, 0x7f])).toBe('oversize');
});

it('ends the connection to a broker that sends a packet without end, long before it is gathered', async () => {
  const port = await freePort();
  let sent = 0;
  const broker = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(connack);
      // The header of a PUBLISH of 256 MiB, and then as much of it as is taken.
      socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
      const piece = Buffer.alloc(64 * 1024);
      const pour = (): void => {
        while (!socket.destroyed && socket.write(piece)) sent += piece.length;
        socket.once('drain', pour);
      };
      pour();
    });
  }).listen(port, '127.0.0.1');
  onTestFinished(() => void broker.close());
  const down = Promise.withResolvers<string>();
  const ending = new AbortController();
  const connection = new MqttConnection({
    endpoint: { url: `mqtt://127.0.0.1:${port}`, clientId: 'a' },
    filter: 'a/#',
    onMessage: () => {},
    onUp: () => {},
    onDown: (problem) => down.resolve(problem),
    timers: fastTimers(1),
  });
  const run = connection.run(ending.signal);
  expect(await down.promise).toContain('larger than any of ours');
  ending.abort();
  await run;
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});
