import { createServer } from 'node:net';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { frameLimit } from '../../sync/links/frame-limit.ts';
import { MqttConnection } from '../../sync/links/mqtt-connection.ts';
import { limits } from '../../sync/protocol/limits.ts';
import { freePort } from '../support/free-port.ts';
import { fastTimers } from '../support/timers.ts';

/** A PUBLISH at QoS 0 (MQTT 3.1.1 section 3.3) of `rest` bytes after its fixed header, which takes two or three. */
const publish = (rest: number): Buffer =>
  Buffer.concat([
    Buffer.from(rest < 128 ? [0x30, rest] : [0x30, 0x80 | (rest % 128), Math.floor(rest / 128)]),
    Buffer.alloc(rest, 0x61),
  ]);
const ping = Buffer.from([0xd0, 0x00]);
const connack = Buffer.from([0x20, 0x02, 0x00, 0x00]);

/** The pieces of `bytes` that end where `cuts` say. */
function cutUp(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, place) => bytes.subarray(ends[place - 1] ?? 0, end));
}

it('lets in packets up to the limit, however they are cut up, and none above', () => {
  const size = fc.integer({ min: 0, max: 3_000 });
  const cuts = fc.array(fc.nat(), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 8 }), cuts, (sizes, places) => {
      const packets = sizes.flatMap((bytes) => [publish(bytes), ping]);
      const allowed = 2_000;
      const fits = sizes.every((rest) => rest <= allowed);
      const letIn = frameLimit(allowed);
      const verdicts = cutUp(Buffer.concat(packets), places).map(letIn);
      expect(verdicts.every(Boolean)).toBe(fits);
    }),
  );
});

it('refuses a length of more than four bytes', () => {
  expect(frameLimit(limits.frame)(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]))).toBe(false);
  expect(frameLimit(limits.frame)(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))).toBe(false);
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
    timers: fastTimers(20),
  });
  const run = connection.run(ending.signal);
  expect(await down.promise).toContain('larger than any of ours');
  ending.abort();
  await run;
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});
