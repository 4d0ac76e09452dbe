/** What becomes of the line when its engine, its controls or its sound are gone. */
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { systemTimers } from '../../../controller/app/system-clock.ts';
import type { Timers } from '../../../controller/ports/clock.ts';
import { audioProblem } from '../../../drivers/sip/audio-probe.ts';
import { takeControlPort } from '../../../drivers/sip/control-port.ts';
import { networkProblem } from '../../../drivers/sip/network-probe.ts';
import { SipEngine } from '../../../drivers/sip/sip-engine.ts';
import { sine, wavOf } from '../../../drivers/sip/wav.ts';
import { engineOnceFake, fakeEngine } from '../../support/fake-engine.ts';
import { forThisTest } from '../../support/for-this-test.ts';
import { SipPeer } from '../../support/sip-peer.ts';
import { type RunningPhone, sipFolder, sipPhone, sipSetup, startSipPhone } from '../../support/sip-site.ts';
import { fastTimers } from '../../support/timers.ts';

const startPeer = async (): Promise<SipPeer> => forThisTest(await SipPeer.start());
const startLine = async (...options: Parameters<typeof startSipPhone>): Promise<RunningPhone> =>
  forThisTest(await startSipPhone(...options));
const dial = ({ phone }: RunningPhone, id: string): void =>
  phone.dial({ id, number: '+14165550100', target: 'phone', language: 'en' });
const talk = async (line: RunningPhone, peer: SipPeer, id: string): Promise<void> => {
  dial(line, id);
  expect(await line.events.next()).toEqual({ leg: id, kind: 'ringing' });
  peer.answer();
  expect(await line.events.next()).toEqual({ leg: id, kind: 'answered' });
};
const pidOf = ({ phone }: RunningPhone): number => {
  if (phone.enginePid === undefined) throw new Error('no engine runs');
  return phone.enginePid;
};
const controlPortOf = ({ folder }: RunningPhone): number => {
  const [, port] =
    /^ctrl_tcp_listen 127\.0\.0\.1:(\d+)$/m.exec(readFileSync(join(folder.path, 'phone/config'), 'utf8')) ??
    [];
  return Number(port);
};

