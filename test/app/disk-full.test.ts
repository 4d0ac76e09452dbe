/** A disk that fills up and empties again, played on a real file system small enough to be filled. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTelemetry } from '../../controller/app/disk-telemetry.ts';
import { DiskWatch } from '../../controller/app/disk-watch.ts';
import { faultSentence } from '../../controller/app/plain-sentences.ts';
import type { EventDraft } from '../../controller/ports/events.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import { annsCode, householdShell, put, Shell } from '../support/controller-shell.ts';
import { expectWholeChain } from '../support/event-chain.ts';
import { aResident } from '../support/rows.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';

const wanted = 512 * 1024;
const kept = ({ dir }: SmallDisk): number => statSync(join(dir, 'reserve')).size;
const typesOf = (shell: Shell, act: () => unknown): readonly string[] =>
  shell.eventsOf(act).map(({ type }) => type);

/** A household whose reserve has been built up. */
async function prepared(): Promise<{ readonly disk: SmallDisk; readonly shell: Shell }> {
  const disk = smallDisk(4);
  const shell = householdShell({ dir: disk.dir });
  for (let slices = 0; slices < 3; slices += 1) await shell.diskWatch.look();
  expect(kept(disk)).toBe(wanted);
  return { disk, shell };
}

/** The same with not a block left beside the reserve, and nobody having noticed yet. */
async function filled(): Promise<{ readonly disk: SmallDisk; readonly shell: Shell }> {
  const { disk, shell } = await prepared();
  disk.fill();
  return { disk, shell };
}

function noting() {
  const said: string[] = [];
  const note = (_: object, message: string): void => void said.push(message);
  return { log: { info: note, warn: note, error: note }, said };
}

/** Ann comes in until she cannot; the number of her ways in. */
function spendReserve(shell: Shell): number {
  for (let entries = 0; ; entries += 1) {
    if (shell.type(annsCode).outcome === 'deny') return entries;
    shell.time.pass(10_000);
  }
}

describe('a disk that fills up', () => {
  it('is an alarm from 80 % on, told once, and its end below 75 %', async () => {
    const { disk, shell } = await prepared();
    const { seq } = shell.journal.head();
    disk.fill(0.79 * 1024 * 1024);
    await shell.diskWatch.look();
    await shell.diskWatch.look();
    expect(shell.lobby.status().disk).toEqual({ usedPercent: 80, state: 'low' });
    disk.free();
    await shell.diskWatch.look();
    expect(shell.events(seq)).toMatchObject([
      { type: 'DiskSpaceLow', severity: 'alarm', usedPercent: 80, availableBytes: expect.any(Number) },
      { type: 'DiskSpaceBack', severity: 'notice' },
    ]);
    expect(shell.lobby.status().disk.state).toBe('ample');
  });

  it('ends the alarm of an earlier run too, and does not tell it twice', async () => {
    const { disk, shell } = await prepared();
    disk.fill(0.5 * 1024 * 1024);
    await shell.diskWatch.look();
    shell.close();
    const again = new Shell({ dir: disk.dir, time: shell.time });
    const { seq } = again.journal.head();
    await again.diskWatch.look();
    expect(again.events(seq)).toEqual([]);
    disk.free();
    await again.diskWatch.look();
    expect(again.events(seq)).toMatchObject([{ type: 'DiskSpaceBack' }]);
  });

  it('has its telemetry shed before it is full, and says afterwards how much', async () => {
    const { disk, shell } = await prepared();
    disk.fill(wanted / 2);
    await shell.diskWatch.look();
    expect(shell.lobby.status().disk.state).toBe('reserve');
    const types = typesOf(shell, () => {
      shell.type(annsCode);
      shell.wires().play({ kind: 'monitor', open: true });
      shell.wires().play({ kind: 'monitor', open: false });
      shell.type('00000000');
    });
    expect(types).toEqual(['AccessGranted', 'AccessDenied']);
    expect(kept(disk)).toBe(wanted);
    disk.free();
    const { seq } = shell.journal.head();
    await shell.diskWatch.look();
    expect(shell.events(seq)).toMatchObject([
      { type: 'DiskSpaceBack' },
      {
        ...{ type: 'TelemetryShed', severity: 'warning', refused: 0 },
        counts: { AccessTaken: 1, DoorMonitor: 2 },
      },
    ]);
    expect(typesOf(shell, () => shell.wires().play({ kind: 'rex', active: true }))).toEqual([
      'RequestToExit',
    ]);
  });
});

