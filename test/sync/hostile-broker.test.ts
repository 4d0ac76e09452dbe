/** What a broker may say that is no MQTT, or MQTT of another kind: the connection ends or goes on, the device does. */
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { MqttConnection } from '../../sync/links/mqtt-connection.ts';
import { freePort } from '../support/free-port.ts';
import { fastTimers } from '../support/timers.ts';

const connack = Buffer.from([0x20, 0x02, 0x00, 0x00]);
const suback = (id: number, code: number): Buffer => Buffer.from([0x90, 0x03, id >> 8, id & 0xff, code]);
/** A packet of any type with any flags, whose length is right, nearly right, or nonsense. */
const packet = fc
  .record({
    first: fc.integer({ min: 0, max: 255 }),
    body: fc.uint8Array({ maxLength: 60 }),
    wrongBy: fc.constantFrom(0, 0, 0, -1, 1, 90),
  })
  .map(({ first, body, wrongBy }) =>
    Buffer.concat([Buffer.from([first, Math.max(0, Math.min(127, body.length + wrongBy))]), body]),
  );
const topic = Buffer.from('\0\x03a/b', 'latin1');
const spoiltPublish = fc
  .record({
    flags: fc.integer({ min: 0, max: 15 }),
    rest: fc.uint8Array({ maxLength: 40 }),
    topic: fc.constantFrom(topic, Buffer.from([0, 9, 0xff]), Buffer.from([0, 2, 0xff, 0]), Buffer.alloc(2)),
  })
  .map(({ flags, rest, topic: name }) =>
    Buffer.concat([Buffer.from([0x30 | flags, name.length + rest.length]), name, rest]),
  );
const said = fc.array(
  fc.oneof(
    packet,
    spoiltPublish,
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(connack, suback(1, 1), suback(1, 0x80), suback(7, 9)),
  ),
  { minLength: 1, maxLength: 8 },
);

it('nonsense on the connection is survived, and the next one is made', async () => {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let speech: readonly Buffer[] = [];
  let connections = 0;
  const broker = createServer((socket) => {
    sockets.add(socket);
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () => {
      for (const piece of speech) socket.write(piece);
      socket.end();
    });
  }).listen(port, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    broker.close();
  });
  let faults: unknown[] = [];
  const note = (fault: unknown): void => void faults.push(fault);
  process.on('uncaughtExceptionMonitor', note);
  process.on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('uncaughtExceptionMonitor', note);
    process.off('unhandledRejection', note);
  });
  await fc.assert(
    fc.asyncProperty(said, fc.boolean(), async (pieces, welcomed) => {
      speech = welcomed ? [connack, suback(1, 1), ...pieces] : pieces;
      const before = connections;
      faults = [];
      const down = Promise.withResolvers<string>();
      const ending = new AbortController();
      const connection = new MqttConnection({
        endpoint: { url: `mqtt://127.0.0.1:${port}`, clientId: 'a' },
        filter: 'a/#',
        onMessage: () => {},
        onUp: () => {},
        onDown: (problem) => down.resolve(problem),
        timers: fastTimers(200),
      });
      const run = connection.run(ending.signal);
      expect(await down.promise).toContain('broker');
      ending.abort();
      await run;
      expect(connections).toBeGreaterThan(before);
      expect(faults).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
