/** Renewal over mutual TLS (PROTOCOL "Enrolment" 5): at two thirds of the life, and what an expired certificate may. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../controller/app/system-clock.ts';
import { openAuthority } from '../../sync/headend/enrolment/authority.ts';
import { askHeadEnd } from '../../sync/links/enrol/head-end-client.ts';
import { CertificateRenewal } from '../../sync/links/enrol/renewal.ts';
import { loadIdentity, tlsInForce } from '../../sync/links/identity.ts';
import { composed } from '../support/composed-controller.ts';
import {
  broker,
  enrolledConsole,
  enrolmentService,
  type NewConsole,
  type Service,
} from '../support/enrolment-service.ts';
import { HandTime } from '../support/hand-time.ts';
import { tempDir } from '../support/store.ts';

const day = 86_400_000;

/** A console that was enrolled, and so many days later. */
async function consoleAfter(days: number, { clockKnown = true } = {}) {
  const service = await enrolmentService();
  const console = await enrolledConsole(service);
  return { service, console, ...(await later(service, console, days, clockKnown)) };
}

async function later(service: Service, console: NewConsole, days: number, clockKnown: boolean) {
  const loaded = loadIdentity(console.identity);
  if (loaded.kind === 'refused') throw new Error(loaded.problem);
  service.time.now += days * day;
  const time = new HandTime(clockKnown ? service.time.now : 0);
  const clock = new SystemClock(time, clockKnown ? service.time.now - day : service.time.now - 200 * day);
  const logged: unknown[] = [];
  const log = {
    info: (...said: unknown[]) => logged.push(said),
    warn: (...said: unknown[]) => logged.push(said),
  };
  const renewal = new CertificateRenewal({ identity: loaded.identity, clock, timers: time.timers, log });
  return { identity: loaded.identity, renewal, time, logged };
}

describe('a certificate', () => {
  it('is left alone before two thirds of its 90 days', async () => {
    const { console, renewal } = await consoleAfter(59);
    const before = console.file('device.crt');
    expect(await renewal.look()).toEqual({ kind: 'notDue' });
    expect(console.file('device.crt')).toBe(before);
  });

  it('is renewed after two thirds, for the same key and name, and the next connection uses it', async () => {
    const { console, identity, renewal } = await consoleAfter(61);
    const before = console.file('device.crt');
    expect(await renewal.look()).toEqual({ kind: 'renewed' });
    expect(console.file('device.crt')).not.toBe(before);
    expect(existsSync(join(console.identity, 'device.crt.tmp'))).toBe(false);
    expect(tlsInForce(identity)?.cert).toBe(console.file('device.crt'));
    expect(loadIdentity(console.identity).kind).toBe('identity');
    expect(await renewal.look()).toEqual({ kind: 'notDue' });
  });

  it('is the same one when the answer was lost and is asked for again', async () => {
    const { service, console, renewal } = await consoleAfter(61);
    const lost = await ask(service, console);
    expect(await renewal.look()).toEqual({ kind: 'renewed' });
    expect(lost).toEqual({ certificate: console.file('device.crt') });
  });

  it('is renewed by a running controller, which nobody has to tell', async () => {
    const { service, console } = await consoleAfter(61);
    const before = console.file('device.crt');
    const { controller, log, stop } = await composed(console, { time: new HandTime(service.time.now) });
    await controller.start();
    while (!log.some((line) => line.includes('was renewed'))) await new Promise(setImmediate);
    await stop();
    expect(console.file('device.crt')).not.toBe(before);
  });

  it('is looked at again after an hour, when the head-end was away at the first look', async () => {
    const { service, console, renewal, time, logged } = await consoleAfter(61);
    const before = console.file('device.crt');
    await service.stop();
    const ending = new AbortController();
    const running = renewal.run(ending.signal);
    while (logged.length === 0 || time.timers.pending === 0) await new Promise(setImmediate);
    expect(console.file('device.crt')).toBe(before);
    await service.restart();
    time.pass(3_600_000);
    while (console.file('device.crt') === before) await new Promise(setImmediate);
    ending.abort();
    await running;
  });

  it('failure case 21: that has expired may be renewed, and may do nothing else', async () => {
    const { service, console, identity, renewal } = await consoleAfter(120);
    const own = { cert: console.file('device.crt'), key: console.file('device.key') };
    const elsewhere = await askHeadEnd(service.url, {
      method: 'GET',
      path: '/enrol/00000000',
      ca: identity.enrolment?.ca ?? '',
      own,
    });
    expect(elsewhere).toMatchObject({ kind: 'refused', code: 'badProof' });
    expect(await renewal.look()).toEqual({ kind: 'renewed' });
  });

  it('of a console without a clock is the head-end’s to judge', async () => {
    const early = await consoleAfter(30, { clockKnown: false });
    expect(await early.renewal.look()).toEqual({ kind: 'notDue' });
    const late = await consoleAfter(120, { clockKnown: false });
    expect(await late.renewal.look()).toEqual({ kind: 'renewed' });
  });
});

