import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { loadConfig } from '../../config/load.ts';
import { compose } from '../../controller/compose.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { writeBenchSite } from './bench-site.ts';
import { codeOf } from './big-building.ts';
import { type Bench, percentile, rounded, timed } from './measure.ts';

const residents = 10_000;
const submits = 1_000;
const port = 18_081;

/**
 * Keypad submit to relay with the event fsynced first, over the console's HTTP, the broker gone: when the answer has
 * come the strike has been released. Beside it, in the same run and folder, the bare fsync of a write of an event's size.
 */
export const submitBench: Bench = async ({ progress }) => {
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
  const submit = (digits: string): Promise<string> =>
    new Promise((done, failed) => {
      const call = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: '/api/entry',
          headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => done(text));
        },
      );
      call.once('error', failed);
      call.end(JSON.stringify({ digits }));
    });
  const bareFile = openSync(join(dir, 'bare'), 'w');
  try {
    await controller.start();
    progress(`${submits.toLocaleString('en')} codes at the keypad, the broker gone …`);
    const ours: number[] = [];
    const bare: number[] = [];
    const event = 'e'.repeat(600);
    for (let n = 0; n < submits; n += 1) {
      // Every eighth resident has a grant for the keypad's door.
      const digits = codeOf((n * 8) % residents);
      const began = performance.now();
      const answer = await submit(digits);
      ours.push(performance.now() - began);
      if (!answer.includes('"grant"')) throw new Error(`a submit was answered with ${answer}`);
      bare.push(
        timed(() => {
          writeSync(bareFile, event);
          fsyncSync(bareFile);
        }),
      );
    }
    return {
      p50ms: rounded(percentile(ours, 0.5)),
      p99ms: rounded(percentile(ours, 0.99)),
      fsyncP50ms: rounded(percentile(bare, 0.5)),
      fsyncP99ms: rounded(percentile(bare, 0.99)),
    };
  } finally {
    closeSync(bareFile);
    agent.destroy();
    await controller.stop();
    rmSync(dir, { recursive: true, force: true });
  }
};
