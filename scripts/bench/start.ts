import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeBenchSite } from './bench-site.ts';
import { codeOf } from './big-building.ts';
import { type Bench, percentile, rounded } from './measure.ts';

const residents = 10_000;
const starts = 5;
const vestibule = resolve(import.meta.dirname, '../bin/vestibule.mjs');

/** Asks the simulated door for a decision; undefined until the controller answers. */
const ask = (socketPath: string): Promise<string | undefined> =>
  new Promise((done) => {
    const call = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => done(text));
    });
    call.once('error', () => done(undefined));
    call.end(JSON.stringify({ kind: 'code', door: 'door-0', digits: codeOf(8) }));
  });

async function firstDecisionMs(config: string, socket: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [vestibule, 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  try {
    for (;;) {
      const answer = await ask(socket);
      if (answer?.includes('"grant"') === true) return performance.now() - began;
      if (answer !== undefined) throw new Error(`the first decision was ${answer}`);
      if (child.exitCode !== null) throw new Error(`the controller ended with ${child.exitCode}`);
      await pause(2);
    }
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function bareNodeMs(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise<void>((done) => child.once('exit', () => done()));
  return performance.now() - began;
}

/** From exec to the first granted decision, with 10,000 residents on disk and no broker; medians. */
export const startBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  try {
    progress(`${residents.toLocaleString('en')} residents, ${starts} starts …`);
    const config = writeBenchSite(dir, residents, 18_080);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let n = 0; n < starts; n += 1) {
      bare.push(await bareNodeMs());
      ours.push(await firstDecisionMs(config, join(dir, 'state', 'sim.sock')));
    }
    return {
      residents,
      firstDecisionMs: rounded(percentile(ours, 0.5), 0),
      bareNodeMs: rounded(percentile(bare, 0.5), 0),
      ratio: rounded(percentile(ours, 0.5) / percentile(bare, 0.5), 1),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
