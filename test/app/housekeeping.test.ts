import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { noHash } from '../../controller/core/hash-forms.ts';
import { CloudRows, rowOf, type Snapshot } from '../support/cloud-rows.ts';
import { household, householdShell, lobbyDoor, Shell } from '../support/controller-shell.ts';
import { HandTime, noon } from '../support/hand-time.ts';
import { aBuilding, aResident } from '../support/rows.ts';
import { tempDir } from '../support/store.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const acknowledgeAll = ({ journal }: Shell): void => {
  const { seq: upTo, hash } = journal.head();
  expect(journal.acknowledge({ log: journal.log, upTo, hash })).toBe('accepted');
};

async function applySnapshot({ store: { replica } }: Shell, { manifest, chunks }: Snapshot): Promise<void> {
  replica.stageManifest(manifest);
  for (const [index, lines] of chunks.entries()) replica.stageChunk(manifest.snapshot, index, lines);
  expect(await replica.applyStaged()).toMatchObject({ kind: 'applied' });
}

function rowsAtRest(dir: string): unknown {
  const db = new Database(join(dir, 'replica.db'), { readonly: true });
  try {
    return db.prepare('SELECT count(*) FROM row').pluck().get();
  } finally {
    db.close();
  }
}

describe('start and stop', () => {
  it('are events that name the software and the simulated doors', () => {
    const shell = new Shell();
    const { pending } = shell.time.timers;
    const started = shell.eventsOf(() => shell.housekeeping.start([], [lobbyDoor]));
    expect(started).toMatchObject([
      { type: 'ControllerStarted', severity: 'info', software: 'vestibule/test', simulated: ['lobby'] },
    ]);
    const stopped = shell.eventsOf(() => shell.housekeeping.stop([lobbyDoor]));
    expect(stopped).toMatchObject([{ type: 'ControllerStopped', simulated: ['lobby'] }]);
    expect(shell.time.timers.pending).toBe(pending);
  });

  it('report a database that had to be set aside as an alarm, before anything else', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'events.db'), 'this is not a database'.repeat(100));
    const shell = new Shell({ dir, welcomed: false });
    const events = shell.eventsOf(() => shell.housekeeping.start(shell.store.notices, []));
    expect(events).toMatchObject([
      { type: 'StorageFault', severity: 'alarm', database: 'events.db' },
      { type: 'ControllerStarted' },
    ]);
  });
});

describe('the rows of an earlier version', () => {
  it('go a few a turn once a snapshot is live, also when the power failed in between', async () => {
    const shell = householdShell();
    const cloud = new CloudRows();
    cloud.seq = 5;
    cloud.put(rowOf('building', aBuilding()));
    cloud.put(...Array.from({ length: 600 }, (_, n) => rowOf('resident', aResident(`r${n}`))));
    for (let round = 0; round < 2; round += 1) await applySnapshot(shell, cloud.snapshot(300));
    expect(rowsAtRest(shell.dir)).toBeGreaterThan(1_200);
    shell.close();
    const again = new Shell({ dir: shell.dir, time: shell.time });
    again.housekeeping.start([], []);
    again.time.pass(0);
    expect(rowsAtRest(shell.dir)).toBe(601);
    expect(again.store.replica.verify()).toBe(true);
  });
});

