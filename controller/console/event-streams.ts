/**
 * Server-sent events to the lobby screen. Every `message` is the whole view model with its revision as id, so a
 * page that missed some needs only the newest. `alive` carries the page's version; it is an event and not a
 * comment because the browser's EventSource does not show comments to the page, whose watchdog lives on it.
 */
import type { ServerResponse } from 'node:http';
import type { Timers } from '../ports/clock.ts';
import type { Lobby } from '../ports/lobby.ts';
import { toViewModel } from './view-model.ts';

export const heartbeatMs = 15_000;
/** One screen needs one; a page that reloads may hold two for a moment; the rest is for people with a browser. */
export const maxStreams = 16;
const retryMs = 1_000;

interface Stream {
  readonly response: ServerResponse;
  /** The client has not read what was sent, and a newer state waits. */
  behind: boolean;
  /** The client had not read what was sent at the last heartbeat. */
  stalled: boolean;
}

export class EventStreams {
  readonly #lobby: Lobby;
  readonly #timers: Timers;
  readonly #pageVersion: string;
  readonly #streams = new Set<Stream>();
  #stopListening: (() => void) | undefined;
  #heartbeat: { cancel(): void } | undefined;
  #sending: NodeJS.Immediate | undefined;

  constructor(lobby: Lobby, timers: Timers, pageVersion: string) {
    this.#lobby = lobby;
    this.#timers = timers;
    this.#pageVersion = pageVersion;
  }

  get full(): boolean {
    return this.#streams.size >= maxStreams;
  }

  start(): void {
    this.#stopListening = this.#lobby.onChange(() => this.#sendSoon());
    this.#beatLater();
  }

  /** Takes over a response whose head is not yet written. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    const stream: Stream = { response, behind: false, stalled: false };
    response.on('close', () => this.#streams.delete(stream));
    response.on('error', () => response.destroy());
    response.on('drain', () => {
      stream.stalled = false;
      if (stream.behind) this.#sendState(stream, this.#stateFrame());
    });
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    this.#streams.add(stream);
    response.write(`retry: ${retryMs}\n\n${this.#aliveFrame()}`);
    this.#sendState(stream, this.#stateFrame());
  }

  /** Ends every stream; the pages come back by themselves when there is something to come back to. */
  close(): void {
    this.#stopListening?.();
    this.#heartbeat?.cancel();
    clearImmediate(this.#sending);
    for (const { response } of this.#streams) response.end();
  }

  /** After the current turn: a decision at the door never waits for screens, and a burst is sent once. */
  #sendSoon(): void {
    this.#sending ??= setImmediate(() => {
      this.#sending = undefined;
      if (this.#streams.size === 0) return;
      const frame = this.#stateFrame();
      for (const stream of this.#streams) this.#sendState(stream, frame);
    });
  }

  #sendState(stream: Stream, frame: string): void {
    stream.behind = stream.response.writableNeedDrain;
    if (!stream.behind) stream.response.write(frame);
  }

  #beatLater(): void {
    this.#heartbeat = this.#timers.after(heartbeatMs, () => {
      for (const stream of this.#streams) this.#beat(stream);
      this.#beatLater();
    });
  }

  /** A client that has read nothing from one heartbeat to the next is gone. */
  #beat(stream: Stream): void {
    if (!stream.response.writableNeedDrain) stream.response.write(this.#aliveFrame());
    else if (stream.stalled) stream.response.destroy();
    else stream.stalled = true;
  }

  #stateFrame(): string {
    const view = toViewModel(this.#lobby.state());
    return `id: ${view.revision}\ndata: ${JSON.stringify(view)}\n\n`;
  }

  #aliveFrame(): string {
    return `event: alive\ndata: ${this.#pageVersion}\n\n`;
  }
}
