import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pino from 'pino';
import { loadConfig } from '../../config/load.ts';
import { type Controller, compose } from '../../controller/compose.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { writeBenchSite } from './bench-site.ts';
import { codeOf } from './big-building.ts';
import { type Bench, percentile, rounded } from './measure.ts';

const residents = 1_000;
const rounds = 40;
const patientPort = 18_082;
const strictPort = 18_083;
const nobodys = '99999999';

/** So many misses as are needed to measure denials of codes that are looked at. */
const patientLockout =
  '{"missesPerMinute":1000,"lockMs":0,"maxLockMs":0,"forgiveAfterMs":0,"freeMissesPerDay":1000,"thenOneTryPerMs":0}';

function controllerIn(dir: string, port: number, prepare: (rows: Database.Database) => void): Controller {
  const config = loadConfig(writeBenchSite(dir, residents, port));
  const identity = loadIdentity(join(dir, 'state', 'identity'));
  if (config.kind === 'refused') throw new Error(config.problem);
  if (identity.kind === 'refused') throw new Error(identity.problem);
  const rows = new Database(join(dir, 'state', 'replica.db'));
  prepare(rows);
  rows.close();
  const log = pino({ level: 'silent' });
  return compose({ config: config.config, identity: identity.identity, software: 'vestibule/bench', log });
}

/** Milliseconds from submit to the answer, over the console's HTTP. */
async function denied(port: number, digits: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/api/entry`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
    body: JSON.stringify({ digits }),
  });
  const answer = await response.text();
  const tookMs = performance.now() - began;
  if (!answer.includes('"deny"')) throw new Error(`a submit was answered with ${answer}`);
  return tookMs;
}

/**
 * What a script at the keypad can learn from the time of an answer: denials of codes that nobody has, that were revoked, and
 * of people without a right at this door, and at a keypad that is locked out, in turns.
 */
export const denialsBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const patient = controllerIn(join(dir, 'patient'), patientPort, (rows) => {
    rows
      .prepare("UPDATE row SET row = json_set(row, '$.lockout', json(?)) WHERE tbl = 'building'")
      .run(patientLockout);
    // Every eighth resident of the second kind, so that neither has a grant for the keypad's door.
    rows.exec(
      "UPDATE row SET row = json_set(row, '$.status', 'revoked') WHERE tbl = 'credential' AND CAST(substr(id, 6) AS INTEGER) % 8 = 2",
    );
  });
  const strict = controllerIn(join(dir, 'strict'), strictPort, () => {});
  try {
    await patient.start();
    await strict.start();
    for (let n = 0; n < 5; n += 1) await denied(strictPort, nobodys);
    progress(`${rounds} denials of each kind, in turns …`);
    const samples = {
      unknown: [] as number[],
      revoked: [] as number[],
      noGrant: [] as number[],
      lockedOut: [] as number[],
    };
    for (let n = 0; n < rounds; n += 1) {
      samples.unknown.push(await denied(patientPort, nobodys));
      samples.revoked.push(await denied(patientPort, codeOf(8 * n + 2)));
      samples.noGrant.push(await denied(patientPort, codeOf(8 * n + 1)));
      samples.lockedOut.push(await denied(strictPort, nobodys));
    }
    const medians = Object.values(samples).map((list) => percentile(list, 0.5));
    return {
      ...Object.fromEntries(
        Object.entries(samples).flatMap(([kind, list]) => [
          [`${kind}P50ms`, rounded(percentile(list, 0.5))],
          [`${kind}P90ms`, rounded(percentile(list, 0.9))],
        ]),
      ),
      medianSpreadMs: rounded(Math.max(...medians) - Math.min(...medians)),
    };
  } finally {
    await patient.stop();
    await strict.stop();
    rmSync(dir, { recursive: true, force: true });
  }
};
