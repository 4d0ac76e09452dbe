/**
 * Eight secure OSDP readers on a pty over serialport, the readers in a process of their own: how long a secure poll takes
 * there and back, how many a second and at what cost, key to event, and card to strike in a whole controller.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { loadConfig } from '../../config/load.ts';
import { systemTimers } from '../../controller/app/system-clock.ts';
import { compose } from '../../controller/compose.ts';
import type { ReaderInput } from '../../controller/ports/reader.ts';
import { openReaderKeys } from '../../controller/store/reader-key-file.ts';
import { nothingPending, parseFrames } from '../../drivers/osdp/frame/parser.ts';
import { encodeFrame } from '../../drivers/osdp/frame/writer.ts';
import { OsdpReaders } from '../../drivers/osdp/osdp-readers.ts';
import { openSerialLine } from '../../drivers/serial/serial-line.ts';
import { SimulatedReaders, simulatedSettings } from '../../drivers/sim/reader/simulated-reader.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { writeBenchSite } from './bench-site.ts';
import { cardBits, cardOf } from './big-building.ts';
import { type Bench, percentile, rounded } from './measure.ts';
import { benchKey, benchReaders, echoOf, type Played } from './osdp-keys.ts';

const baudRate = 115_200;
const pollEveryMs = 50;
const steadyMs = 8_000;
const flatOutMs = 4_000;
const bareMs = 3_000;
/** Of a POLL inside a session, with its mark. */
const pollBytes = 15;
const presses = 150;
const cards = 200;
const residents = 1_000;
const port = 18_087;

async function readersOn(path: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./osdp-readers.ts', import.meta.url)), [path]);
  await once(child, 'message');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}

/** The panel of one line, with the time from each transmission to its answer having been dealt with. */
function panelOn(path: string, everyMs: number) {
  const roundTripsMs: number[] = [];
  let online = 0;
  let onInput: (input: ReaderInput) => void = () => {};
  const allOnline = Promise.withResolvers<void>();
  let sentAtMs: number | undefined;
  let dealtAtMs: number | undefined;
  const panel = new OsdpReaders({
    readers: benchReaders.map((address) => ({
      ...{ name: `r${address}`, address, formats: {}, display: [], keyBeep: false },
      reads: ['keypad', 'card'],
    })),
    ...{ baudRate, pollEveryMs: everyMs, timers: systemTimers, nowMs: () => performance.now() },
    keys: {
      get: (name) => ({ scbk: benchKey(Number(name.slice(1))) }),
      keysOfOthers: () => [],
      keep: () => {},
    },
    log: { warn: () => {} },
    open: async (listener) => {
      const line = await openSerialLine(
        { path, baudRate },
        {
          bytes(bytes) {
            const before = sentAtMs;
            listener.bytes(bytes);
            // Unless it has already transmitted the next one, which has set both anew.
            if (sentAtMs === before) dealtAtMs = performance.now();
          },
          lost: (fault) => listener.lost(fault),
        },
      );
      return {
        write(bytes) {
          const nowMs = performance.now();
          if (sentAtMs !== undefined) roundTripsMs.push((dealtAtMs ?? nowMs) - sentAtMs);
          sentAtMs = nowMs;
          dealtAtMs = undefined;
          line.write(bytes);
        },
        close: () => line.close(),
      };
    },
  });
  panel.start((_, input) => {
    if (input.kind === 'state' && input.state === 'online') online += 1;
    if (online === benchReaders.length) allOnline.resolve();
    onInput(input);
  });
  return {
    panel,
    roundTripsMs,
    allOnline: allOnline.promise,
    next: (kind: ReaderInput['kind']): Promise<void> =>
      new Promise((resolve) => {
        onInput = (input) => {
          if (input.kind === kind) resolve();
        };
      }),
  };
}

/** Polls a second and the share of one processor that the panel's process takes, over a while. */
async function watched(line: ReturnType<typeof panelOn>, forMs: number) {
  line.roundTripsMs.length = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  await pause(forMs);
  const tookMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return {
    pollsPerS: line.roundTripsMs.length / (tookMs / 1_000),
    cpuPercent: (user + system) / 10 / tookMs,
    roundTripsMs: [...line.roundTripsMs],
  };
}

/** The same bytes there and back as often, without OSDP: what two processes and a pty take by themselves. */
async function bareRoundTripsMs(path: string): Promise<readonly number[]> {
  const samples: number[] = [];
  let heard = 0;
  let echoed = Promise.withResolvers<void>();
  const line = await openSerialLine(
    { path: echoOf(path), baudRate },
    {
      bytes(bytes) {
        heard += bytes.length;
        if (heard >= pollBytes) echoed.resolve();
      },
      lost: (fault) => echoed.reject(fault),
    },
  );
  const poll = new Uint8Array(pollBytes).fill(0x53);
  const untilMs = performance.now() + bareMs;
  while (performance.now() < untilMs) {
    echoed = Promise.withResolvers();
    heard = 0;
    const began = performance.now();
    line.write(poll);
    await echoed.promise;
    samples.push(performance.now() - began);
    await pause(pollEveryMs / benchReaders.length);
  }
  await line.close();
  return samples;
}

/** Millions of bytes a second through writer and parser. */
function codecMBps(): number {
  const frame = {
    ...({ address: 1, reply: true, sequence: 1, check: 'crc16', code: 0x50 } as const),
    data: new Uint8Array(24).fill(0xa5),
  } as const;
  const began = performance.now();
  let bytes = 0;
  while (performance.now() - began < 1_000) {
    for (let n = 0; n < 200; n += 1) {
      const wire = encodeFrame(frame);
      bytes += wire.length;
      if (parseFrames(nothingPending, wire).frames.length !== 1) throw new Error('a frame was lost');
    }
  }
  return bytes / 1_000 / (performance.now() - began);
}