describe('the engine', () => {
  it('that is killed in mid-call ends the call in a word, and is back for the next', async () => {
    const peer = await startPeer();
    const line = await startLine(peer.port);
    await talk(line, peer, 'a');
    process.kill(pidOf(line), 'SIGKILL');
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
    expect(await line.news.next()).toMatchObject({
      kind: 'broken',
      problem: 'The phone engine ended with SIGKILL.',
    });
    expect(await line.news.next()).toEqual({ kind: 'working' });
    await talk(line, peer, 'b');
  });

  it('whose controls somebody else has taken is ended, with an alarm, and comes back on another port', async () => {
    const peer = await startPeer();
    const line = await startLine(peer.port);
    await talk(line, peer, 'a');
    const [port, pid] = [controlPortOf(line), pidOf(line)];
    const intruder = connect({ host: '127.0.0.1', port });
    intruder.on('error', () => {});
    intruder.write('POST / HTTP/1.1\r\n\r\n');
    expect(await line.news.next()).toEqual({ kind: 'controlTaken' });
    expect(await line.news.next()).toMatchObject({ kind: 'broken' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
    expect((await peer.requests.next(({ method }) => method === 'BYE')).method).toBe('BYE');
    expect(await line.news.next()).toEqual({ kind: 'working' });
    expect(pidOf(line)).not.toBe(pid);
    intruder.destroy();
    await talk(line, peer, 'b');
  });

  it.each([
    ['netstring garbage', "serve((socket) => socket.write('5:hello;'));", 'not in its language'],
    ['no JSON', "serve((socket) => socket.write('5:hello,'));", 'not in its language'],
    ['nothing, and hangs up', 'serve((socket) => socket.destroy());', 'control port'],
  ])('that says %s is ended and told', async (_, body, problem) => {
    const folder = sipFolder();
    const program = fakeEngine(folder, `${body} process.on('SIGTERM', () => process.exit());`);
    const line = await startLine(1, { program });
    const broken = await line.news.next(({ kind }) => kind === 'broken');
    expect(broken).toHaveProperty('problem', expect.stringContaining(problem));
    folder[Symbol.dispose]();
  });

  it.each([
    ['says netstring garbage', "socket.write('5:hello;')", 'not in its language'],
    ['says what is no JSON', "socket.write('5:hello,')", 'not in its language'],
    ['closes its control socket', 'socket.destroy()', 'control port'],
  ])('that %s in mid-call fails the call, and is back for the next guest', async (_, act, problem) => {
    const peer = await startPeer();
    const folder = sipFolder();
    const program = engineOnceFake(
      folder,
      `process.on('SIGTERM', () => process.exit());
serve((socket) => socket.on('data', (data) => { if (String(data).includes('"dial"')) ${act}; }));`,
    );
    const line = await startLine(peer.port, { program });
    dial(line, 'a');
    const broken = await line.news.next(({ kind }) => kind === 'broken');
    expect(broken).toHaveProperty('problem', expect.stringContaining(problem));
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
    expect(await line.news.next(({ kind }) => kind === 'working')).toEqual({ kind: 'working' });
    await talk(line, peer, 'b');
    folder[Symbol.dispose]();
  });

  it('that no longer answers is ended and told, even if it does not want to go', async () => {
    const folder = sipFolder();
    const program = fakeEngine(folder, "process.on('SIGTERM', () => {}); serve(() => {});");
    const line = await startLine(1, { program }, { timers: fastTimers(100) });
    const pid = pidOf(line);
    expect(await line.news.next()).toMatchObject({
      kind: 'broken',
      problem: 'The phone engine no longer answers.',
    });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    folder[Symbol.dispose]();
  });

  it('is not taken for dead where it was the controller that had no time to listen', async () => {
    const peer = await startPeer();
    const asked = Promise.withResolvers<void>();
    let times = 0;
    const timers: Timers = {
      after(ms, run) {
        if (ms === 5_000) return systemTimers.after(times === 0 ? 20 : ms, run);
        if (ms !== 2_000) return systemTimers.after(ms, run);
        times += 1;
        if (times === 2) asked.resolve();
        if (times > 1) return systemTimers.after(ms, run);
        // The time is over, and nobody has had a turn in it.
        process.nextTick(run);
        return { cancel: () => {} };
      },
    };
    const line = await startLine(peer.port, {}, { timers });
    const pid = pidOf(line);
    await asked.promise;
    await talk(line, peer, 'a');
    expect(pidOf(line)).toBe(pid);
    expect(line.news.left).toEqual([]);
  });

  it('that ends is not taken for robbed where the controller hears of its end late', async () => {
    const folder = sipFolder();
    const program = fakeEngine(
      folder,
      `serve((socket) => socket.on('data', (data) => {
  if (!String(data).includes('"dial"')) return;
  socket.destroy();
  setTimeout(() => {
    process.stderr.write('sip: msg decode err: No data available\\n');
    process.exit(3);
  }, 20);
}));`,
    );
    // Its last words keep the controller busy.
    const now = (): number => {
      const untilMs = performance.now() + 700;
      while (performance.now() < untilMs);
      return untilMs;
    };
    const line = await startLine(1, { program }, { now });
    dial(line, 'a');
    expect(await line.news.next()).toEqual({ kind: 'broken', problem: 'The phone engine ended with 3.' });
    folder[Symbol.dispose]();
  });

  it('that refuses the account is told, and fails calls', async () => {
    const folder = sipFolder();
    const answer = '{"response":true,"ok":false,"data":"","token":"account"}';
    const program = fakeEngine(
      folder,
      `serve((socket) => socket.once('data', () => socket.write('${answer.length}:${answer},')));`,
    );
    const line = await startLine(1, { program });
    expect(await line.news.next()).toHaveProperty('problem', expect.stringContaining('refuses the account'));
    dial(line, 'a');
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
    folder[Symbol.dispose]();
  });

  it('that is not installed is told with the way out, and fails calls instead of the console', async () => {
    const line = await startLine(1, { program: '/usr/bin/no-such-engine' });
    expect(await line.news.next()).toHaveProperty('problem', expect.stringMatching(/ENOENT.*baresip-core/));
    dial(line, 'a');
    expect(line.events.left).toEqual([]);
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
  });

  it('waits for the network, which is told, and is there as soon as that is', async () => {
    const peer = await startPeer();
    const problem = 'There is no network.';
    const network = { missing: true };
    const probeNetwork = (): string | undefined => (network.missing ? problem : undefined);
    const line = await startLine(peer.port, {}, { probeNetwork });
    expect(await line.news.next()).toEqual({ kind: 'broken', problem });
    expect(line.phone.enginePid).toBeUndefined();
    dial(line, 'a');
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
    network.missing = false;
    expect(await line.news.next()).toEqual({ kind: 'working' });
    await talk(line, peer, 'b');
  });

  it.each([
    ['nothing but loopback is none', ['127.0.0.1', '::1'], undefined, true],
    ['a link-local address is none', ['127.0.0.1', 'fe80::9883:7eff:fe18:d996'], undefined, true],
    ['an address is one', ['127.0.0.1', '10.9.9.1'], undefined, false],
    ['a global IPv6 address is one', ['2001:db8::1'], undefined, false],
    ['an interface that was named is the engine’s to find', ['127.0.0.1'], '127.0.0.1', false],
  ])('of a network: %s', (_, addresses, named, isProblem) => {
    const all = addresses.map((address) => ({
      ...{
        address,
        internal: address === '127.0.0.1' || address === '::1',
        netmask: '',
        mac: '',
        cidr: null,
      },
      ...({ family: 'IPv4' } as const),
    }));
    const found = networkProblem(named === undefined ? {} : { interface: named }, { all });
    expect(found !== undefined).toBe(isProblem);
  });

  it('that cannot have its SIP port says so, in words without an address', async () => {
    const peer = await startPeer();
    const line = await startLine(1, { listen: `127.0.0.1:${peer.port}` });
    expect(await line.news.next()).toHaveProperty(
      'problem',
      expect.stringContaining('Address already in use'),
    );
  });

  it('that a former controller has left behind is ended first', async () => {
    const folder = sipFolder();
    const orphan = spawn('/bin/sleep', ['60'], { argv0: join(folder.path, 'phone') });
    const gone = once(orphan, 'exit');
    mkdirSync(join(folder.path, 'phone'));
    writeFileSync(join(folder.path, 'phone/engine.pid'), String(orphan.pid));
    const phone = sipPhone(folder, await sipSetup(folder, 1));
    await phone.start(
      () => {},
      () => {},
    );
    expect(await gone).toEqual([null, 'SIGKILL']);
    await phone.close();
    folder[Symbol.dispose]();
  });

  it('that dies over and over leaves nothing waiting for the controller’s end', async () => {
    const folder = sipFolder();
    const program = fakeEngine(folder, 'serve(() => process.exit());');
    const listening = vi.spyOn(EventTarget.prototype, 'addEventListener');
    const lives = Promise.withResolvers<void>();
    let downs = 0;
    const down = (): void => {
      downs += 1;
      if (downs === 3) lives.resolve();
    };
    const engine = new SipEngine(
      {
        ...{ program, folder: join(folder.path, 'phone'), timers: systemTimers, firstPauseMs: 1 },
        config: (port) => `ctrl_tcp_listen 127.0.0.1:${port}\n`,
      },
      { up: () => {}, message: () => {}, down },
    );
    engine.start();
    await lives.promise;
    const signals = new Set(listening.mock.contexts.filter((target) => target instanceof AbortSignal));
    listening.mockRestore();
    const waiting = [...signals].map((signal) => getEventListeners(signal, 'abort').length);
    expect(waiting.length).toBeGreaterThan(0);
    expect(Math.max(...waiting)).toBeLessThan(3);
    await engine.close();
    folder[Symbol.dispose]();
  });

  it('leaves no process behind', async () => {
    const line = await startLine(1);
    const pid = pidOf(line);
    await line.phone.close();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('has its files to itself, and no password in them', async () => {
    const secrets = sipFolder();
    const passwordFile = join(secrets.path, 'password');
    writeFileSync(passwordFile, 'correct-horse\n', { mode: 0o600 });
    const line = await startLine(1, { login: { user: 'lobby', passwordFile } });
    secrets[Symbol.dispose]();
    const folder = join(line.folder.path, 'phone');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      expect([name, statSync(file).mode & 0o777]).toEqual([name, 0o600]);
      expect(readFileSync(file, 'latin1')).not.toContain('correct-horse');
    }
  });
});

describe('the control ports', () => {
  it('are each given to one engine at a time, however many start at once', async () => {
    const taken = await Promise.all(Array.from({ length: 40 }, () => takeControlPort()));
    expect(new Set(taken.map(({ port }) => port)).size).toBe(taken.length);
    for (const control of taken) control.release();
  });
});

describe('a password', () => {
  it.each([
    ['that is not there', undefined, 'cannot be read'],
    ['that others may read', 0o644, 'chmod 600'],
  ])('%s keeps the phone from starting, and is not repeated', async (_, mode, sentence) => {
    const folder = sipFolder();
    const passwordFile = join(folder.path, 'password');
    if (mode !== undefined) writeFileSync(passwordFile, 'correct-horse', { mode });
    const starting = startSipPhone(1, { login: { user: 'lobby', passwordFile } });
    await expect(starting).rejects.toThrow(sentence);
    await expect(starting).rejects.not.toThrow('correct-horse');
    folder[Symbol.dispose]();
  });
});

describe('the sound', () => {
  it('is looked for before a call: without it nothing is dialled, and that is told until it is back', async () => {
    const peer = await startPeer();
    const sounds = { missing: false };
    // Only the probe's 10 s are hurried: the engine has all its time to answer.
    const timers: Timers = { after: (ms, run) => systemTimers.after(ms === 10_000 ? 50 : ms, run) };
    const line = await startLine(
      peer.port,
      {},
      {
        timers,
        probeAudio: () => (sounds.missing ? 'There is no microphone.' : undefined),
      },
    );
    sounds.missing = true;
    dial(line, 'a');
    expect(await line.news.next()).toEqual({ kind: 'broken', problem: 'There is no microphone.' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
    expect(peer.requests.left).toEqual([]);
    sounds.missing = false;
    expect(await line.news.next()).toEqual({ kind: 'working' });
    await talk(line, peer, 'b');
  });

  it('that ends in mid-call ends the call as failed, not as theirs', async () => {
    const peer = await startPeer();
    const folder = sipFolder();
    const path = join(folder.path, 'short.wav');
    writeFileSync(path, wavOf(sine(440, 300)));
    const line = await startLine(peer.port, { microphone: { kind: 'file', path } });
    await talk(line, peer, 'a');
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why: 'failed' });
    rmSync(folder.path, { recursive: true });
  });

  it.each([
    ['hw:0,0', 'hw:0,0', undefined],
    ['plughw:CARD=Device,DEV=0', 'hw:0', undefined],
    ['default', 'default', undefined],
    ['hw:1,0', 'hw:0,0', 'capture device hw:1,0'],
    ['hw:0,1', 'hw:0,0', 'capture device hw:0,1'],
    ['hw:0,0', 'plughw:CARD=Other', 'playback device plughw:CARD=Other'],
  ])('of ALSA devices %s and %s is found or named: %s', (microphone, speaker, problem) => {
    const folder = sipFolder();
    for (const name of ['card0/pcm0c', 'card0/pcm0p', 'Device/pcm0c', 'Device/pcm0p'])
      mkdirSync(join(folder.path, name), { recursive: true });
    const said = audioProblem(
      { microphone: { kind: 'alsa', device: microphone }, speaker: { kind: 'alsa', device: speaker } },
      folder.path,
    );
    if (problem === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(problem);
    folder[Symbol.dispose]();
  });

  it('of a machine without any sound card is missing', () => {
    const alsa = { kind: 'alsa', device: 'default' } as const;
    expect(audioProblem({ microphone: alsa, speaker: alsa }, '/nonexistent')).toContain('no microphone');
    expect(audioProblem({ microphone: { kind: 'file', path: '/nonexistent' }, speaker: alsa })).toContain(
      'missing',
    );
  });
});