describe('failure case 19: a full disk', () => {
  it('takes access events out of the reserve, in the turn in which it refused', async () => {
    const { disk, shell } = await filled();
    expect(disk.availableBytes()).toBe(0);
    expect(typesOf(shell, () => expect(shell.type(annsCode).outcome).toBe('grant'))).toEqual([
      'AccessGranted',
    ]);
    expect(shell.wires().released).toBe(true);
    expect(kept(disk)).toBe(wanted / 2);
    expect(shell.lobby.status().disk.state).toBe('reserve');
  });

  it('still rings at a resident’s by the directory code: the call is telemetry and spends nothing of the reserve', async () => {
    const { disk, shell } = await prepared();
    shell.publish(put('resident', aResident('ann', { version: 2, phone: '+15145550101' })));
    shell.lobby.start();
    disk.fill();
    expect(await shell.lobby.submit('0101')).toMatchObject({ outcome: 'calling' });
    expect(shell.phone.leg).toMatchObject({ target: 'phone' });
    expect(kept(disk)).toBe(wanted);
  });

  it('gives nothing of the reserve to telemetry, to a clock or to rows of the cloud', async () => {
    const { disk, shell } = await filled();
    expect(typesOf(shell, () => shell.wires().play({ kind: 'rex', active: true }))).toEqual([]);
    shell.welcome();
    expect(() => shell.publish(put('resident', aResident('bob')))).toThrow(
      expect.objectContaining({ code: 'diskFull' }),
    );
    expect(kept(disk)).toBe(wanted);
  });

  it('takes no rows of the cloud either when the reserve has been broken and room is left of it', async () => {
    const { disk, shell } = await filled();
    shell.type(annsCode);
    expect(disk.availableBytes()).toBeGreaterThan(100_000);
    const { seq } = shell.store.replica.cursor();
    expect(() => shell.publish(put('resident', aResident('bob')))).toThrow(
      expect.objectContaining({ code: 'diskFull' }),
    );
    expect(shell.store.replica.cursor().seq).toBe(seq);
  });

  it('takes revocations and lockdowns, and keeps them over a restart', async () => {
    const { disk, shell } = await filled();
    const revocation = { table: 'credential', id: 'pin', maxVersion: 9, epoch: 9, seq: 9 } as const;
    const lockdown = { scope: 'building', on: true, counter: 1 };
    expect(shell.commands.execute({ op: 'revoke', id: 'c-1', revocation }).outcome).toBe('done');
    expect(shell.commands.execute({ op: 'lockdown', id: 'c-2', lockdown }).outcome).toBe('done');
    expect(shell.type(annsCode)).toMatchObject({ outcome: 'deny', reason: 'revoked' });
    shell.close();
    const again = new Shell({ dir: disk.dir, time: shell.time });
    expect([again.journal.revocations(), again.journal.lockdowns()]).toEqual([[revocation], [lockdown]]);
  });

  it('opens no door any more once the reserve is spent, but lets everybody out', async () => {
    const { disk, shell } = await filled();
    // Half a megabyte: docs/disk.md says how many events that is.
    expect(spendReserve(shell)).toBeGreaterThan(300);
    expect([kept(disk), shell.lobby.status().disk.state]).toEqual([0, 'full']);
    const { seq } = shell.journal.head();
    expect(shell.type(annsCode)).toEqual({
      outcome: 'deny',
      reason: 'storageFault',
      sentence: faultSentence,
    });
    expect(shell.type('00000000').reason).toBe('storageFault');
    const lockdown = { scope: 'building', on: true, counter: 1 };
    expect(() => shell.commands.execute({ op: 'lockdown', id: 'c-1', lockdown })).toThrow(StorageFault);
    expect(shell.wires().released).toBe(false);
    shell.wires().play({ kind: 'rex', active: true });
    expect(shell.wires().released).toBe(true);
    shell.wires().play({ kind: 'rex', active: false });
    shell.time.pass(5_000);
    expect(shell.wires().released).toBe(false);
    shell.wires().play({ kind: 'fire', active: true });
    expect(shell.wires().released).toBe(true);
    shell.wires().play({ kind: 'fire', active: false });
    expect([shell.wires().released, shell.journal.head().seq]).toEqual([false, seq]);
  });

  it('that somebody makes room on is as before by itself: nothing is lost, doubled or left open', async () => {
    const { disk, shell } = await filled();
    await shell.diskWatch.look();
    const entries = spendReserve(shell);
    disk.free();
    expect(shell.type(annsCode).outcome).toBe('grant');
    for (let looks = 0; looks < 4; looks += 1) await shell.diskWatch.look();
    expect([kept(disk), shell.lobby.status().disk.state]).toEqual([wanted, 'ample']);
    expect(shell.publish(put('resident', aResident('bob')))).toMatchObject({ kind: 'applied' });
    const counts: Record<string, number> = {};
    for (const { type } of shell.events()) counts[type] = (counts[type] ?? 0) + 1;
    expect(counts).toMatchObject({ AccessGranted: entries + 1, DiskSpaceLow: 1, DiskSpaceBack: 1 });
    expect(shell.events().at(-1)).toMatchObject({ type: 'TelemetryShed', refused: 1 });
    expectWholeChain(shell.journal);
  });

  it('that somebody goes on filling takes an event for each slice given back', async () => {
    const { disk, shell } = await filled();
    const outcomes = [1, 2, 3].map(() => {
      const { outcome } = shell.type(annsCode);
      disk.fill();
      shell.time.pass(10_000);
      return outcome;
    });
    expect(outcomes).toEqual(['grant', 'grant', 'deny']);
    expect(kept(disk)).toBe(0);
  });

  it('remembers through a power cut what it has shed', async () => {
    const { disk, shell } = await filled();
    shell.wires().play({ kind: 'rex', active: true });
    shell.wires().play({ kind: 'rex', active: false });
    shell.type(annsCode);
    shell.close();
    const again = new Shell({ dir: disk.dir, time: shell.time });
    expect(again.lobby.status().disk.state).toBe('reserve');
    disk.free();
    for (let looks = 0; looks < 4; looks += 1) await again.diskWatch.look();
    expect(again.events().at(-1)).toMatchObject({ type: 'TelemetryShed', counts: { RequestToExit: 1 } });
    expectWholeChain(again.journal);
  });
});

