import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RowOp } from '../../controller/ports/replica.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { CursorReport } from '../../sync/links/cursor-report.ts';
import { DeltaInbox } from '../../sync/links/delta-inbox.ts';
import { Requester } from '../../sync/links/requester.ts';
import { UpChannel } from '../../sync/links/up-channel.ts';
import { CloudDataset, wireRow } from '../support/cloud-dataset.ts';
import { HandTime } from '../support/hand-time.ts';
import { building } from '../support/identity-folder.ts';
import { area } from '../support/sync-stage.ts';

/** A device at seq 1 that takes deltas, and what it says of them. */
function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-deltas-'));
  const time = new HandTime();
  const { timers } = time;
  const store = openStore(folder, { now: () => time.rtc() });
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  const { replica } = store;
  const dataset = new CloudDataset();
  replica.applyDelta(dataset.change(area('lobby', 1)));

  const said: { readonly name: string; readonly seq: number; readonly need?: string }[] = [];
  const channel = new UpChannel({
    device: 'console-1',
    deviceKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    publish: (topic, jws) => {
      const payload = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
      return said.push({ ...payload, name: topic.split('/').at(-1) }) > 0;
    },
  });
  const requests = new Requester(channel, replica, timers);
  const cursor = new CursorReport(channel, replica, timers);
  replica.onChange(() => cursor.tell());
  const listener = {
    linkChanged: () => {},
    welcomed: () => {},
    rowsRefused: () => {},
    messageRefused: () => {},
  };
  const inbox = new DeltaInbox({ replica, listener, requests, cursor });
  return {
    ...{ time, dataset, requests },
    receive: (...ops: readonly RowOp[]) =>
      inbox.receive({ aud: `building:${building}`, ...dataset.change(...ops), ops: [...ops] }),
    cursorsSaid: () => said.filter(({ name }) => name === 'cursor').map(({ seq }) => seq),
    requestsSaid: () => said.flatMap(({ need }) => need ?? []),
  };
}

it('tells the cursor at once, and then at most once in 200 ms, the newest', () => {
  const { time, receive, cursorsSaid } = scene();
  receive(area('attic', 1));
  expect(cursorsSaid()).toEqual([2]);
  for (const version of [2, 3, 4]) receive(area('attic', version));
  time.pass(199);
  expect(cursorsSaid()).toEqual([2]);
  time.pass(1);
  expect(cursorsSaid()).toEqual([2, 5]);
  time.pass(10_000);
  expect(cursorsSaid()).toEqual([2, 5]);
});

it.each<[string, RowOp]>([
  ['is deleted', { delete: { table: 'area', id: 'lobby', version: 2 } }],
  ['is active no more', { put: wireRow('resident', 'anna', 2, { status: 'suspended' }) }],
  ['is revoked', { put: wireRow('credential', 'code-1', 2, { revoked: true }) }],
])('tells the cursor without any delay when something %s', (_what, op) => {
  const { receive, cursorsSaid } = scene();
  receive(area('attic', 1));
  receive(area('attic', 2));
  expect(cursorsSaid()).toEqual([2]);
  receive(op);
  expect(cursorsSaid()).toEqual([2, 4]);
});

it.each([
  { need: 'snapshot' },
  { need: 'chunks', snapshot: '7c9f3c1e-2c59-4a0c-8a93-1c0a4c6f7d11', indexes: () => [0] },
] as const)('does not ask for deltas while it waits for $need, which close the gap too', (need) => {
  const { time, dataset, requests, receive, requestsSaid } = scene();
  requests.ask(need);
  dataset.change(area('attic', 1));
  receive(area('attic', 2));
  expect(requestsSaid()).toEqual([need.need]);
  time.pass(2_000);
  expect(requestsSaid()).toEqual([need.need, need.need]);

  requests.settle(need.need);
  receive(area('attic', 3));
  expect(requestsSaid()).toEqual([need.need, need.need, 'deltas']);
});
