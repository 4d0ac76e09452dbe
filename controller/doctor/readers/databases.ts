import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseFiles, type Inspection, type InspectionOf } from '../../store/inspection.ts';
import type { DatabasesFacts, Unchecked } from '../areas/databases.ts';
import { reasonOf } from './reason.ts';

const program = fileURLToPath(new URL('../../store/inspect-database.ts', import.meta.url));

type Missing = Extract<Inspection<unknown>, { kind: 'missing' }>;

/** Both at once, each in a process of its own that is ended after `withinMs`. */
export async function readDatabases(folder: string, withinMs: number): Promise<DatabasesFacts> {
  const [replica, events, names] = await Promise.all([
    inspect('replica', folder, withinMs),
    inspect('events', folder, withinMs),
    readdir(folder).catch(() => []),
  ]);
  const setAside = names.filter((name) => /\.unreadable-[^-]+$/.test(name)).sort();
  return { replica, events, setAside };
}

async function inspect<Database extends keyof InspectionOf>(
  database: Database,
  folder: string,
  withinMs: number,
): Promise<InspectionOf[Database] | Missing | Unchecked> {
  const reason = await stat(join(folder, databaseFiles[database])).then(() => undefined, reasonOf);
  if (reason === 'ENOENT') return { kind: 'missing' };
  if (reason !== undefined) return { kind: 'unchecked', reason };
  return new Promise((resolve) => {
    const options = { timeout: withinMs, killSignal: 'SIGKILL', env: withKeptCompiled() } as const;
    execFile(process.execPath, [program, database, folder], options, (error, text) => {
      if (error === null) resolve(JSON.parse(text) as InspectionOf[Database]);
      else
        resolve({
          kind: 'unchecked',
          reason: error.killed === true ? 'it takes too long' : 'it ended early',
        });
    });
  });
}

/** Half of such a process's time is the reading of its program: what this one keeps compiled, it keeps there, too. */
function withKeptCompiled(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  // Node adds a folder for its version and flags.
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
}
