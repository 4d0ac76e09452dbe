import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import { CredentialHasher } from '../../controller/app/credential-hasher.ts';
import { Doors } from '../../controller/app/doors.ts';
import { SystemClock, systemTime } from '../../controller/app/system-clock.ts';
import { bitsForm, codeForm } from '../../controller/core/hash-forms.ts';
import { grantKey, hashKey } from '../../controller/store/look-up-key.ts';
import { prepareLookUps } from '../../controller/store/look-ups.ts';
import {
  type By,
  cardBits,
  cardOf,
  codeOf,
  doorOf,
  grantsEach,
  openBigBuilding,
  residentOf,
  siteKey,
  writeBigBuilding,
} from './big-building.ts';
import { type Bench, inTurns, percentile, rounded } from './measure.ts';

const warmUp = 3_000;
const rounds = 20_000;
const casbinResidents = 10_000;
const casbinRounds = 15;

interface Measured {
  readonly ours: readonly number[];
  readonly limit: readonly number[];
}

/** Code or card to decision on so many residents, beside the bare look-ups of the same rows and the same HMAC. */
function measure(residents: number, by: By): Measured {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  try {
    writeBigBuilding(dir, residents, by);
    const store = openBigBuilding(dir);
    const clock = new SystemClock(systemTime, 0);
    clock.setFromWelcome({ time: Date.now(), atMonotonicMs: clock.monotonicMs() });
    const doors = new Doors({ ...store, clock, guesses: { isLockedOut: () => false } });
    const hasher = new CredentialHasher(siteKey);
    // A stride that is prime to the number of residents visits them in no order, so that no page stays warm by chance.
    const nthOf = (round: number): number => (round * 7_919) % residents;
    const ours = (round: number): void => {
      const n = nthOf(round);
      const hash = hasher.hash(
        by === 'code'
          ? { kind: 'code', digits: codeOf(n) }
          : { kind: 'bits', bits: cardBits, hex: cardOf(n) },
      );
      const { outcome } = doors.decide({
        kind: 'credential',
        method: by,
        hash,
        door: doorOf(n),
        accessPoint: 'bench',
      });
      if (outcome !== 'grant') throw new Error(`resident ${n} was not granted access`);
    };

    const db = new Database(join(dir, 'replica.db'), { readonly: true });
    const live = db.prepare<[], number>('SELECT live FROM dataset').pluck().get() ?? 0;
    const { byId, byLookUp, building } = prepareLookUps(db);
    const limit = (round: number): void => {
      const n = nthOf(round);
      const hash = createHmac('sha256', siteKey)
        .update(by === 'code' ? codeForm(codeOf(n)) : bitsForm(cardBits, cardOf(n)))
        .digest('hex');
      byLookUp.all(live, hashKey(hash));
      byId.resident.get(live, `resident-${n}`);
      building.get(live);
      byId.door.get(live, doorOf(n));
      byLookUp.all(live, grantKey({ kind: 'resident', id: residentOf(n) }, doorOf(n)));
    };
    inTurns({ ours, limit }, { rounds: warmUp, turn: 100 });
    const samples = inTurns({ ours, limit }, { rounds, turn: 100 });
    db.close();
    store.close();
    return samples;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const model = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
`;

async function measureCasbin(): Promise<readonly number[]> {
  const lines: string[] = [];
  for (let n = 0; n < casbinResidents; n += 1) {
    for (let nth = 0; nth < grantsEach; nth += 1) lines.push(`p, resident-${n}, ${doorOf(n, nth)}, open`);
  }
  const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(lines.join('\n')));
  const samples: number[] = [];
  for (let round = 0; round < casbinRounds; round += 1) {
    const n = (round * 7_919) % casbinResidents;
    const began = performance.now();
    if (!(await enforcer.enforce(`resident-${n}`, doorOf(n), 'open'))) throw new Error('casbin denied');
    samples.push((performance.now() - began) * 1_000);
  }
  return samples;
}

export const decisionBench: Bench = async ({ full, progress }) => {
  const samplesOfCasbin = (): Promise<readonly number[]> => {
    progress(`casbin with the same grants for ${casbinResidents.toLocaleString('en')} residents …`);
    return measureCasbin();
  };
  // Before and after: a shared machine is not as fast at the end of a run as at its beginning.
  const before = await samplesOfCasbin();
  progress('100,000 residents with 4 grants each …');
  const { ours, limit } = measure(100_000, 'code');
  const casbin = [...before, ...(await samplesOfCasbin())];
  const p50 = percentile(ours, 0.5);
  const casbinP50 = percentile(casbin, 0.5);
  const figures = {
    residents: 100_000,
    p50us: rounded(p50),
    p99us: rounded(percentile(ours, 0.99)),
    limitP50us: rounded(percentile(limit, 0.5)),
    limitP99us: rounded(percentile(limit, 0.99)),
    ratioP99: rounded(percentile(ours, 0.99) / percentile(limit, 0.99)),
    casbinP50us: rounded(casbinP50, 0),
    casbinRatio: rounded(casbinP50 / p50, 0),
  };
  if (!full) return figures;
  progress('1,000 residents with cards …');
  const small = measure(1_000, 'card');
  progress('1,000,000 residents with cards (some minutes) …');
  const large = measure(1_000_000, 'card');
  const growth = (name: 'ours' | 'limit'): number =>
    percentile(large[name], 0.5) / percentile(small[name], 0.5);
  return {
    ...figures,
    growth: rounded(growth('ours')),
    limitGrowth: rounded(growth('limit')),
    growthRatio: rounded(growth('ours') / growth('limit')),
  };
};
