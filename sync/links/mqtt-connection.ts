/**
 * One MQTT connection that is made anew for as long as it is wanted (PROTOCOL "MQTT.js").
 *
 * - A fresh client per connection: MQTT.js never reconnects by itself, so none of its queues outlives a socket.
 * - Messages are worked on inside `handleMessage`; the PUBACK leaves after it has returned, in order. When the work
 *   throws, the socket is destroyed: no PUBACK, and the broker delivers anew or the cursor fetches it again.
 * - Nothing is published while offline: the caller resends by its own rules.
 * - A packet that is malformed, or larger than any that is let in, ends the connection before MQTT.js has it: memory stays
 *   bounded and nothing throws, whoever the broker is. What is over the protocol's limit and below this one is refused by
 *   whoever works on messages.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { MqttClient } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import type { Timers } from '../../controller/ports/clock.ts';
import { durations, limits } from '../protocol/limits.ts';
import { type FrameFault, frameCheck } from './frame-check.ts';
import { guardedStream } from './guarded-stream.ts';
import { intervals } from './intervals.ts';
import { brokerProblem, mqttProblem } from './mqtt-problem.ts';

/** Left on, MQTT.js keeps a buffer for each of 65,536 numbers: 9 MB, for the sake of a few packets a minute. */
writeToStream.cacheNumbers = false;

export interface MqttEndpoint {
  /** `mqtt://host[:port]` or `mqtts://host[:port]`. */
  readonly url: string;
  /**
   * The common name of the certificate, from which a broker takes the user name. None is sent: RabbitMQ refuses one that
   * comes without a password, whatever the certificate says.
   */
  readonly clientId: string;
  /** PEM; for `mqtts:`. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** The last will, published by the broker at QoS 1. */
  readonly will?: { readonly topic: string; readonly payload: string; readonly retain: boolean };
}

export interface MqttConnectionOptions {
  /** A function is asked before each connection, so that the last will can name a new session. */
  readonly endpoint: MqttEndpoint | (() => MqttEndpoint);
  readonly filter: string;
  /** Synchronous; the PUBACK follows its return. Throws on a passing failure only: the connection is then made anew. */
  readonly onMessage: (topic: string, payload: Uint8Array, retained: boolean) => void;
  /** After the SUBACK of `filter`. */
  readonly onUp: () => void;
  /** After a failed attempt or a lost connection, with a sentence for an installer; not after `signal` ended the run. */
  readonly onDown: (problem: string) => void;
  /** After each completed publish: one that was refused for want of room may be tried again. */
  readonly onRoom?: () => void;
  readonly timers: Timers;
  /** 0 inclusive to 1 exclusive. */
  readonly random?: () => number;
}

/** From the first packet to the SUBACK. */
const connectWithinMs = 20_000;
/** Silence after which a connection counts as dead, whatever the socket says: two keep-alives. */
const silenceMs = 2 * durations.keepAliveS * 1_000;
/** PINGRESPs go on although its PUBACKs never come: then nothing can be said any more. */
const acknowledgedWithinMs = 60_000;
/** A broker that is restarted closes one connection, or a few. */
const contestedAfter = 5;
/** For the last PUBACKs and DISCONNECT. */
const endWithinMs = 2_000;

type BrokerFault = FrameFault | 'unacknowledged';

const faultProblems: Readonly<Record<BrokerFault, string>> = {
  oversize:
    'The broker at {broker} sent a packet that is larger than any of ours; check who may publish there.',
  malformed: 'The broker at {broker} sent something that is not MQTT 3.1.1; check what listens there.',
  unacknowledged: `The broker at {broker} did not acknowledge a message within ${acknowledgedWithinMs / 1_000} s; the connection is made anew.`,
};

interface Session {
  readonly client: MqttClient;
  readonly stream: Duplex;
  /** How long each publish may yet wait for the end of its exchange. */
  readonly inFlight: Set<{ cancel(): void }>;
  /** For which the connection is ended. */
  fault?: BrokerFault;
}

export class MqttConnection {
  readonly #options: MqttConnectionOptions;
  #up: Session | undefined;
  /** Connections in a row that the broker closed soon after their SUBACK. */
  #cutShort = 0;

  constructor(options: MqttConnectionOptions) {
    this.#options = options;
  }

  /** Between SUBACK and loss. */
  get connected(): boolean {
    return this.#up !== undefined;
  }

  /** Another client seems to use this id: a broker closes the older connection of the two (MQTT 3.1.1 section 3.1.4). */
  get contested(): boolean {
    return this.#cutShort >= contestedAfter;
  }