function play(socketPath: string, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      response.resume().once('end', resolve);
    });
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}

const doorAt = (address: number): string => `door-${address - 1}`;

/**
 * Card read to strike command, in milliseconds: polled, opened, decided, committed with fsync, released. The readers are in this
 * process: a real one answers by itself, and does not wait for a scheduler to wake it.
 */
async function strikes(dir: string): Promise<readonly number[]> {
  const file = writeBenchSite(dir, residents, port, 'card');
  const path = join(dir, 'door-line');
  const line = new SimulatedReaders({
    path,
    readers: benchReaders.map((address) => simulatedSettings(address, benchKey(address))),
    onDid: () => {},
    onChannel: () => {},
  });
  // A door for each reader: a contact that moves with every card would be taken for a chattering one.
  const lines = (line: (address: number) => string): string => benchReaders.map(line).join('');
  const doors = lines(
    (address) =>
      `  ${doorAt(address)}: { hardware: simulated, monitor: true, rex: release, fire: release }\n`,
  );
  const readers = lines(
    (address) => `      r${address}: { address: ${address}, door: ${doorAt(address)}, reads: [card] }\n`,
  );
  writeFileSync(
    file,
    `stateDir: ./state\nconsole: { port: ${port}, keypadDoor: door-0 }\ndoors:\n${doors}` +
      `readers:\n  line:\n    hardware: osdp\n    device: ${path}\n    baudRate: ${baudRate}\n    pollEvery: ${pollEveryMs}ms\n    readers:\n${readers}`,
  );
  const stateDir = join(dir, 'state');
  const keys = openReaderKeys(stateDir);
  for (const address of benchReaders) keys.keep(`r${address}`, { scbk: benchKey(address) });
  const config = loadConfig(file);
  const identity = loadIdentity(join(stateDir, 'identity'));
  if (config.kind === 'refused') throw new Error(config.problem);
  if (identity.kind === 'refused') throw new Error(identity.problem);
  const controller = compose({
    config: config.config,
    identity: identity.identity,
    software: 'vestibule/bench',
    log: pino({ level: 'silent' }),
  });
  const { lobby } = controller;
  const until = (wanted: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!wanted()) return;
        unsubscribe();
        resolve();
      };
      const unsubscribe = lobby.onChange(look);
      look();
    });
  const released = (door: string): boolean =>
    lobby.status().doors.find(({ id }) => id === door)?.released === true;
  const samples: number[] = [];
  try {
    line.start();
    await controller.start();
    await until(() => lobby.status().readers?.every(({ state }) => state === 'online') === true);
    for (let n = 0; n < cards; n += 1) {
      await pause(Math.random() * pollEveryMs);
      const address = benchReaders[n % benchReaders.length] ?? 1;
      const door = doorAt(address);
      const opened = until(() => released(door));
      // Who has a grant for this door.
      const hex = cardOf((n * benchReaders.length + address - 1) % residents);
      const began = performance.now();
      line.act(address, { kind: 'card', bits: cardBits, data: Uint8Array.fromHex(hex) });
      await opened;
      samples.push(performance.now() - began);
      const secured = until(() => !released(door));
      for (const open of [true, false])
        await play(join(stateDir, 'sim.sock'), { kind: 'monitor', door, open });
      await secured;
    }
  } finally {
    await controller.stop();
    await line.close();
  }
  return samples;
}

export const osdpBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const path = join(dir, 'line');
  const child = await readersOn(path);
  try {
    // First: what comes after is measured on a program that has run for a while.
    progress('8 secure readers, polled as fast as they answer …');
    const eager = panelOn(path, 0);
    await eager.allOnline;
    const flatOut = await watched(eager, flatOutMs);
    await eager.panel.close();
    progress('the same, each polled every 50 ms …');
    const steady = panelOn(path, pollEveryMs);
    await steady.allOnline;
    const calm = await watched(steady, steadyMs);
    const bare = await bareRoundTripsMs(path);
    const keysMs: number[] = [];
    for (let n = 0; n < presses; n += 1) {
      await pause(Math.random() * pollEveryMs);
      const read = steady.next('read');
      const began = performance.now();
      const address = benchReaders[n % benchReaders.length] ?? 1;
      child.send({ address, action: { kind: 'press', keys: ['1', '#'] } } satisfies Played);
      await read;
      keysMs.push(performance.now() - began);
    }
    await steady.panel.close();
    progress(`${cards} cards at a controller with a building of ${residents.toLocaleString('en')} …`);
    const strikesMs = await strikes(dir);
    return {
      securePollP50ms: rounded(percentile(calm.roundTripsMs, 0.5), 3),
      securePollP99ms: rounded(percentile(calm.roundTripsMs, 0.99), 3),
      bareP50ms: rounded(percentile(bare, 0.5), 3),
      bareP99ms: rounded(percentile(bare, 0.99), 3),
      pollsPerS: rounded(calm.pollsPerS),
      cpuPercent: rounded(calm.cpuPercent),
      flatOutPollsPerS: rounded(flatOut.pollsPerS),
      flatOutCpuPercent: rounded(flatOut.cpuPercent),
      keyToEventP50ms: rounded(percentile(keysMs, 0.5)),
      keyToEventP99ms: rounded(percentile(keysMs, 0.99)),
      strikeP50ms: rounded(percentile(strikesMs, 0.5)),
      strikeP99ms: rounded(percentile(strikesMs, 0.99)),
      codecMBps: rounded(codecMBps()),
    };
  } finally {
    await end(child);
    rmSync(dir, { recursive: true, force: true });
  }
};
