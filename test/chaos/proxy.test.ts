import { EventEmitter, once } from 'node:events';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Direction, FaultyProxy, type ProxyTap } from '../../scripts/chaos/faulty-proxy.ts';
import { FrameSplitter, readPublish } from '../../scripts/chaos/mqtt-frames.ts';
import { type Prng, prngOf } from '../../scripts/chaos/prng.ts';
import { calm, type Weather } from '../../scripts/chaos/weather.ts';
import { startMosquitto } from '../support/mosquitto.ts';

let broker: Awaited<ReturnType<typeof startMosquitto>>;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker[Symbol.asyncDispose]());

interface Stage {
  readonly proxy: FaultyProxy;
  /** Behind the proxy. */
  readonly client: MqttClient;
  /** What has come to a client without a proxy, in order. */
  readonly arrived: string[];
  /** Resolves when `last` has arrived. */
  readonly until: (last: string) => Promise<void>;
}

async function stage(
  weather: Partial<Weather>,
  { tap = {}, prng = prngOf('proxy test') }: { readonly tap?: ProxyTap; readonly prng?: Prng } = {},
): Promise<Stage> {
  const proxy = new FaultyProxy(Number(new URL(broker.url).port), prng, tap);
  await proxy.start();
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const options = { protocolVersion: 4, reconnectPeriod: 0 } as const;
  const receiver = await connectAsync(broker.url, options);
  const client = await connectAsync(proxy.url, options);
  for (const one of [receiver, client]) onTestFinished(() => one.endAsync(true));
  const arrived: string[] = [];
  const heard = new EventEmitter();
  receiver.on('message', (_topic, payload) => {
    arrived.push(payload.toString());
    heard.emit('message');
  });
  await receiver.subscribeAsync('said', { qos: 1 });
  proxy.setWeather({ ...calm, ...weather });
  return {
    proxy,
    client,
    arrived,
    async until(last) {
      while (!arrived.includes(last)) await once(heard, 'message');
    },
  };
}

const say = (client: MqttClient, text: string) => client.publishAsync('said', text, { qos: 1 });

/** Says it when nothing can happen to it. */
async function sayCalmly({ proxy, client, until }: Stage, text: string): Promise<void> {
  proxy.setWeather(calm);
  await say(client, text);
  await until(text);
}

