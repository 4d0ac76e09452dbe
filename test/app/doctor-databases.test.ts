import { closeSync, openSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { GuessBudget } from '../../controller/core/guess-budget.ts';
import type { Finding } from '../../controller/doctor/finding.ts';
import { openStore, type Store } from '../../controller/store/open-store.ts';
import { lockState } from '../../controller/store/state-lock.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import { codesOf, examined, oneOf, provoked } from '../support/doctor.ts';
import { aBuilding, aDoor, aResident } from '../support/rows.ts';
import { filesIn } from '../support/site-files.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

const dayMs = 86_400_000;
const at = (ago: number): string => new Date(Date.now() - ago).toISOString();
const event = (ago: number, n = 0): string =>
  JSON.stringify({ type: 'ControllerStarted', time: at(ago), n, padding: 'x'.repeat(300) });

/** A closed store with a building, many doors and many events, from after a welcome an hour ago. */
async function used(alter: (store: Store, cloud: CloudRows) => void = () => {}): Promise<VestibuleFolder> {
  const folder = await vestibuleFolder();
  const store = openStore(folder.stateDir, { now: Date.now });
  const cloud = new CloudRows();
  const doors = Array.from({ length: 100 }, (_, n) => rowOf('door', aDoor(`d-${n}`)));
  store.replica.applyDelta(cloud.put(rowOf('building', aBuilding()), ...doors));
  const welcome = Date.now() - 3_600_000;
  store.journal.commit(
    Array.from({ length: 100 }, (_, n) => event(1_000, n)),
    [
      { kind: 'clockFloor', floor: welcome },
      { kind: 'welcome', at: welcome },
    ],
  );
  alter(store, cloud);
  store.close();
  return folder;
}

/** What doctor finds in such a store once its files have been worked on. */
async function foundAfter(
  work: (stateDir: string) => void,
  alter?: (store: Store, cloud: CloudRows) => void,
): Promise<readonly Finding[]> {
  const { configFile, stateDir } = await used(alter);
  work(stateDir);
  return examined(configFile);
}
const foundIn = (alter: (store: Store, cloud: CloudRows) => void): Promise<readonly Finding[]> =>
  foundAfter(() => {}, alter);

const inDatabase = (name: string, sql: string) => (stateDir: string) => {
  const db = new Database(join(stateDir, name));
  db.exec(sql);
  db.close();
};
const spoil = (name: string) => (stateDir: string) => {
  const file = join(stateDir, name);
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(6 * 4_096, 0x5a), 0, 6 * 4_096, 4_096 * Math.floor(statSync(file).size / 8_192));
  closeSync(fd);
};