describe('the watch over the disk', () => {
  it('looks at the start, every minute and as soon as the disk has refused', async () => {
    const { disk, shell } = await prepared();
    const used = () => shell.lobby.status().disk.usedPercent;
    disk.fill(1024 * 1024);
    shell.diskWatch.start();
    await expect.poll(used).toBe(75);
    disk.fill();
    shell.type(annsCode);
    shell.time.pass(0);
    await expect.poll(used).toBeGreaterThan(90);
    disk.free();
    shell.time.pass(60_000);
    await expect.poll(used).toBeLessThan(50);
  });

  it('says so and looks again when the disk does not even say how full it is', async () => {
    const { shell } = await prepared();
    let asked = 0;
    const { log, said } = noting();
    const watch = new DiskWatch({
      ...{ journal: shell.journal, recorder: shell.recorder, timers: shell.time.timers, log },
      disk: {
        reserve: shell.store.disk.reserve,
        onFault: () => () => {},
        space: () => {
          asked += 1;
          return Promise.reject(new StorageFault('io', 'the disk does not say how full it is'));
        },
      },
    });
    await watch.look();
    expect(said).toEqual(['the space on the disk could not be looked after']);
    shell.time.pass(60_000);
    expect(asked).toBe(2);
    watch.close();
  });
});

describe('telemetry', () => {
  const door = 'lobby' as never;
  it.each<readonly [boolean, EventDraft]>([
    [true, { type: 'DoorMonitor', severity: 'info', door, open: true }],
    [true, { type: 'RequestToExit', severity: 'info', door, released: true }],
    [true, { type: 'SecurityEvent', severity: 'warning', reason: 'signature', message: 'delta', count: 3 }],
    [true, { type: 'ControllerStarted', severity: 'info', software: 'x', simulated: [] }],
    [false, { type: 'DoorMode', severity: 'notice', door, mode: 'LockedOpen', cause: 'clock' }],
    [false, { type: 'DoorMode', severity: 'notice', door, mode: 'Unlocked', cause: 'operator' }],
    [true, { type: 'DoorMode', severity: 'notice', door, mode: 'Locked', cause: 'clock' }],
    [false, { type: 'FireReleased', severity: 'alarm', door }],
    [false, { type: 'DoorForcedOpen', severity: 'alarm', door }],
    [false, { type: 'Duress', severity: 'alarm', door }],
    [false, { type: 'GuessBudgetSpent', severity: 'alarm', oneTryPerMs: 1 }],
    [false, { type: 'StorageFault', severity: 'alarm', database: 'events.db', problem: 'x' }],
  ])('%s: %o', (shed, draft) => {
    expect(isTelemetry(draft)).toBe(shed);
  });

  it('is never an alarm, whatever its type', () => {
    const alarm: EventDraft = { type: 'ClockChanged', severity: 'alarm', problem: 'x' };
    expect(isTelemetry(alarm)).toBe(false);
  });
});
