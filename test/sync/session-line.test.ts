import { expect, it } from 'vitest';
import { SystemClock } from '../../controller/app/system-clock.ts';
import { SessionLine } from '../../sync/links/session-line.ts';
import { HandTime } from '../support/hand-time.ts';
import { cloudTime } from '../support/sync-stage.ts';

const minuteMs = 60_000;

/** A session whose hellos are answered at once while `answering`. */
function line() {
  const time = new HandTime(cloudTime);
  const nonces: string[] = [];
  let answering = true;
  const session = new SessionLine({
    clock: new SystemClock(time, 0),
    timers: time.timers,
    sayHello: (_session, nonce) => {
      nonces.push(nonce);
      if (answering) queueMicrotask(() => session.welcome(welcome(nonce)));
    },
    onWelcome: () => {},
  });
  const welcome = (nonce: string | null) => ({
    ...{ aud: 'console-1', nonce, epoch: 1, seq: 1 },
    time: new Date(cloudTime).toISOString(),
  });
  const pass = async (ms: number): Promise<number> => {
    const before = nonces.length;
    time.pass(ms);
    await Promise.resolve();
    return nonces.length - before;
  };
  return { session, nonces, pass, fallSilent: () => (answering = false) };
}

it('a welcomed device says hello every five minutes, each time with another nonce', async () => {
  const { session, nonces, pass } = line();
  session.begin();
  session.hello();
  await pass(0);
  expect(await pass(5 * minuteMs - 1)).toBe(0);
  expect(await pass(1)).toBe(1);
  expect(await pass(5 * minuteMs)).toBe(1);
  expect(new Set(nonces).size).toBe(3);
});

it('one that nobody welcomes asks after 10 s, then less and less often, at least every five minutes', async () => {
  const { session, pass, fallSilent } = line();
  fallSilent();
  session.begin();
  session.hello();
  for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
    expect(await pass(seconds * 1_000 - 1)).toBe(0);
    expect(await pass(1)).toBe(1);
  }
});

it('a connection that comes after a welcomed one is in no session, and asks as often as any, until it is welcomed', async () => {
  const { session, pass, fallSilent } = line();
  const first = session.begin();
  session.hello();
  await pass(0);
  expect(session.commands().session).toBe(first);
  fallSilent();
  session.begin();
  session.hello();
  expect(session.commands().session).toBeUndefined();
  expect(await pass(10_000)).toBe(1);
});