describe('doctor on the databases', () => {
  provoked(['databaseSound', 'eventsDelivered', 'clockHeld'], 'databases of yesterday', async () => {
    const findings = await foundIn(() => {});
    const sound = findings.filter(({ code }) => code === 'databaseSound').map(({ what }) => what);
    expect(sound).toEqual([
      'replica.db is sound: rows 101 at epoch 1, seq 1, which add up to their digest.',
      'events.db is sound: events 100 kept, up to 100, whose hashes link up.',
    ]);
    return findings;
  });
  provoked(['databasesNotMade'], 'before the first start', async () =>
    examined((await vestibuleFolder()).configFile),
  );
  provoked(['databaseMissing'], 'an event log that somebody has moved away', () =>
    foundAfter((stateDir) => rmSync(join(stateDir, 'events.db'))),
  );
  for (const name of ['replica.db', 'events.db']) {
    provoked(['databaseDamaged'], `a ${name} whose middle is overwritten`, () => foundAfter(spoil(name)));
    provoked(['databaseDamaged'], `a ${name} that is no database`, () =>
      foundAfter((stateDir) => writeFileSync(join(stateDir, name), 'A shopping list.\n'.repeat(400))),
    );
    provoked(['databaseDamaged'], `a ${name} of 0 bytes`, () =>
      foundAfter((stateDir) => truncateSync(join(stateDir, name))),
    );
    provoked(['databaseOfNewerRelease'], `a ${name} of a newer release`, () =>
      foundAfter(inDatabase(name, 'PRAGMA user_version = 99')),
    );
  }
  provoked(['databaseDamaged'], 'a table that nobody reads here, with text where a number belongs', () =>
    foundAfter((stateDir) => {
      for (const sql of [
        "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT, ', '') WHERE name = 'known_area'",
        "INSERT INTO known_area VALUES ('resident:ann', 'garage', 'yesterday')",
        "UPDATE sqlite_schema SET sql = replace(sql, 'WITHOUT', 'STRICT, WITHOUT') WHERE name = 'known_area'",
      ]) {
        const db = new Database(join(stateDir, 'events.db'));
        db.unsafeMode();
        db.pragma('writable_schema = ON');
        db.exec(sql);
        db.close();
      }
    }),
  );
  provoked(['databaseDamaged'], 'an event log without its one line of state', () =>
    foundAfter(inDatabase('events.db', 'DELETE FROM journal')),
  );
  provoked(['databaseUnchecked'], 'databases that take too long to read', async () =>
    examined((await used()).configFile, { databasesMs: 1 }),
  );
  provoked(['databaseOfOlderRelease'], 'databases that an update has yet to bring up to date', () =>
    foundAfter(inDatabase('replica.db', 'PRAGMA user_version = 1')),
  );
  provoked(['digestDiffers'], 'a row that somebody has changed', () =>
    foundAfter(
      inDatabase('replica.db', `UPDATE row SET row = replace(row, 'Lobby', 'lobby') WHERE id = 'd-7'`),
    ),
  );
  provoked(['databasesSetAside'], 'an unreadable event log that was set aside at a start', async () => {
    const findings = await foundAfter((stateDir) => {
      spoil('events.db')(stateDir);
      openStore(stateDir, { now: Date.now }).close();
    });
    expect(oneOf(findings, 'databasesSetAside').what).toMatch(/: events\.db\.unreadable-\w+\.$/);
    return findings;
  });

  const tampered: readonly (readonly [string, string, number])[] = [
    ['an event that was changed', `UPDATE event SET body = replace(body, 'x', 'y') WHERE seq = 40`, 40],
    ['an event that was deleted', 'DELETE FROM event WHERE seq = 40', 40],
    ['events missing at the end', 'DELETE FROM event WHERE seq > 97', 98],
    ['unsent events missing at the beginning', 'DELETE FROM event WHERE seq < 3', 1],
    ['all events missing', 'DELETE FROM event', 1],
    ['another head', `UPDATE journal SET head_hash = '${'0'.repeat(64)}'`, 100],
  ];
  for (const [what, sql, seq] of tampered) {
    provoked(['eventsBroken'], what, async () => {
      const findings = await foundAfter(inDatabase('events.db', sql));
      expect(oneOf(findings, 'eventsBroken').what).toContain(`event ${seq} is missing, or`);
      return findings;
    });
  }
  it('takes events that were acknowledged and deleted for what they are', async () => {
    const findings = await foundAfter(
      inDatabase('events.db', 'UPDATE journal SET acked = 60; DELETE FROM event WHERE seq <= 50'),
    );
    expect(codesOf(findings)).not.toContain('eventsBroken');
    expect(oneOf(findings, 'eventsDelivered').what).toContain(': 40.');
  });

  provoked(['datasetEmpty'], 'a controller to which no building has come', async () => {
    const folder = await vestibuleFolder();
    openStore(folder.stateDir, { now: Date.now }).close();
    return examined(folder.configFile);
  });
  provoked(['rowsRefused'], 'rows of a later schema', async () => {
    const findings = await foundIn(({ replica }, cloud) => {
      const rows = ['r-1', 'r-2'].map((id) => rowOf('resident', { ...aResident(id), status: 'elsewhere' }));
      replica.applyDelta(cloud.put(...rows));
    });
    const { what } = oneOf(findings, 'rowsRefused');
    expect(what).toContain(': 2 (resident r-1: status, resident r-2: status).');
    return findings;
  });
});

