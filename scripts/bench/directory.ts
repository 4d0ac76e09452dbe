import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { loadConfig } from '../../config/load.ts';
import { compose } from '../../controller/compose.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { writeBenchSite } from './bench-site.ts';
import { type Bench, percentile, rounded } from './measure.ts';

const residents = 10_000;
const names = 40;
const port = 18_082;

/** What somebody has typed after each key: a name, forwards or with its words turned round, or a suite. */
function keystrokes(n: number): readonly string[] {
  const number = (n * 241) % residents;
  const typed = [`résident ${number}`, `${number} RESIDENT`, String(100 + (number % 5_000))][n % 3] ?? '';
  return Array.from(typed, (_, end) => typed.slice(0, end + 1));
}

/**
 * From a keystroke to the list of who was found, over the console's HTTP. Beside it, in turns with it, a bare round trip to
 * the same server: the page's icon, which is in memory.
 */
export const directoryBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const config = loadConfig(writeBenchSite(dir, residents, port));
  const identity = loadIdentity(join(dir, 'state', 'identity'));
  if (config.kind === 'refused') throw new Error(config.problem);
  if (identity.kind === 'refused') throw new Error(identity.problem);
  const controller = compose({
    config: config.config,
    identity: identity.identity,
    software: 'vestibule/bench',
    log: pino({ level: 'silent' }),
  });
  const agent = new Agent({ keepAlive: true });
  const ask = (options: RequestOptions, body?: string): Promise<string> =>
    new Promise((done, failed) => {
      const call = request({ agent, host: '127.0.0.1', port, ...options }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => done(text));
      });
      call.once('error', failed);
      call.end(body);
    });
  const search = {
    method: 'POST',
    path: '/api/search',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
  };
  const timedRoundTrip = async (options: RequestOptions): Promise<number> => {
    const began = performance.now();
    await ask(options);
    return performance.now() - began;
  };
  try {
    await controller.start();
    // It is read a page a turn; the last page completes it.
    while (controller.lobby.state().directory.length < residents) await pause(10);
    const typed = Array.from({ length: names }, (_, n) => keystrokes(n)).flat();
    progress(`${typed.length} keystrokes in the search field, ${residents.toLocaleString('en')} residents …`);
    const ours: number[] = [];
    const bare: number[] = [];
    for (const query of typed) {
      const began = performance.now();
      const answer = await ask(search, JSON.stringify({ query }));
      ours.push(performance.now() - began);
      if (!answer.includes('"name"')) throw new Error(`a search was answered with ${answer}`);
      bare.push(await timedRoundTrip({ path: '/assets/icon.svg' }));
    }
    return {
      residents,
      keystrokes: typed.length,
      p50ms: rounded(percentile(ours, 0.5)),
      p99ms: rounded(percentile(ours, 0.99)),
      httpP50ms: rounded(percentile(bare, 0.5)),
      httpP99ms: rounded(percentile(bare, 0.99)),
    };
  } finally {
    agent.destroy();
    await controller.stop();
    rmSync(dir, { recursive: true, force: true });
  }
};
