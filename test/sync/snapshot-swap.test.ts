import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { durations } from '../../sync/protocol/limits.ts';
import { signDown } from '../support/cloud-keys.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { building } from '../support/identity-folder.ts';
import { RoutedDevice } from '../support/routed-device.ts';
import { area } from '../support/sync-stage.ts';

const aud = `building:${building}`;

/** A device that has all of a snapshot, and swaps it in when its time passes. */
function complete() {
  const device = forThisTest(new RoutedDevice());
  const { dataset, keys, store, time } = device;
  const announce = ({ manifest }: ReturnType<typeof dataset.snapshot>): void =>
    device.receive('manifest', signDown(keys, 'manifest', { aud, ...manifest }));
  const send = (delta: ReturnType<typeof dataset.change>): void =>
    device.receive('delta', signDown(keys, 'delta', { aud, ...delta }));
  const overtaken = dataset.change(area('attic', 1));
  const snapshot = dataset.snapshot(10);
  announce(snapshot);
  for (const chunk of snapshot.chunks) device.receive('chunk', chunk);
  expect(store.replica.staged()).toMatchObject({ missing: [] });
  return { ...{ device, dataset, time, snapshot, overtaken, announce, send }, ...store };
}

it('deltas and manifests that come while a snapshot is swapped in are dropped, and taken when they come again', async () => {
  const { device, dataset, replica, time, snapshot, overtaken, announce, send } = complete();
  time.pass(0);
  expect(replica.applying).toBe(true);
  const next = dataset.change(area('cellar', 1));
  send(overtaken);
  send(next);
  announce(dataset.snapshot());
  await device.settle();
  expect(replica.cursor()).toMatchObject({ seq: snapshot.manifest.seq });
  expect([replica.staged(), device.events()]).toEqual([undefined, []]);
  send(next);
  expect(replica.cursor()).toEqual(dataset.cursor);
});

it('a chunk that comes late, of the snapshot that was swapped in last, is no forgery', async () => {
  const { device, dataset, snapshot } = complete();
  await device.settle();
  for (const chunk of snapshot.chunks) device.receive('chunk', chunk);
  expect(device.events()).toEqual([]);
  for (const chunk of dataset.snapshot().chunks.slice(0, 1)) device.receive('chunk', chunk);
  expect(device.events()).toEqual(['SecurityEvent chunk unknownSnapshot']);
});

it('a swap that the disk refused is tried again', async () => {
  const { device, dataset, replica, time } = complete();
  const before = replica.cursor();
  const file = join(device.folder, 'replica.db');
  renameSync(file, `${file}.away`);
  mkdirSync(file);
  time.pass(0);
  await expect.poll(() => device.warnings).toEqual(['a snapshot could not be swapped in']);
  expect(replica.cursor()).toEqual(before);
  rmdirSync(file);
  renameSync(`${file}.away`, file);
  time.pass(durations.requestRepeatMaxMs);
  await device.settle();
  expect(replica.cursor()).toEqual(dataset.cursor);
});
