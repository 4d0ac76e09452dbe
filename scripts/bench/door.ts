import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { closeSync, constants, fsyncSync, mkdtempSync, open, openSync, rmSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, isIP, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { NtpPrograms } from '../../controller/app/ntp-programs.ts';
import { doorTestSocket } from '../../controller/door-test/protocol.ts';
import { type BenchSite, benchConsole } from './bench-console.ts';
import { codeOf } from './big-building.ts';
import { type Bench, percentile, rounded, timed } from './measure.ts';

const residents = 2_000;
const submits = 400;
/** Before the first that counts: the compiler has seen the way. */
const warmUp = 50;
const port = 18_085;
/** The door that is not the keypad's is asked to release so often, where its driver is the one that is stuck. */
const otherDoorEvery = 10;

const conditions = ['none', 'broker', 'dns', 'ntp', 'salto'] as const;
type Condition = (typeof conditions)[number];

/** What goes wrong, and how it ends. */
interface Trouble {
  readonly site: BenchSite;
  readonly end: () => Promise<void> | void;
}

/** Takes connections and never says a word. */
async function silentServer(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/**
 * Name look-ups hang: each holds a thread of Node's pool, as getaddrinfo does while no name server answers. The thread waits
 * to open a FIFO that nobody writes to.
 */
function hangingDns(dir: string): () => void {
  const fifo = join(dir, 'no-name-server');
  execFileSync('mkfifo', [fifo]);
  const real = dns.lookup;
  let hanging = 0;
  const hang = (
    name: string,
    options: dns.LookupOptions,
    answer: (error: NodeJS.ErrnoException | null, ...found: never[]) => void,
  ): void => {
    // Addresses are no names: nobody is asked for them.
    if (isIP(name) !== 0) {
      real(name, options, answer as unknown as (error: NodeJS.ErrnoException | null) => void);
      return;
    }
    hanging += 1;
    open(fifo, 'r', (_, file) => {
      closeSync(file);
      answer(Object.assign(new Error('no name server answers'), { code: 'EAI_AGAIN' }));
    });
  };
  dns.lookup = hang as unknown as typeof dns.lookup;
  return () => {
    dns.lookup = real;
    if (hanging === 0) throw new Error('nobody asked for a name');
    // Somebody to write lets every waiting thread go.
    closeSync(openSync(fifo, constants.O_RDWR));
  };
}

async function troubleOf(condition: Condition, scratch: string): Promise<Trouble> {
  switch (condition) {
    case 'none':
      return { site: {}, end: () => {} };
    case 'broker': {
      const broker = await silentServer();
      return { site: { broker: `mqtt://127.0.0.1:${broker.port}` }, end: broker.close };
    }
    case 'dns':
      return { site: { broker: 'mqtt://broker.example:1883' }, end: hangingDns(scratch) };
    case 'ntp': {
      const hangs = ['sleep', '600'] as const;
      const ntp = new NtpPrograms({
        chronyTracking: hangs,
        timesyncdMessage: hangs,
        kernelSynchronised: hangs,
      });
      return { site: { ntp }, end: () => {} };
    }
    case 'salto': {
      const salto = await silentServer();
      const behindSalto = (yaml: string): string =>
        yaml
          .replace(/^ {2}door-1: .*$/m, '  door-1: { hardware: salto, saltoDoorId: "1" }')
          .concat(`salto: { host: 127.0.0.1, port: ${salto.port}, pollEvery: 1s }\n`);
      return { site: { edit: behindSalto }, end: salto.close };
    }
    default:
      return condition satisfies never;
  }
}

/** Asks the other door to release, as an installer's test does; whether it does is not the question. */
async function askOtherDoor(stateDir: string): Promise<void> {
  const answered = Promise.withResolvers<string>();
  const socketPath = join(stateDir, doorTestSocket);
  const call = request({ socketPath, method: 'POST', path: '/' }, (response) => {
    text(response).then(answered.resolve, answered.reject);
  });
  call.once('error', answered.reject);
  call.end(JSON.stringify({ kind: 'release', door: 'door-1' }));
  await answered.promise;
}

/**
 * Keypad submit to relay, the event fsynced first, while one thing after another that a door must not wait for has stopped
 * answering. When the answer has come the strike has been released.
 */
export const doorBench: Bench = async ({ progress }) => {
  const p50ms: Record<string, number> = {};
  const p99ms: Record<string, number> = {};
  const bare: number[] = [];
  const event = 'e'.repeat(600);
  for (const condition of conditions) {
    progress(`${submits} codes at the keypad; not answering: ${condition} …`);
    const scratch = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
    const { site, end } = await troubleOf(condition, scratch);
    const { dir, controller, post, close } = benchConsole(residents, port, site);
    const bareFile = openSync(join(dir, 'bare'), 'w');
    const ours: number[] = [];
    try {
      await controller.start();
      for (let n = -warmUp; n < submits; n += 1) {
        if (condition === 'salto' && n % otherDoorEvery === 0) void askOtherDoor(join(dir, 'state'));
        // Every eighth resident has a grant for the keypad's door.
        const digits = codeOf(((n + warmUp) * 8) % residents);
        const began = performance.now();
        const answer = await post('/api/entry', { digits });
        if (n >= 0) ours.push(performance.now() - began);
        if (!answer.includes('"grant"')) throw new Error(`a submit was answered with ${answer}`);
        bare.push(
          timed(() => {
            writeSync(bareFile, event);
            fsyncSync(bareFile);
          }),
        );
      }
    } finally {
      closeSync(bareFile);
      // What hangs is let go first: the controller's end waits for what it has begun.
      await end();
      await close();
      rmSync(scratch, { recursive: true, force: true });
    }
    p50ms[condition] = rounded(percentile(ours, 0.5));
    p99ms[condition] = rounded(percentile(ours, 0.99));
  }
  return {
    p50ms,
    p99ms,
    fsyncP50ms: rounded(percentile(bare, 0.5)),
    fsyncP99ms: rounded(percentile(bare, 0.99)),
  };
};