describe('doctor on what the databases tell', () => {
  provoked(['eventsWaiting'], 'an event that has been waiting for two days', async () => {
    const findings = await foundIn(({ journal }) => {
      journal.acknowledge({ log: journal.log, upTo: 100, hash: journal.head().hash });
      journal.commit([event(2 * dayMs), event(0)]);
    });
    expect(oneOf(findings, 'eventsWaiting').what).toMatch(/: 2\.$/);
    return findings;
  });
  provoked(['guestCodesStopped'], 'a head-end unheard for longer than the building allows', () =>
    foundIn(({ journal, replica }, cloud) => {
      replica.applyDelta(cloud.put(rowOf('building', { ...aBuilding(), version: 2, guestCodesForDays: 3 })));
      journal.commit([], [{ kind: 'welcome', at: Date.now() - 4 * dayMs }]);
    }),
  );
  it('finds nothing wrong with guest codes on the last of those days', async () => {
    const findings = await foundIn(({ journal, replica }, cloud) => {
      replica.applyDelta(cloud.put(rowOf('building', { ...aBuilding(), version: 2, guestCodesForDays: 3 })));
      journal.commit([], [{ kind: 'welcome', at: Date.now() - 3 * dayMs + 60_000 }]);
    });
    expect(codesOf(findings)).not.toContain('guestCodesStopped');
  });
  provoked(['codesTooShort'], 'a verdict of the last dataset', () =>
    foundIn(({ journal }) => {
      journal.commit([], [{ kind: 'codesTooShort', tooShort: true }]);
    }),
  );
  provoked(['guessBudgetSpent'], 'a keypad at which somebody guesses', () =>
    foundIn(({ journal }) => {
      const budget: GuessBudget = { keypads: [], freeMissesMs: [-5], lastMissMs: -5, spent: true };
      journal.commit([], [{ kind: 'guesses', budget }]);
    }),
  );
  provoked(['saltoDecides'], 'a door with a SALTO lock', async () => {
    const findings = await foundIn(({ replica }, cloud) => {
      const salto = { ...aDoor('suite-101'), kind: 'salto', saltoDoorId: 'S101' };
      replica.applyDelta(cloud.put(rowOf('door', salto)));
    });
    expect(oneOf(findings, 'saltoDecides').what).toContain('suite-101');
    return findings;
  });
  provoked(['clockBehindFloor', 'clockUnknownAtStart'], 'a system clock behind the last welcome', () =>
    foundIn(({ journal }) => {
      journal.commit([], [{ kind: 'clockFloor', floor: Date.now() + 2 * 3_600_000 }]);
    }),
  );
});

describe('doctor changes nothing', () => {
  it('in a state folder at rest: no byte, and no file beside the databases', async () => {
    const { configFile, stateDir } = await used();
    const before = await filesIn(stateDir);
    await examined(configFile);
    expect(await filesIn(stateDir)).toEqual(before);
  });

  it('reads what a crash has left in the write-ahead log', async () => {
    const { configFile, stateDir } = await used();
    // As a kill leaves it: what was committed last is in the -wal.
    const open = openStore(stateDir, { now: Date.now });
    open.journal.commit([event(0)]);
    const left = await filesIn(stateDir);
    open.close();
    for (const { name, bytes } of left) {
      if (/\.db(-wal)?$/.test(name)) writeFileSync(join(stateDir, name), bytes);
    }
    const sound = (await examined(configFile)).filter(({ code }) => code === 'databaseSound');
    expect(sound[1]?.what).toContain('events 101 kept, up to 101');
  });

  it('reads the databases of a controller that runs, and lets it write meanwhile', async () => {
    const { configFile, stateDir } = await vestibuleFolder();
    const lock = lockState(stateDir);
    const store = openStore(stateDir, { now: Date.now });
    store.journal.commit([event(0)]);
    const looking = examined(configFile);
    store.journal.commit([event(0)]);
    const findings = await looking;
    expect(oneOf(findings, 'databaseSound').what).toContain('replica.db');
    expect(codesOf(findings)).not.toContain('eventsBroken');
    store.close();
    lock.release();
  });

  it('keeps codes, hashes and numbers to itself', async () => {
    const findings = await foundIn(({ replica }, cloud) => {
      const rows = [
        rowOf('resident', { ...aResident('r-1'), phone: '+14165550123', suite: 7 as never }),
        rowOf('credential', {
          ...{ id: 'c-1', version: 1, kind: 'pin', hash: 'ab'.repeat(32), status: 'lost-again' },
        }),
      ];
      replica.applyDelta(cloud.put(...rows));
    });
    expect(oneOf(findings, 'rowsRefused').what).toContain('credential c-1: holder');
    expect(JSON.stringify(findings)).not.toMatch(/4165550123|abab|5a5a|[0-9a-f]{64}/);
  });
});