describe('every hour', () => {
  it('the floor rises by the time that has passed since the welcome', () => {
    const shell = new Shell();
    shell.housekeeping.start([], []);
    shell.time.pass(hourMs - 1);
    expect(shell.journal.clockFloor()).toBe(noon);
    shell.time.pass(1);
    expect(shell.journal.clockFloor()).toBe(noon + hourMs);
  });

  it('the floor stays where it is without a welcome: a battery clock never raises it', () => {
    const shell = new Shell();
    shell.close();
    const again = new Shell({ dir: shell.dir, time: shell.time, welcomed: false });
    again.housekeeping.start([], []);
    expect(again.clock.reading().state).toBe('held');
    again.time.pass(hourMs);
    expect(again.journal.clockFloor()).toBe(noon);
  });

  it('acknowledged events go after thirty days, and none that the cloud does not hold', () => {
    const shell = householdShell();
    shell.housekeeping.start([], []);
    shell.type('00000000');
    acknowledgeAll(shell);
    shell.type('00000000');
    const { seq } = shell.journal.head();
    shell.time.pass(29 * dayMs);
    expect(shell.journal.after(0, 1)).toMatchObject([{ seq: 1 }]);
    shell.time.pass(2 * dayMs);
    expect(shell.journal.after(0, 1)).toMatchObject([{ seq }]);
    acknowledgeAll(shell);
    shell.time.pass(hourMs);
    expect(shell.journal.after(0, 1)).not.toMatchObject([{ seq }]);
  });

  it.each([
    ['60 days behind', -60 * dayMs],
    ['a year ahead', 365 * dayMs],
    ['in 2096', 70 * 365 * dayMs],
  ])('the month is counted by the cloud’s time where the system’s clock is %s', (_, offMs) => {
    const time = new HandTime(noon + offMs);
    const shell = new Shell({ time, welcomed: false });
    shell.housekeeping.start([], []);
    shell.welcome(noon);
    shell.publish(...household());
    shell.type('00000000');
    acknowledgeAll(shell);
    const { seq } = shell.journal.head();
    time.pass(30 * dayMs);
    expect(shell.journal.after(0, 1)).toMatchObject([{ seq: 1 }]);
    time.pass(hourMs);
    expect(shell.journal.after(0, 1)[0]?.seq).toBeGreaterThan(seq);
  });

  it('what a head-end restored from a backup asks for again is there, though the system’s clock is 60 days behind', () => {
    const shell = new Shell({ time: new HandTime(noon - 60 * dayMs), welcomed: false });
    shell.housekeeping.start([], []);
    shell.welcome(noon);
    acknowledgeAll(shell);
    const events = shell.events();
    shell.time.pass(hourMs);
    expect(shell.journal.acknowledge({ log: shell.journal.log, upTo: 0, hash: noHash, rewind: true })).toBe(
      'accepted',
    );
    expect(shell.events().slice(0, events.length)).toEqual(events);
  });

  it('what was written while the system’s clock was years ahead goes a month after it is right again', () => {
    const shell = new Shell({ time: new HandTime(noon + 70 * 365 * dayMs), welcomed: false });
    shell.housekeeping.start([], []);
    shell.close();
    const time = new HandTime(noon);
    const again = new Shell({ dir: shell.dir, time });
    again.housekeeping.start([], []);
    acknowledgeAll(again);
    const { seq } = again.journal.head();
    time.pass(30 * dayMs);
    expect(again.journal.after(0, 1)).toMatchObject([{ seq: 1 }]);
    time.pass(hourMs);
    expect(again.journal.after(0, 1)[0]?.seq).toBeGreaterThan(seq);
  });

  it('a battery clock alone deletes nothing and dates nothing: it may have stood still for months', () => {
    const first = new Shell();
    first.close();
    const time = new HandTime(noon + hourMs);
    const shell = new Shell({ dir: first.dir, time, welcomed: false });
    shell.housekeeping.start([], []);
    expect(shell.clock.status()).toMatchObject({ state: 'held', source: 'systemClock' });
    time.pass(2 * hourMs);
    shell.welcome(noon + 60 * dayMs);
    acknowledgeAll(shell);
    const events = shell.events();
    time.pass(hourMs);
    expect(shell.events().slice(0, events.length)).toEqual(events);
  });

  it('nothing is deleted while the clock is unknown: what was written in 1970 may be of today', () => {
    const time = new HandTime(Date.parse('1970-01-01T00:00:10.000Z'));
    const shell = new Shell({ time });
    shell.close();
    const again = new Shell({ dir: shell.dir, time, welcomed: false });
    again.housekeeping.start([], []);
    acknowledgeAll(again);
    const events = again.events();
    time.pass(hourMs);
    expect(again.clock.reading().state).toBe('unknown');
    expect(again.events()).toEqual(events);
  });
});

describe('an end', () => {
  it('raises the floor once more, so that a short run counts', () => {
    const shell = new Shell();
    shell.housekeeping.start([], []);
    shell.time.pass(60_000);
    shell.housekeeping.stop([]);
    expect(shell.journal.clockFloor()).toBe(noon + 60_000);
  });
});
