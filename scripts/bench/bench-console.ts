import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { loadConfig } from '../../config/load.ts';
import { type Controller, compose } from '../../controller/compose.ts';
import type { NtpSource } from '../../controller/ports/ntp.ts';
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

const rewrite = (file: string, edit: (text: string) => string): void =>
  writeFileSync(file, edit(readFileSync(file, 'utf8')));

/** Where a bench's controller differs from one without a broker. */
export interface BenchSite {
  readonly broker?: string;
  readonly ntp?: NtpSource;
  /** Makes another configuration of it. */
  readonly edit?: (yaml: string) => string;
}

/** A controller of a building of so many residents in this process, not yet started, without a broker. */
export function benchConsole(residents: number, port: number, site: BenchSite = {}): BenchConsole {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const file = writeBenchSite(dir, residents, port);
  rewrite(file, site.edit ?? ((yaml) => yaml));
  const { broker } = site;
  if (broker !== undefined)
    rewrite(join(dir, 'state', 'identity', 'device.json'), (json) =>
      JSON.stringify({ ...(JSON.parse(json) as object), broker }),
    );
  const config = loadConfig(file);
  const identity = loadIdentity(join(dir, 'state', 'identity'));
  if (config.kind === 'refused') throw new Error(config.problem);
  if (identity.kind === 'refused') throw new Error(identity.problem);
  const controller = compose({
    config: config.config,
    identity: identity.identity,
    software: 'vestibule/bench',
    log: pino({ level: 'silent' }),
    ...(site.ntp === undefined ? {} : { ntp: site.ntp }),
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
