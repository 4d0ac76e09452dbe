/**
 * A console and its registrar. An engine whose registration has failed waits for half a minute, and ever longer, before it
 * tries again; the driver does not wait so long.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemTimers } from '../../../controller/app/system-clock.ts';
import type { Timers } from '../../../controller/ports/clock.ts';
import { startKamailio, trunkLogin } from '../../support/kamailio.ts';
import { SipPeer } from '../../support/sip-peer.ts';
import { type RunningPhone, sipFolder, startSipPhone } from '../../support/sip-site.ts';

const registering = (
  registrar: SipPeer,
  login?: { readonly user: string; readonly passwordFile: string },
): Promise<RunningPhone> =>
  startSipPhone(1, {
    domain: `127.0.0.1:${registrar.port}`,
    registerEveryMs: 60_000,
    unregisteredAlarmAfterMs: 50,
    ...(login === undefined ? {} : { login }),
  });

/** Real ones, but what waits for `ms` waits until the test says so. */
function holding(ms: number): Timers & { passed(): void } {
  let held: (() => void) | undefined;
  return {
    after(wantedMs, run) {
      if (wantedMs !== ms) return systemTimers.after(wantedMs, run);
      held = run;
      return {
        cancel() {
          held = undefined;
        },
      };
    },
    passed() {
      const run = held;
      held = undefined;
      run?.();
    },
  };
}

describe('a registrar that never answers', () => {
  it('is an alarm after two minutes, calls are tried all the same, and its first answer ends it', async () => {
    const registrar = await SipPeer.start();
    registrar.onRegister = () => undefined;
    const timers = holding(120_000);
    const line = await startSipPhone(
      registrar.port,
      { domain: `127.0.0.1:${registrar.port}`, registerEveryMs: 60_000 },
      { timers },
    );
    await registrar.requests.next(({ method }) => method === 'REGISTER');
    expect(line.phone.line()).toMatchObject({ registered: false });
    expect(line.news.left).toEqual([]);
    timers.passed();
    expect(await line.news.next()).toEqual({
      kind: 'unregistered',
      problem: 'This console is not registered with its telephone provider: the registrar has not answered.',
    });
    line.phone.dial({ id: 'a', number: '204', target: 'phone', language: 'en' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ringing' });
    line.phone.hangUp('a');
    registrar.onRegister = () => [200, 'OK', 'Expires: 60'];
    expect(await line.news.next()).toEqual({ kind: 'registered' });
    expect(line.phone.line()).toMatchObject({ registered: true });
    await line[Symbol.asyncDispose]();
    await registrar[Symbol.asyncDispose]();
  });
});

describe('a registrar that is out of order', () => {
  it('is asked again every half a minute, but not while somebody talks: that would end their call', async () => {
    const registrar = await SipPeer.start();
    registrar.onRegister = () => [503, 'Service Unavailable'];
    const pause = holding(30_000);
    const line = await startSipPhone(
      registrar.port,
      { domain: `127.0.0.1:${registrar.port}`, registerEveryMs: 60_000 },
      { timers: pause },
    );
    await registrar.requests.next(({ method }) => method === 'REGISTER');
    line.phone.dial({ id: 'a', number: '204', target: 'phone', language: 'en' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ringing' });
    registrar.answer();
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'answered' });
    pause.passed();
    registrar.press('5');
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'digit', digit: '5' });
    expect(registrar.requests.left.some(({ method }) => method === 'REGISTER')).toBe(false);
    registrar.hangUp();
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'hungUp' });
    pause.passed();
    expect(await registrar.requests.next(({ method }) => method === 'REGISTER')).toBeDefined();
    await line[Symbol.asyncDispose]();
    await registrar[Symbol.asyncDispose]();
  });
});

