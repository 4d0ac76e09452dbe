import { createServer, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MqttConnection, type MqttConnectionOptions } from '../../sync/links/mqtt-connection.ts';
import type { Broker } from '../support/broker.ts';
import { brokers } from '../support/brokers.ts';
import { HandTimers } from '../support/console-timers.ts';
import { freePort } from '../support/free-port.ts';
import { Inbox } from '../support/inbox.ts';
import { fastTimers } from '../support/timers.ts';

type Happening =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly problem: string }
  | { readonly kind: 'message'; readonly topic: string; readonly text: string; readonly retained: boolean };

const stopAll: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopAll.splice(0)) await stop();
});

function client(url: string, clientId: string, more: Partial<MqttConnectionOptions> = {}) {
  const inbox = new Inbox<Happening>();
  const ending = new AbortController();
  const connection = new MqttConnection({
    endpoint: { url, clientId },
    filter: 'room/#',
    onMessage: (topic, payload, retained) => {
      inbox.put({ kind: 'message', topic, text: Buffer.from(payload).toString(), retained });
    },
    onUp: () => inbox.put({ kind: 'up' }),
    onDown: (problem) => inbox.put({ kind: 'down', problem }),
    timers: fastTimers(4),
    random: () => 0,
    ...more,
  });
  const run = connection.run(ending.signal);
  const stop = async (): Promise<void> => {
    ending.abort();
    await run;
  };
  stopAll.push(stop);
  return { connection, inbox, stop };
}

describe.each(brokers)('an MQTT connection over $name', ({ start }) => {
  let broker: Broker & AsyncDisposable;
  beforeEach(async () => {
    broker = await start();
  });
  afterEach(async () => {
    for (const stop of stopAll.splice(0)) await stop();
    await broker[Symbol.asyncDispose]();
  });

  it('carries messages once both ends have subscribed', async () => {
    const a = client(broker.url, 'a');
    const b = client(broker.url, 'b');
    await a.inbox.next((it) => it.kind === 'up');
    await b.inbox.next((it) => it.kind === 'up');

    expect(a.connection.publish('room/1', 'good evening', { qos: 1 })).toBe(true);

    expect(await b.inbox.next((it) => it.kind === 'message')).toEqual({
      kind: 'message',
      topic: 'room/1',
      text: 'good evening',
      retained: false,
    });
  });

  it('lasts though nobody says anything after the subscription', async () => {
    const waiting = new Set<{ readonly ms: number; readonly run: () => void }>();
    const a = client(broker.url, 'a', {
      timers: {
        after(ms, run) {
          const timer = { ms, run };
          waiting.add(timer);
          return { cancel: () => void waiting.delete(timer) };
        },
      },
    });
    await a.inbox.next((it) => it.kind === 'up');

    for (const timer of [...waiting]) if (timer.ms <= 20_000 && waiting.delete(timer)) timer.run();
    a.connection.publish('room/1', 'still here', { qos: 1 });

    expect(await a.inbox.next()).toMatchObject({ kind: 'message', text: 'still here' });
  });

  it('comes back by itself when the broker does, and says why it was gone', async () => {
    const a = client(broker.url, 'a');
    await a.inbox.next((it) => it.kind === 'up');

    await broker.stop();
    await a.inbox.next((it) => it.kind === 'down');
    expect(a.connection.connected).toBe(false);
    const refused = await a.inbox.next((it) => it.kind === 'down');
    expect(refused).toHaveProperty('problem', expect.stringContaining('refuses connections'));

    await broker.start();
    await a.inbox.next((it) => it.kind === 'up');
    expect(a.connection.connected).toBe(true);
  });

  it('publishes nothing while offline, and keeps nothing to publish later', async () => {
    const a = client(broker.url, 'a');
    await a.inbox.next((it) => it.kind === 'up');
    await broker.stop();
    await a.inbox.next((it) => it.kind === 'down');

    expect(a.connection.publish('room/1', 'lost', { qos: 1 })).toBe(false);

    await broker.start();
    await a.inbox.next((it) => it.kind === 'up');
    a.connection.publish('room/1', 'later', { qos: 1 });
    expect(await a.inbox.next((it) => it.kind === 'message')).toHaveProperty('text', 'later');
  });

  it('holds at most 16 messages in flight', async () => {
    const a = client(broker.url, 'a', { filter: 'elsewhere/#' });
    await a.inbox.next((it) => it.kind === 'up');
    const sent = Array.from({ length: 20 }, (_, n) => a.connection.publish('room/1', String(n), { qos: 1 }));
    expect(sent.filter(Boolean)).toHaveLength(16);
  });

  it('makes the connection anew when a message cannot be worked on', async () => {
    const inbox = new Inbox<string>();
    let failing = true;
    const a = client(broker.url, 'a', {
      onMessage: (_topic, payload) => {
        if (failing) throw new RangeError('not now');
        inbox.put(Buffer.from(payload).toString());
      },
    });
    const b = client(broker.url, 'b', { filter: 'elsewhere/#' });
    await a.inbox.next((it) => it.kind === 'up');
    await b.inbox.next((it) => it.kind === 'up');
    b.connection.publish('room/1', 'first', { qos: 1 });
    expect(await a.inbox.next((it) => it.kind === 'down')).toEqual({
      kind: 'down',
      problem: 'A message could not be worked on (RangeError); the connection is made anew.',
    });
    failing = false;
    await a.inbox.next((it) => it.kind === 'up');
    b.connection.publish('room/1', 'second', { qos: 1 });
    expect(await inbox.next()).toBe('second');
  });

  it('leaves its last will when it is cut off, and none when it ends in good order', async () => {
    const watcher = client(broker.url, 'watcher');
    await watcher.inbox.next((it) => it.kind === 'up');
    const will = { topic: 'room/will', payload: 'gone', retain: false };

    const polite = client(broker.url, 'polite', { endpoint: { url: broker.url, clientId: 'polite', will } });
    await polite.inbox.next((it) => it.kind === 'up');
    await polite.stop();

    const cut = client(broker.url, 'cut', {
      endpoint: { url: broker.url, clientId: 'cut', will: { ...will, payload: 'cut off' } },
      filter: 'cut/#',
      onMessage: () => {
        throw new RangeError('cut');
      },
    });
    await cut.inbox.next((it) => it.kind === 'up');
    watcher.connection.publish('cut/now', 'x', { qos: 1 });

    expect(await watcher.inbox.next((it) => it.kind === 'message')).toHaveProperty('text', 'cut off');
  });
});

