import { fork } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { connectAsync, MqttClient } from 'mqtt';
import { type Authority, openAuthority } from '../../sync/headend/enrolment/authority.ts';
import { siteKeyOf } from '../../sync/headend/keys/key-files.ts';
import { type OpenHeadEnd, openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { isSignedBy, parseJws, signJws } from '../../sync/protocol/jws.ts';
import { type Bench, percentile, rounded } from './measure.ts';
import { type FromDevice, revokeBuilding } from './revoke-site.ts';
import { shippedMosquitto } from './shipped-mosquitto.ts';

const warmUp = 50;
const rounds = 400;
const port = 18_084;
const url = `mqtts://127.0.0.1:${port}`;
const building = 'bench';
const device = 'lobby';
const bareTopic = 'bare/loop';

const msBetween = (fromNs: bigint, toNs: bigint): number => Number(toNs - fromNs) / 1e6;

type Publish = (this: MqttClient, topic: string, ...rest: readonly unknown[]) => MqttClient;

/** When MQTT.js was last given a command to publish, by the machine's monotonic clock. */
function watchCommands(): { readonly atNs: bigint } {
  const watched = { atNs: 0n };
  const prototype = MqttClient.prototype as unknown as { publish: Publish };
  const { publish } = prototype;
  prototype.publish = function (topic, ...rest) {
    if (topic.endsWith('/down/command')) watched.atNs = process.hrtime.bigint();
    return publish.call(this, topic, ...rest);
  };
  return watched;
}

/** As enrolment writes it, but for the exchange. */
async function writeIdentity(books: OpenHeadEnd, authority: Authority, folder: string): Promise<void> {
  books.addDevice(device, folder, url);
  const key = createPublicKey(readFileSync(join(folder, 'device.key')));
  const { pem } = await authority.issueToDevice(device, key, Date.now());
  writeFileSync(join(folder, 'device.crt'), pem, { mode: 0o600 });
  writeFileSync(join(folder, 'ca.crt'), authority.pem, { mode: 0o600 });
}

/** A client of the same broker over the same kind of connection, which hears itself. */
async function bareClient(authority: Authority): Promise<MqttClient> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { pem } = await authority.issueToDevice('bare', publicKey, Date.now());
  const client = await connectAsync(url, {
    ...{ ca: authority.pem, cert: pem, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) },
    ...{ clientId: 'bare', protocolVersion: 4, reconnectPeriod: 0 },
  });
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  await client.subscribeAsync(bareTopic, { qos: 1 });
  return client;
}

/** A round trip of a message of a revocation's size, one signature check, one fsynced insert: the least that it could take. */
async function bareRounds(client: MqttClient, dir: string): Promise<() => Promise<number>> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = randomUUID();
  const args = { table: 'credential', id: '123', maxVersion: 1, epoch: 1, seq: 123 };
  const command = {
    aud: device,
    id,
    session: id,
    n: 1,
    op: 'revoke',
    args,
    issuedAt: new Date().toISOString(),
  };
  const message = signJws('vestibule-command', command, { key: privateKey, kid: 'k'.repeat(43) });
  const db = new Database(join(dir, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE revocation (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO revocation (body) VALUES (?)');
  let arrived = Promise.withResolvers<bigint>();
  client.on('message', (_topic, payload) => {
    const jws = parseJws(payload);
    if (jws === undefined || !isSignedBy(jws, publicKey)) throw new Error('a bare message was not signed');
    insert.run(jws.payload.toString());
    arrived.resolve(process.hrtime.bigint());
  });
  client.once('close', () => db.close());
  return async () => {
    arrived = Promise.withResolvers();
    const began = process.hrtime.bigint();
    client.publish(bareTopic, message, { qos: 1 });
    return msBetween(began, await arrived.promise);
  };
}

/**
 * A revocation from its publish at the head-end to the card denied at the door, over mutual TLS and Mosquitto as shipped,
 * head-end and device a process each; beside it, in turns, the bare round trip with one signature check and one fsynced
 * insert. And from the operator's order on, the head-end's own commit included.
 */
export const revokeBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const books = openHeadEnd({ stateDir: join(dir, 'headend') });
  const cards = warmUp + rounds;
  // A first publish makes the keys.
  books.desk.publish(revokeBuilding(Buffer.alloc(32), 0));
  const ending = new AbortController();
  const enrolment = await books.enrolment();
  books.desk.publish(revokeBuilding(siteKeyOf(books.stateDir), cards));
  const authority = await openAuthority(books.stateDir, building, Date.now());
  const brokerFolder = join(dir, 'broker');
  await enrolment.books.brokerCertificate(['127.0.0.1'], brokerFolder);
  const access = { building, moreAccess: '\nuser bare\ntopic readwrite bare/#\n' };
  const broker = await shippedMosquitto(brokerFolder, port, access);
  const stateDir = join(dir, 'device');
  mkdirSync(stateDir, { mode: 0o700 });
  await writeIdentity(books, authority, join(stateDir, 'identity'));
  const serving = books.run({ url }, ending.signal);
  const child = fork(new URL('./revoke-device.ts', import.meta.url), [stateDir]);
  const said = new Map<string, Extract<FromDevice, { kind: 'decided' }>>();
  let first = '';
  let decided = Promise.withResolvers<void>();
  child.on('message', (what: FromDevice) => {
    if (what.kind === 'cursor') first = what.first;
    else {
      said.set(what.card, what);
      decided.resolve();
    }
  });
  const client = await bareClient(authority);
  try {
    const bareRound = await bareRounds(client, dir);
    progress(`${rounds} revocations over mutual TLS, in turns with bare round trips …`);
    /** Nothing is under way any more. */
    const settled = async (): Promise<void> => {
      const { epoch, seq } = books.store.dataset.cursor();
      for (;;) {
        const at = books.store.devices.get(device);
        if (at?.epoch === epoch && at.seq === seq) break;
        await pause(5);
      }
      await pause(20);
    };
    await settled();
    if (first !== 'grant')
      throw new Error(`before all revocations the first card was answered with ${first}`);
    const commands = watchCommands();
    const ours: number[] = [];
    const ordered: number[] = [];
    const bare: number[] = [];
    for (let n = 0; n < cards; n += 1) {
      const card = String(n);
      decided = Promise.withResolvers();
      const began = process.hrtime.bigint();
      books.desk.revoke('credential', card);
      const publishedAt = commands.atNs;
      await decided.promise;
      const answer = said.get(card);
      if (answer?.outcome !== 'revoked') throw new Error(`card ${card} was answered with ${answer?.outcome}`);
      await settled();
      const bareMs = await bareRound();
      if (n < warmUp) continue;
      ours.push(msBetween(publishedAt, BigInt(answer.atNs)));
      ordered.push(msBetween(began, BigInt(answer.atNs)));
      bare.push(bareMs);
    }
    return {
      p50ms: rounded(percentile(ours, 0.5)),
      p99ms: rounded(percentile(ours, 0.99)),
      fromOrderP50ms: rounded(percentile(ordered, 0.5)),
      fromOrderP99ms: rounded(percentile(ordered, 0.99)),
      bareP50ms: rounded(percentile(bare, 0.5)),
      bareP99ms: rounded(percentile(bare, 0.99)),
      ratioP50: rounded(percentile(ours, 0.5) / percentile(bare, 0.5)),
    };
  } finally {
    await client.endAsync(true);
    const ended = once(child, 'exit');
    child.kill();
    await ended;
    ending.abort();
    await serving;
    books.close();
    broker.kill();
    rmSync(dir, { recursive: true, force: true });
  }
};
