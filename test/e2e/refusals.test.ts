/** What ends a command of the controller: one sentence with the way out, and the exit code of docs/commands.md. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failureOf } from '../../controller/failure.ts';
import { cloudKeys } from '../support/cloud-keys.ts';
import { type Finished, vestibule } from '../support/command.ts';
import { exampleConfig } from '../support/example-config.ts';
import { freePort } from '../support/free-port.ts';
import { fillIdentityFolder } from '../support/identity-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vestibule-refusals-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a command on the example configuration in `at`, with an identity beside it. */
async function run(command: string, at = folder): Promise<Finished> {
  const broker = `mqtt://127.0.0.1:${await freePort()}`;
  fillIdentityFolder(join(at, 'state', 'identity'), { device: 'lobby', broker, keys: cloudKeys() });
  const config = join(at, 'vestibule.yaml');
  await writeFile(config, exampleConfig({ port: await freePort(), phonePort: await freePort() }));
  return vestibule([command, '--config', config]).finished();
}

const oneLine = /^[^\n]+\n$/;

it('an event log that cannot be read is the disk’s refusal', async () => {
  await mkdir(join(folder, 'state'));
  await writeFile(
    join(folder, 'state', 'events.db'),
    'not a database, but long enough to be taken for one'.repeat(99),
  );
  const { code, stderr } = await run('events');
  expect(stderr).toMatch(oneLine);
  expect(stderr).toContain('SQLITE_NOTADB');
  expect(code).toBe(74);
});

it('a path too long for the socket of simulated doors is named', async () => {
  const deep = join(folder, 'x'.repeat(100));
  await mkdir(deep);
  const { code, stderr } = await run('run', deep);
  expect(stderr).toMatch(oneLine);
  expect(stderr).toContain('choose a shorter stateDir');
  expect(code).toBe(69);
});

it('a defect says that it is one, where it is, and no code', () => {
  const { sentence, exitCode } = failureOf(new TypeError('x is not a function'));
  expect(exitCode).toBe(70);
  expect(sentence).toMatch(
    /^This is a defect of vestibule; please report it: TypeError: x is not a function\n +at /,
  );
  expect(failureOf(new Error(`code:${'4829'}`)).sentence).not.toContain('4829');
});

it('an exception that nobody caught ends the process as a defect', async () => {
  await mkdir(join(folder, 'state'));
  // An event that is no JSON: nothing but a defect could have written it.
  const db = new Database(join(folder, 'state', 'events.db'));
  db.exec('CREATE TABLE event (seq INTEGER PRIMARY KEY, committed_at INTEGER, body TEXT, hash TEXT)');
  db.exec("INSERT INTO event VALUES (1, 0, 'half an eve', '')");
  db.close();
  const { code, stderr } = await run('events');
  expect(stderr).toContain('This is a defect of vestibule');
  expect(code).toBe(70);
});