/** A broker that lets anybody in and answers each ping, with a message after it; it acknowledges what it is told to. */
async function playedBroker({ acknowledges = false } = {}) {
  const listening = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  let silent = false;
  const port = await freePort();
  const server = createServer((socket) => {
    sockets.add(socket);
    const say = (packet: Packet): void => void (silent || socket.write(generate(packet)));
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') say({ cmd: 'connack', returnCode: 0, sessionPresent: false });
      if (packet.cmd === 'subscribe') say({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] });
      if (packet.cmd === 'publish' && acknowledges) say({ cmd: 'puback', messageId: packet.messageId ?? 0 });
      if (packet.cmd !== 'pingreq') return;
      say({ cmd: 'pingresp' });
      say({ cmd: 'publish', topic: 'room/1', payload: 'pong', qos: 0, dup: false, retain: false });
    });
    socket.on('data', (piece: Buffer) => void packets.parse(piece));
    socket.on('error', () => {});
  }).listen(port, '127.0.0.1', listening.resolve);
  stopAll.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await listening.promise;
  const name = `127.0.0.1:${port}`;
  return { url: `mqtt://${name}`, name, fallSilent: () => (silent = true) };
}

describe('an MQTT connection whose time passes by hand', () => {
  it('is made anew when a message stays unacknowledged for 60 s, though pings are answered', async () => {
    const broker = await playedBroker();
    const timers = new HandTimers();
    const a = client(broker.url, 'a', { timers });
    await a.inbox.next((it) => it.kind === 'up');
    const publish = () => a.connection.publish('elsewhere', 'x', { qos: 1 });
    expect(publish()).toBe(true);
    timers.pass(30_000);
    expect(await a.inbox.next()).toMatchObject({ text: 'pong' });
    for (let sent = 1; sent < 16; sent += 1) expect(publish()).toBe(true);
    expect(publish()).toBe(false);
    timers.pass(29_000);
    expect(a.connection.connected).toBe(true);

    timers.pass(1_000);
    expect(await a.inbox.next((it) => it.kind !== 'message')).toEqual({
      kind: 'down',
      problem: `The broker at ${broker.name} did not acknowledge a message within 60 s; the connection is made anew.`,
    });
    timers.pass(1_000);
    await a.inbox.next((it) => it.kind === 'up');
    expect(publish()).toBe(true);
  });

  it('lasts while its messages are acknowledged', async () => {
    const broker = await playedBroker({ acknowledges: true });
    const timers = new HandTimers();
    const acknowledged = Promise.withResolvers<void>();
    const a = client(broker.url, 'a', { timers, onRoom: acknowledged.resolve });
    await a.inbox.next((it) => it.kind === 'up');
    a.connection.publish('elsewhere', 'x', { qos: 1 });
    await acknowledged.promise;
    for (let pings = 0; pings < 3; pings += 1) {
      timers.pass(30_000);
      expect(await a.inbox.next()).toMatchObject({ text: 'pong' });
    }
  });

  it('counts as dead, and says so, when nothing has come for two keep-alives', async () => {
    const broker = await playedBroker();
    const timers = new HandTimers();
    const a = client(broker.url, 'a', { timers });
    await a.inbox.next((it) => it.kind === 'up');
    timers.pass(30_000);
    expect(await a.inbox.next()).toMatchObject({ text: 'pong' });
    broker.fallSilent();
    timers.pass(1_000);
    a.connection.publish('elsewhere', 'x', { qos: 1 });
    timers.pass(59_000);
    expect(await a.inbox.next()).toEqual({
      kind: 'down',
      problem: `The broker at ${broker.name} has fallen silent.`,
    });
    await a.stop();
    expect(timers.pending).toBe(0);
  });
});

describe('an MQTT connection to something else', () => {
  it('says that a peer who never answers did not answer', async () => {
    const port = await freePort();
    const silent = createServer(() => {}).listen(port, '127.0.0.1');
    const a = client(`mqtt://127.0.0.1:${port}`, 'a', { timers: fastTimers(20) });
    expect(await a.inbox.next((it) => it.kind === 'down')).toEqual({
      kind: 'down',
      problem: `The broker at 127.0.0.1:${port} did not answer within 20 s.`,
    });
    await a.stop();
    silent.close();
  });

  it('explains a certificate that cannot be read without showing it', async () => {
    const a = client('mqtts://127.0.0.1:1', 'a', {
      endpoint: {
        url: 'mqtts://127.0.0.1:1',
        clientId: 'a',
        tls: { ca: 'not PEM', cert: 'not PEM', key: 'secret words' },
      },
    });
    const down = await a.inbox.next((it) => it.kind === 'down');
    expect(JSON.stringify(down)).not.toContain('secret');
  });
});
