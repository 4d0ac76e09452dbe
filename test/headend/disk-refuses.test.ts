import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { askControl } from '../../sync/headend/control/client.ts';
import type { Health } from '../../sync/headend/control/requests.ts';
import type { Published } from '../../sync/headend/dataset/publish-rows.ts';
import { openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { guardedWork } from '../../sync/headend/service/guarded-work.ts';
import { startAedes } from '../support/aedes.ts';
import type { Broker } from '../support/broker.ts';
import { RunningCommand } from '../support/command.ts';
import { HandTime } from '../support/hand-time.ts';
import { publishable, smallBuilding } from '../support/published-rows.ts';
import { whileDiskRefuses } from '../support/refusing-disk.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const putOff = 'something had to be put off and is tried again';

let broker: Broker & AsyncDisposable;
beforeAll(async () => {
  broker = await startAedes();
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
});

/** A head-end that serves, whose time passes when the test says so. */
async function serving() {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-headend-'));
  const time = new HandTime();
  const logged: { readonly level: string; readonly what: string; readonly details: unknown }[] = [];
  const books = openHeadEnd({
    stateDir: join(folder, 'state'),
    clock: { now: () => time.rtc(), monotonicMs: () => time.monotonicMs() },
    timers: time.timers,
    log: (level, what, details) => logged.push({ level, what, details }),
  });
  books.desk.publish(smallBuilding());
  books.addDevice('front', join(folder, 'front'), broker.url);
  // It was there when the head-end last ended; nobody knows whether it still is.
  books.store.devices.heard('front', time.rtc());
  const ending = new AbortController();
  const done = books.run({ url: broker.url }, ending.signal);
  onTestFinished(async () => {
    ending.abort();
    await done;
    books.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await expect.poll(() => books.desk.connected).toBe(true);
  const told = (what: string) => logged.filter((line) => line.what === what);
  return { books, time, told };
}

describe('while the disk refuses, the running head-end', () => {
  it('puts off what it has to note, says so once, and notes it as soon as it can', async () => {
    const { books, time, told } = await serving();
    const presence = () => books.store.devices.get('front')?.presence;
    whileDiskRefuses(() => time.pass(20_000));
    expect(presence()).toBe('unknown');
    expect(told(putOff)).toEqual([
      {
        level: 'error',
        what: putOff,
        details: {
          problem: expect.stringMatching(/^The disk or the database refused \(SQLITE_\w+\); check/),
        },
      },
    ]);
    time.pass(250);
    expect(presence()).toBe('offline');
  });

  it('keeps its signing keys, and renews them at the next look', async () => {
    const { time, told } = await serving();
    time.setSystemClock(time.rtc() + 400 * dayMs);
    whileDiskRefuses(() => time.pass(hourMs));
    expect(told('new keys sign from now on')).toEqual([]);
    expect(JSON.stringify(told(putOff))).toMatch(/refused \(EFBIG\)/);
    time.pass(hourMs);
    expect(told('new keys sign from now on')).toHaveLength(1);
  });

  it('says so to who asks something of it', async () => {
    const { books } = await serving();
    const rows = [...smallBuilding(), publishable.resident('r-2')];
    const { desk } = books;
    const publish = desk.publish.bind(desk);
    desk.publish = (given) => whileDiskRefuses(() => publish(given));
    const asked = askControl<Published, 'publish'>(books.stateDir, 'publish', { rows });
    await expect(asked).rejects.toMatchObject({
      code: 'diskRefused',
      message: expect.stringMatching(/^The disk or the database refused/),
    });
  });
});

describe('work that is guarded', () => {
  it('lets a defect through', () => {
    const guard = guardedWork(new HandTimeClock(), () => {});
    expect(() =>
      guard(() => {
        throw new TypeError('a defect');
      }),
    ).toThrow('a defect');
  });

  it('says again each minute what goes on being wrong', () => {
    const clock = new HandTimeClock();
    const said: string[] = [];
    const guard = guardedWork(clock, (_, what) => said.push(what));
    for (let second = 0; second < 90; second += 1) {
      clock.ms += 1_000;
      guard(() => {
        throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
      });
    }
    expect(said).toEqual([putOff, putOff]);
  });
});

class HandTimeClock {
  ms = 0;
  now(): number {
    return this.ms;
  }
  monotonicMs(): number {
    return this.ms;
  }
}

describe('a log that the disk does not take', () => {
  it('does not end the head-end, whose exit code tells it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vestibule-headend-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const state = join(folder, 'state');
    const books = openHeadEnd({ stateDir: state });
    books.desk.publish(smallBuilding());
    books.close();
    const run = new RunningCommand(
      'scripts/bin/vestibule-headend.mjs',
      ['--state', state, 'run', '--broker', broker.url],
      { through: ['bash', '-c', 'exec "$@" > /dev/full', 'bash'] },
    );
    onTestFinished(() => run[Symbol.asyncDispose]());
    await expect
      .poll(() => askControl<Health, 'health'>(state, 'health', {}))
      .toMatchObject({ kind: 'answer', value: { connected: true } });
    expect(await run.kill('SIGTERM')).toMatchObject({ code: 74, stderr: '' });
  });
});
