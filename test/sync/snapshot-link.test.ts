import { expect, it } from 'vitest';
import { Doors } from '../../controller/app/doors.ts';
import { SystemClock } from '../../controller/app/system-clock.ts';
import { DoorId } from '../../controller/core/dataset.ts';
import type { CloudSnapshot } from '../support/cloud-dataset.ts';
import { signDown } from '../support/cloud-keys.ts';
import { rowOf } from '../support/cloud-rows.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { building } from '../support/identity-folder.ts';
import { RoutedDevice } from '../support/routed-device.ts';
import { aBuilding, aCredential, aDoor, aGrant, aResident } from '../support/rows.ts';
import { area, areas, cloudTime, deviceId } from '../support/sync-stage.ts';

const aud = `building:${building}`;

function announce(device: RoutedDevice, { manifest }: CloudSnapshot): void {
  device.receive('manifest', signDown(device.keys, 'manifest', { aud, ...manifest }));
}

/** A device at which Anna's code opens the lobby, and how it decides about that. */
function deviceOfAnna() {
  const device = forThisTest(new RoutedDevice());
  const { store, time, dataset } = device;
  const anna = aResident('anna');
  const code = aCredential('code-1', { kind: 'resident', id: anna.id });
  const rows = [
    rowOf('building', aBuilding()),
    rowOf('resident', anna),
    rowOf('credential', code),
    rowOf('door', aDoor('lobby')),
    rowOf('grant', aGrant('grant-1', { kind: 'resident', id: anna.id })),
  ];
  store.replica.applyDelta(dataset.change(...rows.map((put) => ({ put }))));
  const clock = new SystemClock(time, 0);
  clock.setFromWelcome({ time: cloudTime, atMonotonicMs: clock.monotonicMs() });
  const doors = new Doors({ ...store, clock, guesses: { isLockedOut: () => false } });
  const decide = () =>
    doors.decide({
      kind: 'credential',
      method: 'code',
      hash: code.hash,
      door: DoorId.parse('lobby'),
      accessPoint: 'keypad',
    });
  return { device, decide };
}

it('a snapshot whose last chunk comes more than once is swapped in once', async () => {
  const device = forThisTest(new RoutedDevice());
  device.dataset.change(area('attic', 1));
  const snapshot = device.dataset.snapshot(10);
  announce(device, snapshot);
  for (const chunk of [...snapshot.chunks, ...snapshot.chunks, ...snapshot.chunks]) {
    device.receive('chunk', chunk);
  }
  await device.settle();
  expect(device.store.replica.cursor()).toEqual(device.dataset.cursor);
  expect(device.warnings).toEqual([]);
});

it('a decision, a denial and a delta come between the parts of a chunk, before its end', async () => {
  const { device, decide } = deviceOfAnna();
  const { dataset, store, time, keys } = device;
  const before = dataset.seq;
  const delta = dataset.change(area('attic', 1));
  dataset.change(...areas(250));
  const snapshot = dataset.snapshot(1_000);
  announce(device, snapshot);
  device.receive('chunk', snapshot.chunks[0] ?? '');
  const staging = () => store.replica.staged()?.missing;
  expect(staging()).toEqual([0]);
  expect(decide()).toMatchObject({ outcome: 'grant', explanation: { dataset: { seq: before } } });

  const revocation = { table: 'credential', id: 'code-1', maxVersion: 1, epoch: 1, seq: 99 };
  const issuedAt = new Date(cloudTime).toISOString();
  const revoke = { aud: deviceId, id: 'denial-1', op: 'revoke', args: revocation, issuedAt };
  device.receive('command', signDown(keys, 'command', revoke));
  expect([device.executed.map(({ op }) => op), staging()]).toEqual([['revoke'], [0]]);

  time.timers.turn();
  device.receive('delta', signDown(keys, 'delta', { aud, ...delta }));
  expect([store.replica.cursor().seq, staging()]).toEqual([before + 1, [0]]);
  expect(decide()).toMatchObject({ explanation: { dataset: { seq: before + 1 } } });

  await device.settle();
  expect(store.replica.cursor()).toEqual(dataset.cursor);
  expect(decide()).toMatchObject({ outcome: 'grant', explanation: { dataset: { seq: before + 2 } } });
});

