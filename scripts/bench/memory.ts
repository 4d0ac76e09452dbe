import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeBenchSite } from './bench-site.ts';
import { codeOf, openBigBuilding } from './big-building.ts';
import { type Bench, rounded } from './measure.ts';

const residents = 10_000;
/** Eight weeks offline at 5,000 events a day. */
const events = 280_000;
const eventsAtOnce = 2_000;
const submits = 2_000;
const port = 18_083;
const vestibule = resolve(import.meta.dirname, '../bin/vestibule.mjs');

/** A body of an AccessGranted's size. */
const bodyOf = (n: number): string =>
  JSON.stringify({ type: 'AccessGranted', severity: 'info', n, explanation: 'e'.repeat(500) });

function writeEvents(stateDir: string): void {
  const store = openBigBuilding(stateDir);
  for (let n = 0; n < events; n += eventsAtOnce)
    store.journal.commit(Array.from({ length: eventsAtOnce }, (_, place) => bodyOf(n + place)));
  store.close();
}

/** What the process has in memory, and the most it had, in MB. */
function memoryOf({ pid = 0 }: ChildProcess): { readonly residentMb: number; readonly peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1_024;
  return { residentMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}

const runs = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function submit(n: number): Promise<void> {
  const origin = `http://127.0.0.1:${port}`;
  const response = await fetch(`${origin}/api/entry`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ digits: codeOf((n * 8) % residents) }),
  });
  const text = await response.text();
  if (!text.includes('"grant"')) throw new Error(`a submit was answered with ${text}`);
}

async function untilUp(child: ChildProcess): Promise<void> {
  while (runs(child)) {
    const up = await fetch(`http://127.0.0.1:${port}/api/status`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    await pause(50);
  }
  throw new Error('the controller ended');
}

/** `vestibule run` with 10,000 residents and eight weeks of events that the cloud has not seen, in use, the broker gone. */
export const memoryBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  try {
    const config = writeBenchSite(dir, residents, port);
    progress(`${events.toLocaleString('en')} events waiting …`);
    writeEvents(join(dir, 'state'));
    const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const child = spawn(process.execPath, [vestibule, 'run', '--config', config], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    try {
      await untilUp(child);
      const atStart = memoryOf(child);
      progress(`${submits.toLocaleString('en')} codes at the keypad …`);
      for (let n = 0; n < submits; n += 1) await submit(n);
      const { residentMb, peakMb } = memoryOf(child);
      return {
        residents,
        eventsWaiting: events,
        residentMb: rounded(residentMb, 0),
        peakMb: rounded(peakMb, 0),
        atStartMb: rounded(atStart.residentMb, 0),
        bareNodeMb: rounded(memoryOf(bare).residentMb, 0),
      };
    } finally {
      bare.kill();
      child.kill('SIGTERM');
      await ended;
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
