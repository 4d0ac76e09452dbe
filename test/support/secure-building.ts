/** A building whose head-end, broker and consoles know each other by certificates, with the configuration that is shipped. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { type Authority, openAuthority } from '../../sync/headend/enrolment/authority.ts';
import type { EnrolmentBooks } from '../../sync/headend/enrolment/enrolment-books.ts';
import { enrolledConsole, type NewConsole } from './enrolment-service.ts';
import { forThisTest } from './for-this-test.ts';
import { freePort } from './free-port.ts';
import { Inbox } from './inbox.ts';
import { type Mosquitto, startShippedMosquitto } from './mosquitto.ts';
import { smallBuilding } from './published-rows.ts';
import { ServingHeadEnd } from './serving-head-end.ts';
import { tempDir } from './store.ts';
import { SyncDevice } from './sync-device.ts';

const building = 'maple-court';

/** PEM. */
export interface Certified {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface SecureBuilding {
  readonly head: ServingHeadEnd;
  readonly broker: Mosquitto;
  /** What the broker reads. */
  readonly brokerFolder: string;
  readonly authority: Authority;
  readonly books: EnrolmentBooks;
  /** Of the enrolment service. */
  readonly url: string;
  enrol(device?: string, options?: { readonly replace?: boolean }): Promise<NewConsole>;
  /** A certificate of the building's CA for a new key, issued so many days ago. */
  certificate(name: string, daysAgo?: number): Promise<Certified>;
}

/** Everything but a head-end that serves: tests start it (`head.start()`) where they need it. */
export async function secureBuilding(): Promise<SecureBuilding> {
  const port = await freePort();
  const brokerUrl = `mqtts://127.0.0.1:${port}`;
  const head = new ServingHeadEnd(brokerUrl);
  onTestFinished(() => head.remove());
  head.books.desk.publish(smallBuilding());
  const enrolment = await head.books.enrolment();
  const { books } = enrolment;
  const brokerFolder = join(tempDir(), 'broker');
  await books.brokerCertificate(['127.0.0.1'], brokerFolder);
  const broker = forThisTest(await startShippedMosquitto(brokerFolder, { building, port }));
  const url = `https://127.0.0.1:${await freePort()}`;
  const service = await enrolment.serve(url);
  onTestFinished(() => service.close());
  const authority = await openAuthority(head.books.stateDir, building, Date.now());
  return {
    ...{ head, broker, brokerFolder, authority, books, url },
    enrol: (device = 'lobby', options = {}) =>
      enrolledConsole({ url, books, pair: () => books.makePairing(brokerUrl) }, device, options),
    async certificate(name, daysAgo = 0) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { pem } = await authority.issueToDevice(name, publicKey, Date.now() - daysAgo * 86_400_000);
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { ca: authority.pem, cert: pem, key };
    },
  };
}

/** The certificate of an enrolled console, for somebody who has copied it. */
export const certifiedAs = (console: NewConsole): Certified => ({
  ca: console.file('ca.crt'),
  cert: console.file('device.crt'),
  key: console.file('device.key'),
});

/** A certificate for the same key, issued so many days ago, as one that was not renewed. */
export async function agedCertificate(
  { authority }: SecureBuilding,
  console: NewConsole,
  daysAgo: number,
): Promise<{
  readonly pem: string;
  readonly serial: string;
  readonly issuedAt: number;
  readonly notAfter: number;
}> {
  const issuedAt = Date.now() - daysAgo * 86_400_000;
  const key = createPublicKey(console.file('device.key'));
  return { ...(await authority.issueToDevice('lobby', key, issuedAt)), issuedAt };
}

/** The link of a console as a running device, in real time. */
export function linkOf(console: NewConsole): SyncDevice {
  const device = forThisTest(new SyncDevice());
  device.monotonic = () => performance.now();
  cpSync(console.identity, device.identityFolder, { recursive: true });
  return device;
}

/** The next sentence about a link that is down. */
export async function problemOf(device: SyncDevice): Promise<string> {
  const told = await device.told.next((it) => it.kind === 'link' && it.state.problem !== undefined);
  return (told.kind === 'link' ? told.state.problem : undefined) ?? '';
}

export interface RawClient {
  readonly mqtt: MqttClient;
  readonly heard: Inbox<{ readonly topic: string; readonly text: string }>;
  publish(topic: string, text: string): Promise<void>;
}

/** A bare MQTT client, for whoever would like to do what our own programs do not. */
export async function rawClient(
  url: string,
  tls: Certified,
  {
    clientId,
    username,
    filters = [],
  }: {
    readonly clientId: string;
    readonly username?: string;
    readonly filters?: readonly string[];
  },
): Promise<RawClient> {
  const heard: RawClient['heard'] = new Inbox();
  const mqtt = await connectAsync(url, {
    ...tls,
    ...{ clientId, protocolVersion: 4, reconnectPeriod: 0 },
    ...(username === undefined ? {} : { username, password: 'guess' }),
  });
  onTestFinished(() => mqtt.endAsync(true));
  mqtt.on('error', () => {});
  mqtt.on('message', (topic, payload) => heard.put({ topic, text: payload.toString() }));
  if (filters.length > 0) await mqtt.subscribeAsync([...filters], { qos: 1 });
  return {
    mqtt,
    heard,
    publish: async (topic, text) => void (await mqtt.publishAsync(topic, text, { qos: 1 })),
  };
}