describe('no renewal is given', () => {
  it('to a console that was removed: revokedCertificate', async () => {
    const { service, console, renewal } = await consoleAfter(61);
    const before = console.file('device.crt');
    await service.books.remove('lobby');
    expect(await renewal.look()).toMatchObject({ kind: 'refused', code: 'revokedCertificate' });
    expect(console.file('device.crt')).toBe(before);
  });

  it('to a console whose name has been given a new key by hand: revokedCertificate', async () => {
    const { service, renewal } = await consoleAfter(61);
    service.headEnd.addDevice('lobby', join(tempDir(), 'by-hand'), broker, { replaceKey: true });
    expect(await renewal.look()).toMatchObject({ kind: 'refused', code: 'revokedCertificate' });
  });

  it('to a console whose name has another key in a database from a backup: unknownCertificate', async () => {
    const { service, console, renewal } = await consoleAfter(61);
    const before = console.file('device.crt');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    service.headEnd.store.devices.put('lobby', pem, service.time.now);
    expect(await renewal.look()).toMatchObject({ kind: 'refused', code: 'unknownCertificate' });
    expect(console.file('device.crt')).toBe(before);
  });

  it('to a certificate of another CA, and to nobody without one: unknownCertificate', async () => {
    const { service, console, identity } = await consoleAfter(61);
    const elsewhere = await enrolledConsole(await enrolmentService());
    const stranger = { cert: elsewhere.file('device.crt'), key: elsewhere.file('device.key') };
    // Its own key and name do not help a console that lets somebody else sign.
    const forger = await openAuthority(tempDir(), 'maple-court', service.time.now);
    const key = console.file('device.key');
    const { pem } = await forger.issueToDevice('lobby', createPublicKey(key), service.time.now);
    for (const own of [stranger, { cert: pem, key }, undefined]) {
      const answer = await askHeadEnd(service.url, {
        method: 'POST',
        path: '/renew',
        ca: identity.enrolment?.ca ?? '',
        ...(own === undefined ? {} : { own }),
      });
      expect(answer).toMatchObject({ kind: 'refused', code: 'unknownCertificate' });
    }
  });

  it('by a head-end that answers with another console’s: badCertificate, and the console keeps its own', async () => {
    const { service, console, renewal } = await consoleAfter(61);
    const before = console.file('device.crt');
    const { now } = service.time;
    const authority = await openAuthority(service.headEnd.stateDir, 'maple-court', now);
    const others = await authority.issueToDevice('garage', createPublicKey(console.file('device.key')), now);
    service.headEnd.store.enrolment.addCertificate({ ...others, device: 'lobby', issuedAt: now });
    expect(await renewal.look()).toEqual({ kind: 'refused', code: 'badCertificate' });
    expect(console.file('device.crt')).toBe(before);
  });

  it('by a head-end of another CA that took its place: the console tells it nothing', async () => {
    const { service, console, renewal } = await consoleAfter(61);
    const before = console.file('device.crt');
    const other = await enrolmentService();
    await service.stop();
    const impostor = await other.headEnd.enrolment();
    const listening = await impostor.serve(service.url);
    try {
      expect(await renewal.look()).toMatchObject({ kind: 'refused', code: 'wrongAuthority' });
    } finally {
      await listening.close();
    }
    expect(console.file('device.crt')).toBe(before);
  });
});

const ask = async ({ url }: Service, console: NewConsole): Promise<unknown> => {
  const answer = await askHeadEnd(url, {
    method: 'POST',
    path: '/renew',
    ca: console.file('ca.crt'),
    own: { cert: console.file('device.crt'), key: console.file('device.key') },
  });
  return answer.kind === 'refused' ? answer.problem : answer.body;
};
