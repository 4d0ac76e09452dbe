/**
 * A console and its registrar. An engine whose registration has failed waits half a minute or more before it tries again;
 * one that has just been started registers at once.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
    expect(tries).toBeGreaterThan(1);
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
