import { Writable } from 'node:stream';
import { pino } from 'pino';
import { ConsoleServer } from '../../controller/console/server.ts';
import { InMemoryLobby } from './console-lobby.ts';
import { HandTimers } from './console-timers.ts';
import { ensureUi } from './console-ui.ts';
import { freePort } from './free-port.ts';

export interface RunningConsole {
  readonly lobby: InMemoryLobby;
  readonly timers: HandTimers;
  readonly port: number;
  readonly url: string;
  /** Everything that was logged, at every level. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** A console server on a free port of the loopback address, to which it can come back, or on `port`. */
export async function startConsole(
  options: { readonly lobby?: InMemoryLobby; readonly port?: number; readonly uiFolder?: string } = {},
): Promise<RunningConsole> {
  await ensureUi();
  const { lobby = new InMemoryLobby(), port: wanted = await freePort(), uiFolder } = options;
  const timers = new HandTimers();
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const server = new ConsoleServer({
    lobby,
    timers,
    logger: pino({ level: 'trace' }, sink),
    port: wanted,
    ...(uiFolder === undefined ? {} : { uiFolder }),
  });
  const { port } = await server.start();
  return {
    lobby,
    timers,
    port,
    url: `http://127.0.0.1:${port}`,
    log: () => lines.join(''),
    stop: () => server.close(),
  };
}
