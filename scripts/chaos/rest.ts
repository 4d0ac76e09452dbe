/** Traffic stops and every fault ends: how long until cloud and devices are equal (PROTOCOL invariant 16). */
import { setTimeout as pause } from 'node:timers/promises';
import type { DiskState } from '../../controller/core/disk-space.ts';
import { askControl } from '../../sync/headend/control/client.ts';
import type { Health } from '../../sync/headend/control/requests.ts';
import { type DeviceName, devices } from './building.ts';
import type { Rest } from './evidence.ts';
import { bounds } from './invariants.ts';
import { readCloud, readCursor, readJournal } from './read-databases.ts';
import type { Device, Site } from './site.ts';

const lookEveryMs = 40;
const giveUpAfterMs = bounds.convergenceMs + 5_000;

interface Status {
  readonly link: { readonly session: boolean };
  readonly disk: { readonly state: DiskState };
}

/** Welcomed, and it has noticed that there is room again: it looks once a minute. */
async function isReady({ port }: Device): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/status`, {
      signal: AbortSignal.timeout(2_000),
    });
    const { link, disk } = (await response.json()) as Status;
    return link.session && (disk.state === 'ample' || disk.state === 'low');
  } catch {
    return false;
  }
}

async function isServing({ headEndState }: Site): Promise<boolean> {
  try {
    const asked = await askControl<Health>(headEndState, 'health', {});
    return asked.kind === 'answer' && asked.value.connected;
  } catch {
    return false;
  }
}

/** Who is still not in conversation, or short of space, after so long. */
export async function ready(site: Site, withinMs: number): Promise<readonly (DeviceName | 'headEnd')[]> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const waiting: (DeviceName | 'headEnd')[] = [];
    if (!(await isServing(site))) waiting.push('headEnd');
    for (const name of devices) if (!(await isReady(site.devices[name]))) waiting.push(name);
    if (waiting.length === 0 || performance.now() > endMs) return waiting;
    await pause(lookEveryMs);
  }
}

/** Empty when cloud and devices are equal. */
export function differences(site: Site): string {
  const cloud = readCloud(site.headEndDb);
  if (cloud === undefined) return 'the head-end cannot be read';
  const found: string[] = [];
  for (const name of devices) {
    const { replica, journal } = site.devices[name];
    const cursor = readCursor(replica);
    const events = readJournal(journal);
    if (cursor === undefined || events === undefined) {
      found.push(`${name} cannot be read`);
      continue;
    }
    const { epoch, seq, digest } = cursor;
    if (epoch !== cloud.epoch || seq !== cloud.seq || digest !== cloud.digest) {
      found.push(`${name} is at (${epoch}, ${seq}), the cloud at (${cloud.epoch}, ${cloud.seq})`);
    }
    const held = cloud.heads.get(`${name}/${events.log}`) ?? 0;
    if (events.head !== held || events.head !== events.acked) {
      found.push(`${name} has ${events.head} events, ${events.acked} acknowledged, ${held} in the cloud`);
    }
    const [here, there] = [events.lockdowns.join(' '), cloud.lockdowns.join(' ')];
    if (here !== there) found.push(`${name} is locked down at [${here}], the cloud says [${there}]`);
  }
  return found.join('; ');
}

export async function converged(site: Site): Promise<Rest> {
  const beganMs = performance.now();
  let last = '';
  for (;;) {
    const differs = differences(site);
    const tookMs = Math.round(performance.now() - beganMs);
    if (differs === '') return { tookMs, differs: last };
    last = differs;
    if (tookMs > giveUpAfterMs) return { tookMs: undefined, differs };
    await pause(lookEveryMs);
  }
}
