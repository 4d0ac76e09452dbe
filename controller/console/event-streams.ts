/**
 * Server-sent events to the lobby screen. Every `message` is the whole view model with its revision as id, so a
 * page that missed some needs only the newest. The `directory`, which may hold ten thousand names, comes before it when it
 * is another one than this page has. `alive` carries the page's version; it is an event and not a
 * comment because the browser's EventSource does not show comments to the page, whose watchdog lives on it.
 */
import type { ServerResponse } from 'node:http';
import type { Timers } from '../ports/clock.ts';
import type { Lobby, LobbyState } from '../ports/lobby.ts';
import { toDirectory, toViewModel } from './view-model.ts';

export const heartbeatMs = 15_000;
/** One screen needs one; a page that reloads may hold two for a moment; the rest is for people with a browser. */
export const maxStreams = 16;
const retryMs = 1_000;

interface Stream {
  readonly response: ServerResponse;
  /** The frame of the directory that the page has. */
  directory: string | undefined;
  /** The client has not read what was sent, and a newer state waits. */
  behind: boolean;
  /** The client had not read what was sent at the last heartbeat. */
  stalled: boolean;
}

interface Frames {
  readonly directory: string;
  readonly state: string;
}

export class EventStreams {
  readonly #lobby: Lobby;
  readonly #timers: Timers;
  readonly #pageVersion: string;
  readonly #streams = new Set<Stream>();
  #stopListening: (() => void) | undefined;
  #heartbeat: { cancel(): void } | undefined;
  #sending: NodeJS.Immediate | undefined;
  #directory:
    | (Pick<LobbyState, 'directory'> & { readonly listing: string | undefined; readonly frame: string })
    | undefined;

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
    const stream: Stream = { response, directory: undefined, behind: false, stalled: false };
    response.on('close', () => this.#streams.delete(stream));
    response.on('error', () => response.destroy());
    response.on('drain', () => {
      stream.stalled = false;
      if (stream.behind) this.#sendState(stream, this.#frames());
    });
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    this.#streams.add(stream);
    response.write(`retry: ${retryMs}\n\n${this.#aliveFrame()}`);
    this.#sendState(stream, this.#frames());
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
      const frames = this.#frames();
      for (const stream of this.#streams) this.#sendState(stream, frames);
    });
  }

  #sendState(stream: Stream, { directory, state }: Frames): void {
    stream.behind = stream.response.writableNeedDrain;
    if (stream.behind) return;
    stream.response.write(stream.directory === directory ? state : directory + state);
    stream.directory = directory;
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

  #frames(): Frames {
    const state = this.#lobby.state();
    const view = toViewModel(state);
    return {
      directory: this.#directoryFrame(state),
      state: `id: ${view.revision}\ndata: ${JSON.stringify(view)}\n\n`,
    };
  }

  /** Made once for as long as the list itself stands. */
  #directoryFrame(state: LobbyState): string {
    const { directory, building } = state;
    const known = this.#directory;
    if (known?.directory === directory && known.listing === building?.listing) return known.frame;
    const frame = `event: directory\ndata: ${JSON.stringify(toDirectory(state))}\n\n`;
    this.#directory = { directory, listing: building?.listing, frame };
    return frame;
  }

  #aliveFrame(): string {
    return `event: alive\ndata: ${this.#pageVersion}\n\n`;
  }
}
