/** A TCP proxy between one MQTT client and its broker that loses, doubles, delays, reorders and cuts. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { FaultyPipe } from './faulty-pipe.ts';
import type { Publish } from './mqtt-frames.ts';
import type { Prng } from './prng.ts';
import { calm, type Mishap, type Weather } from './weather.ts';

/** As the client sees it: `up` to the broker, `down` from it. */
export type Direction = 'up' | 'down';

export interface ProxyTap {
  readonly onSent?: (direction: Direction, message: Publish) => void;
  readonly onAcknowledged?: (direction: Direction, message: Publish, tookMs: number) => void;
}

interface Line {
  readonly client: Socket;
  readonly broker: Socket;
  readonly pipes: Readonly<Record<Direction, FaultyPipe>>;
}

export type ProxyCounts = Readonly<Record<Mishap | 'cut' | 'blackHole', number>>;

/** Where no PUBLISH comes along in this time, the connection is cut between two packets. */
const cutWithinMs = 500;

export class FaultyProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #brokerPort: number;
  readonly #prng: Prng;
  readonly #tap: ProxyTap;
  readonly #lines = new Set<Line>();
  readonly #counts = {
    drop: 0,
    duplicate: 0,
    delay: 0,
    reorder: 0,
    replay: 0,
    forge: 0,
    cut: 0,
    blackHole: 0,
  };
  #weather: Weather = calm;
  #dark: Promise<void> | undefined;

  constructor(brokerPort: number, prng: Prng, tap: ProxyTap = {}) {
    this.#brokerPort = brokerPort;
    this.#prng = prng;
    this.#tap = tap;
    this.#server = createServer((client) => {
      this.#accept(client).catch(() => client.destroy());
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get counts(): ProxyCounts {
    return this.#counts;
  }

  setWeather(weather: Weather): void {
    this.#weather = weather;
  }

  /** Ends every connection, where it can in the middle of a PUBLISH. */
  cut(): void {
    this.#counts.cut += 1;
    for (const line of this.#lines) {
      line.pipes.up.cutNext();
      line.pipes.down.cutNext();
      setTimeout(() => line.client.destroy(), cutWithinMs).unref();
    }
  }

  /** Ends every connection now: what is still under way on it is lost. Its client is gone, and another life of it begins. */
  sever(): void {
    for (const { client, broker } of this.#lines) {
      client.destroy();
      broker.destroy();
    }
  }

  /** For so long nothing passes, and nobody is told; resolves when it is over. */
  async blackHole(ms: number): Promise<void> {
    if (this.#dark !== undefined) return this.#dark;
    this.#counts.blackHole += 1;
    for (const { client, broker } of this.#lines) {
      client.pause();
      broker.pause();
    }
    this.#dark = new Promise((light) => {
      setTimeout(light, ms).unref();
    }).then(() => {
      this.#dark = undefined;
      for (const { client, broker } of this.#lines) {
        client.resume();
        broker.resume();
      }
    });
    return this.#dark;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.sever();
    await closed;
  }

  async #accept(client: Socket): Promise<void> {
    client.on('error', () => client.destroy());
    await this.#dark;
    if (client.destroyed) return;
    const broker = connect({ host: '127.0.0.1', port: this.#brokerPort, noDelay: true });
    client.setNoDelay(true);
    const pipes = { up: this.#pipe('up', client, broker), down: this.#pipe('down', broker, client) };
    pipes.up.join(pipes.down);
    pipes.down.join(pipes.up);
    const line: Line = { client, broker, pipes };
    this.#lines.add(line);
    const end = (): void => {
      this.#lines.delete(line);
      client.destroy();
      broker.destroy();
    };
    for (const [socket, pipe] of [
      [client, pipes.up],
      [broker, pipes.down],
    ] as const) {
      socket.on('data', (chunk: Buffer) => pipe.push(chunk));
      socket.on('error', end);
      socket.on('close', end);
    }
  }

  #pipe(direction: Direction, from: Socket, to: Socket): FaultyPipe {
    const { onSent = () => {}, onAcknowledged = () => {} } = this.#tap;
    return new FaultyPipe({
      from,
      to,
      weather: () => this.#weather,
      prng: this.#prng,
      onMishap: (mishap) => {
        this.#counts[mishap] += 1;
      },
      onSent: (message) => onSent(direction, message),
      onAcknowledged: (message, tookMs) => onAcknowledged(direction, message, tookMs),
    });
  }
}