describe('a registrar that is stopped and started again', () => {
  it('has the console back without anybody’s doing, as soon as the pause of half a minute is over', async () => {
    const folder = sipFolder();
    const passwordFile = join(folder.path, 'password');
    writeFileSync(passwordFile, trunkLogin.password, { mode: 0o600 });
    const registrar = await startKamailio(1);
    const alarm = holding(120_000);
    let failures = 0;
    const timers: Timers = {
      after(ms, run) {
        if (ms !== 30_000) return alarm.after(ms, run);
        failures += 1;
        return alarm.after(100, run);
      },
    };
    const line = await startSipPhone(
      1,
      {
        domain: `127.0.0.1:${registrar.port}`,
        transport: 'tcp',
        login: { user: trunkLogin.user, passwordFile },
        registerEveryMs: 2_000,
      },
      { timers },
    );
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await new Promise((later) => setTimeout(later, 20));
    };
    await until(() => line.phone.line().registered === true);
    await registrar.stop();
    // The first may have been asked while the registrar was on its way down, and been cut off.
    const before = failures;
    await until(() => failures >= before + 2);
    expect(line.phone.line()).toMatchObject({ registered: false });
    alarm.passed();
    expect(await line.news.next()).toEqual({
      kind: 'unregistered',
      problem: expect.stringContaining('Connection refused'),
    });
    await registrar.restart();
    expect(await line.news.next()).toEqual({ kind: 'registered' });
    expect(line.phone.line()).toMatchObject({ registered: true });
    await line[Symbol.asyncDispose]();
    await registrar[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
});

describe('the registration', () => {
  it.concurrent('that fails is an alarm once it has lasted, also over a new engine, and told when it is back', async () => {
    const registrar = await SipPeer.start();
    registrar.onRegister = () => [503, 'Service Unavailable'];
    const line = await registering(registrar);
    const told = await line.news.next();
    expect(told).toEqual({
      kind: 'unregistered',
      problem: expect.stringMatching(/not registered.*(503|not answered)/),
    });
    expect(line.phone.line()).toMatchObject({ registered: false });
    registrar.onRegister = () => [200, 'OK', 'Expires: 60'];
    process.kill(line.phone.enginePid ?? Number.NaN, 'SIGKILL');
    expect(await line.news.next()).toMatchObject({ kind: 'broken' });
    expect(await line.news.next()).toEqual({ kind: 'working' });
    expect(await line.news.next()).toEqual({ kind: 'registered' });
    expect(line.phone.line()).toMatchObject({ registered: true });
    await line[Symbol.asyncDispose]();
    await registrar[Symbol.asyncDispose]();
  });

  it.concurrent('with a wrong password is tried in a burst that ends, and told', async () => {
    const registrar = await SipPeer.start();
    let tries = 0;
    registrar.onRegister = () => {
      tries += 1;
      return [401, 'Unauthorized', `WWW-Authenticate: Digest realm="x", nonce="n${tries}", qop="auth"`];
    };
    const folder = sipFolder();
    const passwordFile = join(folder.path, 'password');
    writeFileSync(passwordFile, 'wrong-password', { mode: 0o600 });
    const line = await registering(registrar, { user: 'lobby', passwordFile });
    const told = await line.news.next();
    expect(told).toMatchObject({ kind: 'unregistered' });
    expect(JSON.stringify(told)).not.toContain('wrong-password');
    // The alarm may come before the second try.
    while (tries < 2) await registrar.requests.next(({ method }) => method === 'REGISTER');
    expect(tries).toBeLessThan(40);
    await line[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
    await registrar[Symbol.asyncDispose]();
  });

  it.concurrent('that is soon back is nobody’s business', async () => {
    const registrar = await SipPeer.start();
    const line = await startSipPhone(1, { domain: `127.0.0.1:${registrar.port}`, registerEveryMs: 60_000 });
    await registrar.requests.next(({ method }) => method === 'REGISTER');
    while (line.phone.line().registered !== true) await new Promise((later) => setTimeout(later, 5));
    expect(line.news.left).toEqual([]);
    await line[Symbol.asyncDispose]();
    await registrar[Symbol.asyncDispose]();
  });
});
