import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { loadConfig } from '../../config/load.ts';
import { type Controller, compose } from '../../controller/compose.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { writeBenchSite } from './bench-site.ts';

interface BenchConsole {
  readonly dir: string;
  readonly controller: Controller;
  /** Over one kept connection; the body of the answer. */
  readonly ask: (options: RequestOptions, body?: string) => Promise<string>;
  /** A POST as the page sends it. */
  readonly post: (path: string, body: unknown) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** A controller of a building of so many residents in this process, not yet started, without a broker. */
export function benchConsole(residents: number, port: number): BenchConsole {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const config = loadConfig(writeBenchSite(dir, residents, port));
  const identity = loadIdentity(join(dir, 'state', 'identity'));
  if (config.kind === 'refused') throw new Error(config.problem);
  if (identity.kind === 'refused') throw new Error(identity.problem);
  const controller = compose({
    config: config.config,
    identity: identity.identity,
    software: 'vestibule/bench',
    log: pino({ level: 'silent' }),
  });
  const agent = new Agent({ keepAlive: true });
  const ask = async (options: RequestOptions, body?: string): Promise<string> => {
    const answered = Promise.withResolvers<IncomingMessage>();
    const call = request({ agent, host: '127.0.0.1', port, ...options }, answered.resolve);
    call.once('error', answered.reject);
    call.end(body);
    return await text(await answered.promise);
  };
  const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` };
  return {
    dir,
    controller,
    ask,
    post: (path, body) => ask({ method: 'POST', path, headers }, JSON.stringify(body)),
    close: async () => {
      agent.destroy();
      await controller.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