it('chunks that come twice or out of order while one is being staged add up all the same', async () => {
  const device = forThisTest(new RoutedDevice());
  device.dataset.change(...areas(700));
  const snapshot = device.dataset.snapshot(200);
  const [a, b, c, d] = snapshot.chunks;
  announce(device, snapshot);
  for (const chunk of [c, a, c, a]) device.receive('chunk', chunk ?? '');
  device.time.timers.turn();
  for (const chunk of [c, a, d, b, d]) device.receive('chunk', chunk ?? '');
  await device.settle();
  expect(device.store.replica.cursor()).toEqual(device.dataset.cursor);
});

it('a chunk that comes again and again while it is being staged is not begun anew', async () => {
  const device = forThisTest(new RoutedDevice());
  device.dataset.change(...areas(150));
  const snapshot = device.dataset.snapshot(1_000);
  announce(device, snapshot);
  const { timers } = device.time;
  for (const _ of [50, 100, 150]) {
    device.receive('chunk', snapshot.chunks[0] ?? '');
    const { pending } = timers;
    device.receive('chunk', snapshot.chunks[0] ?? '');
    expect([device.store.replica.staged()?.missing, timers.pending]).toEqual([[0], pending]);
    timers.turn();
  }
  expect(device.store.replica.staged()?.missing).toEqual([]);
  await device.settle();
});

it('keeps no more chunks in memory than it asks for at once; the others are fetched again', async () => {
  const device = forThisTest(new RoutedDevice());
  device.dataset.change(...areas(900));
  const snapshot = device.dataset.snapshot(150);
  expect(snapshot.chunks.length).toBe(7);
  announce(device, snapshot);
  const all = () => {
    for (const chunk of snapshot.chunks) device.receive('chunk', chunk);
  };
  all();
  await device.settle();
  expect(device.store.replica.staged()?.missing).toEqual([4, 5, 6]);
  all();
  await device.settle();
  expect(device.store.replica.cursor()).toEqual(device.dataset.cursor);
});

it('lets go of a chunk in the middle when a newer snapshot takes its place', async () => {
  const device = forThisTest(new RoutedDevice());
  device.dataset.change(...areas(300));
  const older = device.dataset.snapshot(1_000);
  announce(device, older);
  device.receive('chunk', older.chunks[0] ?? '');
  device.dataset.change(area('attic', 1));
  const newer = device.dataset.snapshot(1_000);
  announce(device, newer);
  await device.settle();
  expect(device.store.replica.staged()).toMatchObject({
    manifest: { snapshot: newer.manifest.snapshot },
    missing: [0],
  });
  device.receive('chunk', newer.chunks[0] ?? '');
  await device.settle();
  expect(device.store.replica.cursor()).toEqual(device.dataset.cursor);
});

it('stages nothing further once the link has ended', async () => {
  const device = new RoutedDevice();
  device.dataset.change(...areas(300));
  const snapshot = device.dataset.snapshot(1_000);
  announce(device, snapshot);
  device.receive('chunk', snapshot.chunks[0] ?? '');
  await device[Symbol.asyncDispose]();
  expect(() => device.time.timers.turn()).not.toThrow();
});

it('asks for another snapshot when a delta overtakes the one that was to put its rows right', () => {
  const device = forThisTest(new RoutedDevice());
  const { dataset, keys, store } = device;
  const overtaken = dataset.snapshot();
  const delta = { aud, ...dataset.change(area('attic', 1)) };
  device.receive('delta', signDown(keys, 'delta', { ...delta, digest: 'f'.repeat(64) }));
  announce(device, overtaken);
  expect(device.requested).toEqual(['snapshot', 'chunks']);
  device.receive('delta', signDown(keys, 'delta', delta));
  expect(store.replica.staged()).toBeUndefined();
  expect(device.requested).toEqual(['snapshot', 'chunks', 'snapshot']);
  const repair = dataset.snapshot();
  announce(device, repair);
  expect(store.replica.staged()?.manifest.snapshot).toBe(repair.manifest.snapshot);
});
