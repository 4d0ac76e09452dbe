import { describe, expect, it } from 'vitest';
import { DoorLock } from '../../controller/app/door-lock.ts';
import { DoorId } from '../../controller/core/dataset.ts';
import type { DoorHardware } from '../../controller/ports/door-hardware.ts';
import { annsCode, householdShell } from '../support/controller-shell.ts';

/** A lock that answers when the test says so, or refuses at once. */
class Lock implements DoorHardware {
  readonly door = DoorId.parse('lobby');
  readonly simulated = false;
  readonly hasMonitor = false;
  readonly opensUnasked = false;
  readonly settles: 'atOnce' | 'later';
  readonly asked: string[] = [];
  refuses: string | undefined;

  constructor(settles: 'atOnce' | 'later') {
    this.settles = settles;
  }

  start(): void {}

  release({ kind }: { readonly kind: string }): void {
    this.asked.push(kind);
    if (this.refuses !== undefined) throw new Error(this.refuses);
  }

  secure(how: string): void {
    this.asked.push(how);
    if (this.refuses !== undefined) throw new Error(this.refuses);
  }

  close(): void {}
}

const passage = { kind: 'passage', forMs: 5_000, extended: false } as const;

function lockOn(hardware: Lock) {
  const faults: (string | undefined)[] = [];
  return { lock: new DoorLock(hardware, (fault) => faults.push(fault)), faults };
}

describe('a lock that answers later', () => {
  it('is released once it says so, and counts as one activation', () => {
    const { lock } = lockOn(new Lock('later'));
    lock.order(passage);
    expect([lock.released, lock.activations, lock.refusesRelease]).toEqual([false, 0, false]);
    lock.obeyed(true);
    expect([lock.released, lock.activations]).toEqual([true, 1]);
  });

  it('is not asked again while its answer is awaited, and is after a refusal', () => {
    const { lock, faults } = lockOn(new Lock('later'));
    lock.order(passage);
    expect(lock.isOwed(passage)).toBe(false);
    lock.refused(true, 'the server says no');
    expect(lock.isOwed(passage)).toBe(true);
    expect(lock.isOwed({ kind: 'lock' })).toBe(false);
    lock.order(passage);
    lock.obeyed(true);
    expect(faults).toEqual(['the server says no', undefined]);
  });

  it('that has refused before is asked all the same, and the person is not told no in advance', () => {
    const { lock } = lockOn(new Lock('later'));
    lock.order(passage);
    lock.refused(true, 'the server says no');
    lock.order(passage);
    expect(lock.refusesRelease).toBe(false);
  });

  it('that knows that it cannot refuses at once', () => {
    const hardware = new Lock('later');
    const { lock, faults } = lockOn(hardware);
    hardware.refuses = 'not connected';
    lock.order(passage);
    expect([lock.refusesRelease, faults]).toEqual([true, ['not connected']]);
  });
});

describe('a lock', () => {
  it('shows a refusal over a fault that it reports of itself, and that again after it', () => {
    const hardware = new Lock('atOnce');
    const { lock, faults } = lockOn(hardware);
    lock.reported('no current');
    hardware.refuses = 'the relay sticks';
    lock.order(passage);
    hardware.refuses = undefined;
    lock.order(passage);
    lock.reported(undefined);
    expect(faults).toEqual(['no current', 'the relay sticks', 'no current', undefined]);
  });

  it('is told how it is to be shut or released', () => {
    const hardware = new Lock('atOnce');
    const { lock } = lockOn(hardware);
    for (const kind of ['lock', 'block', 'holdOpen', 'evacuate'] as const) lock.order({ kind });
    expect(hardware.asked).toEqual(['lock', 'block', 'holdOpen', 'evacuate']);
  });
});

describe('a fault that the hardware reports of itself', () => {
  it('does not make a refusal of a door that opens all the same', () => {
    const shell = householdShell();
    shell.wires().play({ kind: 'fault', problem: 'the backup battery is low' });
    expect(shell.type(annsCode)).toMatchObject({ outcome: 'grant' });
    expect(shell.wires().released).toBe(true);
  });
});