  /** Connects, and again with full jitter between 1 and 60 s, until `signal` aborts; then disconnects in good order. */
  async run(signal: AbortSignal): Promise<void> {
    const { timers, random = Math.random, onDown } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      // Only a connection that lasts proves that all is well: two clients with one id throw each other out at once.
      const proven = timers.after(durations.reconnectMaxMs, () => {
        failures = 0;
        this.#cutShort = 0;
      });
      const problem = await this.#connectOnce(signal);
      proven.cancel();
      if (signal.aborted) return;
      onDown(problem);
      failures = Math.min(failures + 1, 10);
      const ceilingMs = Math.min(durations.reconnectMaxMs, durations.reconnectMinMs * 2 ** failures);
      const delayMs = durations.reconnectMinMs + random() * (ceilingMs - durations.reconnectMinMs);
      await pause(timers, delayMs, signal);
    }
  }

  /** False when offline or with 16 messages in flight: nothing is queued, the caller's own resending covers it. */
  publish(
    topic: string,
    payload: string | Uint8Array,
    { qos, retain = false }: { readonly qos: 0 | 1; readonly retain?: boolean },
  ): boolean {
    const session = this.#up;
    if (session === undefined || session.stream.destroyed || session.stream.writableNeedDrain) return false;
    if (session.inFlight.size >= limits.inFlight) return false;
    const patience = this.#options.timers.after(acknowledgedWithinMs, () => {
      session.fault ??= 'unacknowledged';
      session.stream.destroy();
    });
    session.inFlight.add(patience);
    const bytes = typeof payload === 'string' ? payload : Buffer.from(payload);
    session.client.publish(topic, bytes, { qos, retain }, () => {
      patience.cancel();
      session.inFlight.delete(patience);
      if (this.#up === session) this.#options.onRoom?.();
    });
    return true;
  }

  /** One client's life; resolves with what ended it. */
  async #connectOnce(signal: AbortSignal): Promise<string> {
    const { endpoint, filter, timers, onUp } = this.#options;
    const target = typeof endpoint === 'function' ? endpoint() : endpoint;
    const broker = brokerOf(target.url);
    let session: Session;
    try {
      session = this.#open(target);
    } catch (error) {
      return mqttProblem(error, broker);
    }
    const { client, stream } = session;
    let problem: string | undefined;
    /** It was us who ended it. */
    let givenUp = false;
    const lost = (sentence: string): void => {
      problem ??= sentence;
      stream.destroy();
    };
    const fail = (sentence: string): void => {
      givenUp = true;
      lost(sentence);
    };
    client.on('error', (error) => lost(mqttProblem(error, broker)));

    const late = brokerProblem('silent', broker, connectWithinMs / 1_000);
    let watchdog = timers.after(connectWithinMs, () => fail(late));
    const heard = (): void => {
      if (this.#up !== session || signal.aborted) return;
      watchdog.cancel();
      watchdog = timers.after(silenceMs, () => fail(`The broker at ${broker} has fallen silent.`));
    };
    client.on('packetreceive', heard);

    client.handleMessage = (packet, done) => {
      try {
        const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
        this.#options.onMessage(packet.topic, payload, packet.retain);
      } catch (error) {
        // Calling back with the error would pin a slot and reorder what follows.
        fail(`A message could not be worked on (${nameOf(error)}); the connection is made anew.`);
        return;
      }
      done();
    };

    client.on('connect', () => {
      client.subscribe(filter, { qos: 1 }, (error, granted) => {
        if (stream.destroyed) return;
        if (error !== null || granted?.some(({ qos }) => qos > 2) !== false) {
          fail(brokerProblem('subscriptionRefused', broker, filter));
          return;
        }
        this.#up = session;
        heard();
        try {
          onUp();
        } catch (cause) {
          fail(`The conversation could not begin (${nameOf(cause)}); the connection is made anew.`);
        }
      });
    });

    const end = (): void => {
      watchdog.cancel();
      watchdog = timers.after(endWithinMs, () => stream.destroy());
      if (client.connected) client.end(false);
      else stream.destroy();
    };
    signal.addEventListener('abort', end);
    await new Promise<void>((resolve) => {
      stream.once('close', () => resolve());
    });
    signal.removeEventListener('abort', end);
    watchdog.cancel();
    for (const patience of session.inFlight) patience.cancel();
    if (session.fault !== undefined) fail(faultProblems[session.fault].replace('{broker}', () => broker));
    if (this.#up === session) this.#cutShort = givenUp ? 0 : this.#cutShort + 1;
    this.#up = undefined;
    return problem ?? `The broker at ${broker} closed the connection.`;
  }

  #open(endpoint: MqttEndpoint): Session {
    const socket = openStream(endpoint);
    socket.setNoDelay(true);
    const check = frameCheck(limits.frame);
    const stream = guardedStream(socket, (piece) => {
      const fault = check(piece);
      if (fault !== undefined) session.fault = fault;
      return fault === undefined;
    });
    const { timers } = this.#options;
    const client = new MqttClient(() => stream, {
      clientId: endpoint.clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: durations.keepAliveS,
      reconnectPeriod: 0,
      // The watchdog judges; this one only keeps MQTT.js from judging earlier by its own timer.
      connectTimeout: 10 * connectWithinMs,
      queueQoSZero: false,
      resubscribe: false,
      timerVariant: intervals(timers),
      ...(endpoint.will === undefined
        ? {}
        : { will: { ...endpoint.will, payload: Buffer.from(endpoint.will.payload), qos: 1 as const } }),
    });
    // Nor from ending a silent connection earlier, with nothing to say about it.
    client.onKeepaliveTimeout = () => {};
    const session: Session = { client, stream, inFlight: new Set() };
    return session;
  }
}

/** The socket, before anything is said on it: TCP, or TLS with its handshake. */
export function openStream({ url, tls }: MqttEndpoint): Socket {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'mqtt:') return connectTcp({ host, port: Number(port || 1883) });
  // An address is not a name (RFC 6066 section 3): the certificate is then compared with the address itself.
  const named = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port: Number(port || 8883), minVersion: 'TLSv1.2', ...named, ...tls });
}

/** Host and port, without what else a URL may carry. */
export const brokerOf = (url: string): string =>
  URL.canParse(url) ? new URL(url).host : 'the configured address';

const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown fault';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
};

const pause = (timers: Timers, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = timers.after(ms, done);
    function done(): void {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    // Whoever was told of the failure may have ended the run at once.
    if (signal.aborted) done();
  });