describe('the faulty proxy', () => {
  it('passes everything when it is calm, and tells who said and acknowledged what', async () => {
    const told: string[] = [];
    const tell = (what: string) => (direction: Direction, message: { payload: Uint8Array }) =>
      told.push(`${what} ${direction} ${Buffer.from(message.payload).toString()}`);
    const on = await stage({}, { tap: { onSent: tell('sent'), onAcknowledged: tell('acknowledged') } });
    await say(on.client, 'one');
    await say(on.client, 'two');
    await on.until('two');
    expect(on.arrived).toEqual(['one', 'two']);
    expect(told).toEqual(['sent up one', 'acknowledged up one', 'sent up two', 'acknowledged up two']);
  });

  it('loses a message that its sender believes to have arrived', async () => {
    const on = await stage({ drop: 1 });
    await say(on.client, 'lost');
    await sayCalmly(on, 'next');
    expect(on.arrived).toEqual(['next']);
    expect(on.proxy.counts.drop).toBe(1);
  });

  it('doubles a message as a packet of its own', async () => {
    const on = await stage({ duplicate: 1 });
    const answers: string[] = [];
    on.client.on('packetreceive', ({ cmd }) => answers.push(cmd));
    await say(on.client, 'twice');
    await sayCalmly(on, 'next');
    await sayCalmly(on, 'last');
    expect(on.arrived).toEqual(['twice', 'twice', 'next', 'last']);
    // Its sender knows of one.
    expect(answers).toEqual(['puback', 'puback', 'puback']);
  });

  it('lets neighbours change places', async () => {
    const on = await stage({ reorder: 1 });
    const first = say(on.client, 'first');
    while (on.proxy.counts.reorder === 0) await new Promise(setImmediate);
    on.proxy.setWeather(calm);
    await Promise.all([first, say(on.client, 'second')]);
    await on.until('first');
    expect(on.arrived).toEqual(['second', 'first']);
  });

  it('holds a message back while others overtake it', async () => {
    // As long as it may be, so that a busy machine says the other one in time.
    const prng = { ...prngOf('proxy test'), int: (below: number) => below - 1 };
    const on = await stage({ delay: 1, delayMs: 2_000 }, { prng });
    const late = say(on.client, 'late');
    while (on.proxy.counts.delay === 0) await new Promise(setImmediate);
    await sayCalmly(on, 'quick');
    await late;
    await on.until('late');
    expect(on.arrived).toEqual(['quick', 'late']);
  });

  it('brings an earlier message again', async () => {
    const on = await stage({});
    await say(on.client, 'old');
    on.proxy.setWeather({ ...calm, replay: 1 });
    await say(on.client, 'new');
    await sayCalmly(on, 'next');
    expect(on.arrived).toEqual(['old', 'new', 'old', 'next']);
  });

  it('forges a copy with one bit turned', async () => {
    const on = await stage({ forge: 1 });
    await say(on.client, 'true');
    await sayCalmly(on, 'next');
    const [original = '', forged = ''] = on.arrived;
    expect([original, on.arrived.length]).toEqual(['true', 3]);
    const bits = [...Buffer.from(original)].map((byte, at) => byte ^ (Buffer.from(forged)[at] ?? 0));
    expect(bits.filter((bit) => bit !== 0)).toEqual([1]);
  });

  it('cuts in the middle of a packet, of which nothing arrives', async () => {
    const on = await stage({});
    const closed = new Promise<void>((resolve) => {
      on.client.once('close', () => resolve());
    });
    on.proxy.cut();
    on.client.publish('said', 'half', { qos: 1 }, () => {});
    await closed;
    const other = await stage({});
    await sayCalmly(other, 'whole');
    expect([on.arrived, on.proxy.counts.cut]).toEqual([['whole'], 1]);
  });

  it('lets nothing pass while it is dark, and everything afterwards', async () => {
    const on = await stage({});
    const order: string[] = [];
    const light = on.proxy.blackHole(300).then(() => order.push('light'));
    const said = say(on.client, 'held').then(() => order.push('said'));
    await Promise.all([light, said, on.until('held')]);
    expect([order, on.arrived]).toEqual([['light', 'said'], ['held']]);
  });

  it('loses what waits on a dark line that is severed, and nobody is told that it was said', async () => {
    const told: string[] = [];
    const onSent = (_: Direction, { payload }: { payload: Uint8Array }) =>
      told.push(Buffer.from(payload).toString());
    const on = await stage({}, { tap: { onSent } });
    const closed = new Promise<void>((resolve) => {
      on.client.once('close', () => resolve());
    });
    const light = on.proxy.blackHole(300);
    on.client.publish('said', 'held', { qos: 1 }, () => {});
    on.proxy.sever();
    await Promise.all([light, closed]);
    await sayCalmly(await stage({}), 'whole');
    expect([on.arrived, told]).toEqual([['whole'], []]);
  });
});

describe('MQTT packets', () => {
  it('are found however the stream was split', () => {
    const frame = Buffer.from('320b0004736169640007', 'hex');
    const packet = Buffer.concat([frame, Buffer.from('yes')]);
    const stream = Buffer.concat([packet, Buffer.from('c000', 'hex'), packet]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const splitter = new FrameSplitter();
      const frames = [...splitter.push(stream.subarray(0, cut)), ...splitter.push(stream.subarray(cut))];
      expect(frames.map((one) => one.length)).toEqual([13, 2, 13]);
      expect(readPublish(frames[2] ?? frame)).toMatchObject({ topic: 'said', qos: 1, packetId: 7 });
    }
  });
});
