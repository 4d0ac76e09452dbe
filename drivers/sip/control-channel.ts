import { connect, type Socket } from 'node:net';
import { type EngineMessage, readEngineMessage } from './engine-message.ts';
import { encodeNetstring, NetstringDecoder } from './netstring.ts';

/** Why nothing more comes over the channel. `closed`: by the engine, or because somebody else has connected to it. */
export type ChannelEnd = 'closed' | 'garbage';

export interface ChannelListener {
  message(message: EngineMessage): void;
  /** Once, unless it was `close` that ended it. */
  end(why: ChannelEnd): void;
}

/** One ctrl_tcp connection. A second one evicts it without a word, so losing it while the engine lives says who else is there. */
export class ControlChannel {
  readonly #socket: Socket;
  readonly #listener: ChannelListener;
  readonly #decoder = new NetstringDecoder();
  #ended = false;

  constructor(socket: Socket, listener: ChannelListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => this.#end('closed'));
    socket.on('close', () => this.#end('closed'));
  }

  send(command: string, params: string | undefined, token: string): void {
    if (this.#ended) return;
    this.#socket.write(encodeNetstring(JSON.stringify({ command, params, token })));
  }

  close(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const read = this.#decoder.push(chunk);
    for (const text of read.kind === 'messages' ? read.messages : []) {
      if (this.#ended) return;
      const message = readEngineMessage(text);
      if (message === undefined) this.#end('garbage');
      else this.#listener.message(message);
    }
    if (read.kind === 'garbage') this.#end('garbage');
  }

  #end(why: ChannelEnd): void {
    if (this.#ended) return;
    this.close();
    this.#listener.end(why);
  }
}

/** A connection to a loopback port, or undefined where nobody listens there yet. */
export function reach(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.removeAllListeners();
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}
