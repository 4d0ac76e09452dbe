import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SystemClock } from '../../controller/app/system-clock.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { EventUplink } from '../../sync/links/event-uplink.ts';
import { guardedTimers } from '../../sync/links/guarded-timers.ts';
import { Requester } from '../../sync/links/requester.ts';
import { SessionLine } from '../../sync/links/session-line.ts';
import { UpChannel } from '../../sync/links/up-channel.ts';
import { HandTime } from '../support/hand-time.ts';

/** The link's parts over a store whose disk refuses one read, when told. */
function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-passing-'));
  const time = new HandTime();
  const store = openStore(folder, { now: () => time.rtc() });
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  const disk = { refusesNext: false };
  const read = <T>(value: T): T => {
    if (!disk.refusesNext) return value;
    disk.refusesNext = false;
    throw new StorageFault('io', 'a sector did not answer');
  };
  const refusing = <T extends object>(target: T, name: string): T =>
    new Proxy(target, {
      get(_target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown =>
          key === name ? read(Reflect.apply(value, target, args)) : Reflect.apply(value, target, args);
      },
    });
  const faults: string[] = [];
  const log = { info: () => {}, warn: (_fields: object, message: string) => void faults.push(message) };
  const sent: string[] = [];
  const channel = new UpChannel({
    device: 'console-1',
    deviceKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    publish: (topic) => sent.push(topic.split('/').at(-1) ?? '') > 0,
  });
  return {
    ...{ time, store, disk, read, refusing, sent, faults, channel },
    timers: guardedTimers(time.timers, log),
  };
}

it('events go on after one read that the disk refused', () => {
  const { store, refusing, channel, timers, time, disk, sent, faults } = scene();
  const uplink = new EventUplink(channel, refusing(store.journal, 'after'), timers);
  store.journal.commit(['{"type":"DoorMonitor"}']);
  uplink.start();
  expect(sent).toEqual(['events']);
  disk.refusesNext = true;
  time.pass(60_000);
  expect(faults).toHaveLength(1);
  expect(sent.length).toBeGreaterThan(1);
});

it('a request is repeated after one read that the disk refused', () => {
  const { store, refusing, channel, timers, time, disk, sent, faults } = scene();
  const requests = new Requester(channel, refusing(store.replica, 'cursor'), timers);
  requests.ask({ need: 'snapshot' });
  expect(sent).toEqual(['request']);
  disk.refusesNext = true;
  time.pass(60_000);
  expect(faults).toHaveLength(1);
  expect(sent.length).toBeGreaterThan(1);
});

it('hello is said again after one read that the disk refused', () => {
  const { read, timers, time, disk, faults } = scene();
  const said: string[] = [];
  const session = new SessionLine({
    clock: new SystemClock(time, 0),
    timers,
    sayHello: (_session, nonce) => void said.push(read(nonce)),
    onWelcome: () => {},
  });
  session.begin();
  session.hello();
  disk.refusesNext = true;
  time.pass(60_000);
  expect(faults).toHaveLength(1);
  expect(said.length).toBeGreaterThan(1);
});

it('an old acknowledgement makes it begin again once, however often it is repeated', () => {
  const { store, channel, timers } = scene();
  const { journal } = store;
  const uplink = new EventUplink(channel, journal, timers);
  const [first, second] = journal.commit(['{"type":"DoorMonitor"}', '{"type":"DoorMonitor"}']);
  const ack = (upTo: number, hash = '') => ({ aud: 'console-1', log: journal.log, upTo, hash });
  const all = ack(2, second?.hash);
  const back = { ...ack(1, first?.hash), rewind: true as const };
  const after = (message: typeof all | typeof back): number => {
    uplink.acknowledged(message);
    return journal.acked();
  };
  uplink.start();
  expect([after(all), after(back), after(all), after(back)]).toEqual([2, 1, 2, 2]);
  uplink.welcomed();
  expect([after(back), after(all), after(back)]).toEqual([1, 2, 2]);
});
