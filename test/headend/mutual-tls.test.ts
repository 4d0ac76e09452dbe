/** Mutual TLS with the Mosquitto configuration that is shipped: who gets in, as whom, and what they may say and hear. */
import { createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../controller/app/system-clock.ts';
import { CertificateRenewal } from '../../sync/links/enrol/renewal.ts';
import { probeBroker } from '../../sync/links/probe-broker.ts';
import { downFilter } from '../../sync/protocol/topics.ts';
import { testAuthority } from '../support/certificates.ts';
import { HandTime } from '../support/hand-time.ts';
import { publishable, smallBuilding } from '../support/published-rows.ts';
import {
  agedCertificate,
  type Certified,
  certifiedAs,
  linkOf,
  problemOf,
  rawClient,
  type SecureBuilding,
  secureBuilding,
} from '../support/secure-building.ts';
import type { SyncDevice } from '../support/sync-device.ts';
import { fastTimers } from '../support/timers.ts';

const headEnd = 'headend-maple-court';
const inSession = (device: SyncDevice): Promise<unknown> => device.told.next((it) => it.kind === 'welcomed');

describe('head-end and console over mutual TLS', () => {
  it('become equal, carry events up and orders down', async () => {
    const site = await secureBuilding();
    const device = linkOf(await site.enrol());
    await site.head.start();
    device.start();
    const { desk, store } = site.head.books;
    const equal = () => expect.poll(() => device.store.replica.cursor()).toEqual(store.dataset.cursor());
    await equal();
    desk.publish([...smallBuilding(), publishable.resident('r-2')]);
    await equal();
    device.event('DoorMonitor');
    await expect
      .poll(() => store.events.head('lobby', device.journal.log).head)
      .toBe(device.journal.head().seq);
    const by = { kind: 'staff', id: 's-1' } as const;
    expect(await desk.unlock({ device: 'lobby', door: 'lobby', by })).toMatchObject({ outcome: 'done' });
    desk.revoke('credential', 'c-1');
    await expect.poll(() => device.executed.map(({ op }) => op)).toContain('revoke');
  });
});

describe('the broker', () => {
  const tried = (site: SecureBuilding, tls?: Partial<Certified>) =>
    probeBroker({
      endpoint: {
        url: site.broker.url,
        clientId: 'lobby',
        ...(tls === undefined ? {} : { tls: tls as Certified }),
      },
      filter: downFilter('lobby'),
      timers: fastTimers(1),
      stepMs: 10_000,
    });

  it('takes nobody without a certificate, with another CA’s, or with one that has expired', async () => {
    const site = await secureBuilding();
    const good = await site.certificate('lobby');
    expect(await tried(site, good)).toMatchObject({ kind: 'accepted' });
    const { ca } = good;
    expect(await tried(site, { ca })).toMatchObject({ fault: 'ourCertificateRefused' });
    const stranger = await (await testAuthority()).issue({ name: 'lobby', addresses: [] });
    expect(await tried(site, { ca, ...stranger })).toMatchObject({ fault: 'ourCertificateRefused' });
    const expired = await tried(site, await site.certificate('lobby', 100));
    expect(expired).toMatchObject({ fault: 'ourCertificateExpired' });
  });

  it('takes nobody who does not even speak TLS', async () => {
    const site = await secureBuilding();
    const endpoint = { url: site.broker.url.replace('mqtts:', 'mqtt:'), clientId: 'lobby' };
    const probe = await probeBroker({
      endpoint,
      filter: downFilter('lobby'),
      timers: fastTimers(1),
      stepMs: 10_000,
    });
    expect(probe.kind).toBe('fault');
  });

  it('takes a console that was taken out until it reloads the list, and then no longer; the others come and go', async () => {
    const site = await secureBuilding();
    const lobby = certifiedAs(await site.enrol('lobby'));
    const gym = certifiedAs(await site.enrol('gym'));
    await site.books.remove('lobby');
    expect(await tried(site, lobby)).toMatchObject({ kind: 'accepted' });
    await site.broker.reload();
    expect(await tried(site, lobby)).toMatchObject({
      fault: 'ourCertificateRevoked',
      problem: expect.stringContaining('it was revoked') as unknown,
    });
    await rawClient(site.broker.url, gym, { clientId: 'gym' });
    await site.broker.stop();
    await site.broker.start();
    expect(await tried(site, lobby)).toMatchObject({ fault: 'ourCertificateRevoked' });
  });

  it('lets a console write below its own up/ only', async () => {
    const site = await secureBuilding();
    const { url } = site.broker;
    const ear = await rawClient(url, await site.certificate(headEnd), {
      clientId: headEnd,
      filters: ['vestibule/v1/+/up/#'],
    });
    const gym = await rawClient(url, await site.certificate('gym'), { clientId: 'gym', filters: ['#'] });
    const lobby = await rawClient(url, await site.certificate('lobby'), { clientId: 'lobby' });
    for (const topic of [
      'vestibule/v1/gym/up/events',
      'vestibule/v1/gym/up/status',
      'vestibule/v1/gym/down/command',
      'vestibule/v1/lobby/down/command',
      'vestibule/v1/lobby',
      'elsewhere',
    ]) {
      await lobby.publish(topic, 'forged');
    }
    await lobby.publish('vestibule/v1/lobby/up/status', 'own');
    expect(await ear.heard.next()).toEqual({ topic: 'vestibule/v1/lobby/up/status', text: 'own' });
    await ear.publish('vestibule/v1/gym/down/command', 'for the gym');
    expect(await gym.heard.next()).toEqual({ topic: 'vestibule/v1/gym/down/command', text: 'for the gym' });
  });

  it('lets a console hear what is said to it only, whatever it subscribes to', async () => {
    const site = await secureBuilding();
    const { url } = site.broker;
    const mouth = await rawClient(url, await site.certificate(headEnd), { clientId: headEnd });
    const gym = await rawClient(url, await site.certificate('gym'), { clientId: 'gym' });
    const filters = [
      '#',
      '$SYS/#',
      'vestibule/v1/gym/down/#',
      'vestibule/v1/+/down/#',
      'vestibule/v1/+/up/#',
    ];
    const lobby = await rawClient(url, await site.certificate('lobby'), { clientId: 'lobby', filters });
    await mouth.publish('vestibule/v1/gym/down/command', 'for the gym');
    await gym.publish('vestibule/v1/gym/up/events', 'of the gym');
    await mouth.publish('vestibule/v1/lobby/down/command', 'for the lobby');
    expect(await lobby.heard.next()).toEqual({
      topic: 'vestibule/v1/lobby/down/command',
      text: 'for the lobby',
    });
  });

  it('goes by the certificate’s name, whatever a client calls itself: nobody throws another out', async () => {
    const site = await secureBuilding();
    const { url } = site.broker;
    const head = await rawClient(url, await site.certificate(headEnd), {
      clientId: headEnd,
      filters: ['vestibule/v1/+/up/#'],
    });
    const thrownOut: string[] = [];
    head.mqtt.on('close', () => thrownOut.push(headEnd));
    const intruder = await rawClient(url, await site.certificate('lobby'), {
      clientId: headEnd,
      username: headEnd,
      filters: ['vestibule/v1/+/up/#'],
    });
    await intruder.publish('vestibule/v1/lobby/down/command', 'forged');
    await intruder.publish('vestibule/v1/lobby/up/status', 'own');
    expect(await head.heard.next()).toEqual({ topic: 'vestibule/v1/lobby/up/status', text: 'own' });
    await head.publish('vestibule/v1/lobby/down/command', 'real');
    expect(thrownOut).toEqual([]);
  });

  it('drops what is over 96 KiB without ending the connection', async () => {
    const site = await secureBuilding();
    const { url } = site.broker;
    const ear = await rawClient(url, await site.certificate(headEnd), {
      clientId: headEnd,
      filters: ['vestibule/v1/+/up/#'],
    });
    const lobby = await rawClient(url, await site.certificate('lobby'), { clientId: 'lobby' });
    await lobby.publish('vestibule/v1/lobby/up/events', 'x'.repeat(96 * 1024 + 1));
    await lobby.publish('vestibule/v1/lobby/up/events', 'y'.repeat(96 * 1024));
    expect((await ear.heard.next()).text[0]).toBe('y');
  });
});

describe('a console', () => {
  it.each([
    [
      'for another host',
      'is for another host name',
      (site: SecureBuilding) => site.books.brokerCertificate(['192.0.2.7'], site.brokerFolder),
    ],
    [
      'that has expired',
      'has expired',
      async (site: SecureBuilding) => {
        const sixYearsAgo = Date.now() - 6 * 365 * 86_400_000;
        const key = createPublicKey(readFileSync(join(site.brokerFolder, 'server.key')));
        const { pem } = await site.authority.issueToServer(['127.0.0.1'], key, sixYearsAgo);
        writeFileSync(join(site.brokerFolder, 'server.crt'), pem);
      },
    ],
    [
      'of another CA',
      'was not issued by our CA',
      async (site: SecureBuilding) => {
        const { cert, key } = await (await testAuthority()).issue();
        writeFileSync(join(site.brokerFolder, 'server.crt'), cert);
        writeFileSync(join(site.brokerFolder, 'server.key'), key);
      },
    ],
  ])(
    'tells a broker with a certificate %s nothing, says why, and comes back when it is put right',
    async (_, words, spoil) => {
      const site = await secureBuilding();
      const device = linkOf(await site.enrol());
      await spoil(site);
      await site.broker.reload();
      device.start();
      expect(await problemOf(device)).toContain(words);
      await site.books.brokerCertificate(['127.0.0.1'], site.brokerFolder);
      await site.broker.reload();
      await site.head.start();
      await inSession(device);
    },
  );

  it('uses its new certificate from the next connection on, and is not disturbed by the renewal', async () => {
    const site = await secureBuilding();
    const console = await site.enrol();
    const old = await agedCertificate(site, console, 61);
    site.head.books.store.enrolment.addCertificate({ ...old, device: 'lobby' });
    const device = linkOf(console);
    const file = join(device.identityFolder, 'device.crt');
    writeFileSync(file, old.pem);
    await site.head.start();
    device.start();
    await inSession(device);

    const time = new HandTime(Date.now());
    const renewal = new CertificateRenewal({
      identity: device.identity(),
      clock: new SystemClock(time, Date.now() - 86_400_000),
      timers: time.timers,
      log: { info: () => {}, warn: () => {} },
    });
    expect(await renewal.look()).toEqual({ kind: 'renewed' });
    device.event('DoorMonitor');
    const { events } = site.head.books.store;
    await expect.poll(() => events.head('lobby', device.journal.log).head).toBe(device.journal.head().seq);
    expect(device.told.left.filter((it) => it.kind === 'link' && !it.state.connected)).toEqual([]);

    // Only who has the new one gets in again.
    const list = await site.authority.revocationList(
      [{ serial: old.serial, revokedAt: Date.now() }],
      Date.now(),
    );
    writeFileSync(join(site.brokerFolder, 'ca.crl'), list);
    await site.broker.stop();
    await site.broker.start();
    await inSession(device);
    const stale = rawClient(
      site.broker.url,
      { ...certifiedAs(console), cert: old.pem },
      { clientId: 'lobby' },
    );
    await expect(stale).rejects.toThrow();
  });

  it('failure case 18: whose identity was copied says so; enrolled anew it is served, and the copy is not', async () => {
    const site = await secureBuilding();
    const console = await site.enrol();
    const [device, copy] = [linkOf(console), linkOf(console)];
    await site.head.start();
    device.start();
    await inSession(device);
    copy.start();
    const contested = (one: SyncDevice) =>
      one.told.next((it) => it.kind === 'link' && it.state.contested === true);
    await Promise.race([contested(device), contested(copy)]);

    await device.stop();
    const anew = linkOf(await site.enrol('lobby', { replace: true }));
    await site.broker.reload();
    anew.start();
    await inSession(anew);
    for (let problem = ''; !problem.includes('it was revoked'); ) problem = await problemOf(copy);
    expect(anew.told.left.filter((it) => it.kind === 'link' && !it.state.connected)).toEqual([]);
  });
});
