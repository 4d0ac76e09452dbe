/** Databases that become unreadable while the controller runs. */
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UnreadableWatch } from '../../controller/app/disk-unreadable.ts';
import type { Soundness } from '../../controller/ports/disk.ts';
import { type DatabaseName, StorageFault } from '../../controller/ports/journal.ts';
import type { ControllerStatus } from '../../controller/ports/lobby.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { openEventReader } from '../../controller/store/read-events.ts';
import type { SimReply } from '../../drivers/sim/sim-protocol.ts';
import { CloudRows } from '../support/cloud-rows.ts';
import { type RunningCommand, sim, vestibule } from '../support/command.ts';
import { HandTimers } from '../support/console-timers.ts';
import { ensureUi } from '../support/console-ui.ts';
import { annsCode, type Body, household, householdShell, type Shell } from '../support/controller-shell.ts';
import { expectWholeChain } from '../support/event-chain.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { storeIn } from '../support/store.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
/** What follows once every promise that can be kept has been kept. */
const soon = () => new Promise((resolve) => setImmediate(resolve));

/** Noise over every page of the file but those of its header and schema. */
function spoil(file: string): void {
  const bytes = statSync(file).size - 2 * 4096;
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(bytes, 0x5a), 0, bytes, 2 * 4096);
  closeSync(fd);
}

/** Works everything of the write-ahead log into the file, so that what is spoilt there is what is read. */
function settle(file: string): void {
  const db = new Database(file);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

describe('a check of a database beside its controller', () => {
  it('finds it sound, and no door waits for it', async () => {
    const { store } = householdShell();
    const checks = await Promise.all([store.disk.check('replica.db'), store.disk.check('events.db')]);
    expect(checks).toEqual(['sound', 'sound']);
  });

  it.each(['replica.db', 'events.db'] as const)('finds a spoilt %s unreadable', async (name) => {
    const shell = householdShell();
    const file = join(shell.dir, name);
    settle(file);
    spoil(file);
    expect(await shell.store.disk.check(name)).toBe('unreadable');
  });

  it('finds a page that only its reading finds', async () => {
    const shell = householdShell();
    shell.journal.commit(Array.from({ length: 40 }, () => JSON.stringify({ padding: 'x'.repeat(3_000) })));
    const file = join(shell.dir, 'events.db');
    settle(file);
    const middle = 4096 * Math.floor(statSync(file).size / 8192);
    const fd = openSync(file, 'r+');
    writeSync(fd, Buffer.alloc(4096, 0x5a), 0, 4096, middle);
    closeSync(fd);
    expect(await shell.store.disk.check('events.db')).toBe('unreadable');
  });

  it('finds a table gone', async () => {
    const shell = householdShell();
    const db = new Database(join(shell.dir, 'replica.db'));
    db.exec('DROP TABLE member');
    db.close();
    expect(await shell.store.disk.check('replica.db')).toBe('unreadable');
  });

  it('ends with the store', async () => {
    const shell = householdShell();
    const check = shell.store.disk.check('replica.db');
    shell.close();
    expect(['refused', 'sound']).toContain(await check);
  });
});

describe('the watch over databases', () => {
  function watched(
    soundness: Soundness,
    { released = () => false }: { readonly released?: () => boolean } = {},
  ) {
    const timers = new HandTimers();
    const checked: DatabaseName[] = [];
    let told: (fault: StorageFault) => void = () => {};
    const watch = new UnreadableWatch({
      ...{ timers, isAnyDoorReleased: released, log },
      disk: {
        onFault: (listener) => {
          told = listener;
          return () => {
            told = () => {};
          };
        },
        check: (database) => {
          checked.push(database);
          return Promise.resolve(soundness);
        },
      },
    });
    let lost: DatabaseName | undefined;
    void watch.unreadable.then((database) => {
      lost = database;
    });
    watch.start();
    onTestFinished(() => watch.close());
    return {
      ...{ timers, checked, watch },
      lost: () => lost,
      fault: async (code: StorageFault['code'] = 'unreadable', database: DatabaseName = 'replica.db') => {
        told(new StorageFault(code, 'it', { database }));
        await soon();
      },
      pass: async (ms: number) => {
        timers.pass(ms);
        await soon();
      },
    };
  }

  it('gives up one that a check finds unreadable, at once', async () => {
    const it = watched('unreadable');
    await it.fault('unreadable', 'events.db');
    expect([it.checked, it.lost()]).toEqual([['events.db'], 'events.db']);
  });

  it.each(['diskFull', 'io', 'busy'] as const)('does not even look for a fault of kind %s', async (code) => {
    const it = watched('unreadable');
    await it.fault(code);
    expect([it.checked, it.lost()]).toEqual([[], undefined]);
  });

  it('lets a fault pass that does not come again', async () => {
    const it = watched('sound');
    for (let hours = 0; hours < 24; hours += 1) {
      await it.fault();
      await it.pass(3_600_000);
    }
    expect([it.checked.length, it.lost(), it.timers.pending]).toEqual([24, undefined, 0]);
  });

  it.each(['sound', 'refused'] as const)(
    'gives up one that goes on faulting although checks find it %s, after three of them a minute apart',
    async (soundness) => {
      const it = watched(soundness);
      for (const minute of [0, 1, 2]) {
        for (let faults = 0; faults < 50; faults += 1) await it.fault();
        expect([it.checked.length, it.lost()]).toEqual([minute + 1, minute === 2 ? 'replica.db' : undefined]);
        await it.pass(60_000);
      }
    },
  );

  it('waits until no door is released: nobody is shut in for a restart', async () => {
    let released = true;
    const it = watched('unreadable', { released: () => released });
    await it.fault();
    await it.pass(3_600_000);
    expect(it.lost()).toBeUndefined();
    released = false;
    await it.pass(1_000);
    expect(it.lost()).toBe('replica.db');
  });

  it('leaves nothing running when it is closed in the middle', async () => {
    const it = watched('sound');
    await it.fault();
    it.watch.close();
    await it.fault();
    expect([it.timers.pending, it.checked.length]).toEqual([0, 1]);
  });
});

describe('a shell whose rows cannot be read', () => {
  const faultsOf = (shell: Shell) => {
    const faults: string[] = [];
    shell.store.disk.onFault(({ database, code }) => faults.push(`${database} ${code}`));
    return faults;
  };

  it('tells which database it was, and goes on denying', () => {
    const shell = householdShell();
    const faults = faultsOf(shell);
    const file = join(shell.dir, 'replica.db');
    settle(file);
    spoil(file);
    expect(shell.type(annsCode)).toMatchObject({ outcome: 'deny', reason: 'storageFault' });
    expect(new Set(faults)).toEqual(new Set(['replica.db unreadable']));
  });
});

describe('a running controller', () => {
  beforeAll(ensureUi);

  /** A configured state folder with Ann's household in it; the first door of the example stands for the lobby. */
  async function furnished(): Promise<VestibuleFolder> {
    const folder = await vestibuleFolder();
    const store = openStore(folder.stateDir, { now: Date.now });
    store.replica.applyDelta(new CloudRows().delta(...household()));
    store.journal.commit([JSON.stringify({ type: 'Before', padding: 'x'.repeat(20_000) })]);
    store.close();
    return folder;
  }
  const isUp = (line: string): boolean => line.includes('"controller is up"');
  const run = async ({ configFile }: VestibuleFolder): Promise<RunningCommand> => {
    const controller = forThisTest(vestibule(['--config', configFile, 'run']));
    await controller.line(isUp);
    return controller;
  };
  const status = async ({ configFile }: VestibuleFolder): Promise<ControllerStatus> =>
    JSON.parse((await vestibule(['--config', configFile, 'status', '--json']).finished()).stdout);
  const play = async ({ stateDir }: VestibuleFolder, ...args: readonly string[]): Promise<SimReply> =>
    JSON.parse((await sim([...args, '--state', stateDir, '--json']).finished()).stdout);
  const bodies = ({ stateDir }: VestibuleFolder): readonly Body[] => {
    const reader = openEventReader(stateDir);
    const events = reader?.after(0, 1_000) ?? [];
    reader?.close();
    return events.map(({ body }) => JSON.parse(body) as Body);
  };
  const setAside = ({ stateDir }: VestibuleFolder): readonly string[] =>
    readdirSync(stateDir)
      .filter((name) => /unreadable-[^-]*$/.test(name))
      .map((name) => name.replace(/-.*/, ''));

  it('whose replica.db is spoilt under it sets it aside and begins anew by itself, the history going on', async () => {
    const folder = await furnished();
    const controller = await run(folder);
    const before = await status(folder);
    const door = before.doors[0]?.id ?? '';
    settle(join(folder.stateDir, 'replica.db'));
    spoil(join(folder.stateDir, 'replica.db'));
    expect(await play(folder, 'code', annsCode, '--door', door)).toMatchObject({ outcome: 'deny' });
    const ups = () => controller.lines.filter(isUp).length;
    await expect.poll(ups).toBe(2);
    expect(setAside(folder)).toEqual(['replica.db.unreadable']);
    const after = await status(folder);
    expect(after.dataset).toMatchObject({ epoch: 0, seq: 0 });
    expect(after.events.log).toBe(before.events.log);
    expect(bodies(folder).filter(({ type }) => type === 'StorageFault')).toMatchObject([
      { severity: 'alarm', database: 'replica.db' },
    ]);
    expect((await controller.kill('SIGTERM')).code).toBe(0);
    const { journal } = storeIn(folder.stateDir);
    expectWholeChain(journal);
  });

  it('whose events.db is spoilt under it begins anew with a new log, and says so', async () => {
    const folder = await furnished();
    const controller = await run(folder);
    const before = await status(folder);
    settle(join(folder.stateDir, 'events.db'));
    spoil(join(folder.stateDir, 'events.db'));
    const door = before.doors[0]?.id ?? '';
    expect(await play(folder, 'code', '99999999', '--door', door)).toMatchObject({ outcome: 'deny' });
    await expect.poll(() => controller.lines.filter(isUp).length).toBe(2);
    expect(setAside(folder)).toEqual(['events.db.unreadable']);
    const after = await status(folder);
    expect(after.events.log).not.toBe(before.events.log);
    expect(after.dataset).toEqual(before.dataset);
    expect(bodies(folder)[0]).toMatchObject({
      type: 'StorageFault',
      severity: 'alarm',
      database: 'events.db',
    });
  });

  it('that loses it again within a minute ends with 74 and one sentence: its file is not what is wrong', async () => {
    const folder = await furnished();
    const controller = await run(folder);
    const door = (await status(folder)).doors[0]?.id ?? '';
    for (const runs of [1, 2]) {
      await expect.poll(() => controller.lines.filter(isUp).length).toBe(runs);
      settle(join(folder.stateDir, 'replica.db'));
      spoil(join(folder.stateDir, 'replica.db'));
      await play(folder, 'code', annsCode, '--door', door);
    }
    const { code, stderr } = await controller.finished();
    expect([code, stderr]).toEqual([74, expect.stringMatching(/^[^\n]*replica\.db was lost twice[^\n]*\n$/)]);
  });

  it('keeps a door open for the fire alarm until it is over, and begins anew then', async () => {
    const folder = await furnished();
    const controller = await run(folder);
    const door = (await status(folder)).doors[0]?.id ?? '';
    await play(folder, 'fire', 'on', '--door', door);
    settle(join(folder.stateDir, 'replica.db'));
    spoil(join(folder.stateDir, 'replica.db'));
    await play(folder, 'code', annsCode, '--door', door);
    await controller.line((line) => line.includes('"soundness":"unreadable"'));
    expect((await status(folder)).doors[0]).toMatchObject({ mode: 'Unlocked', released: true });
    expect(await play(folder, 'fire', 'off', '--door', door)).toEqual({ released: false });
    await expect.poll(() => controller.lines.filter(isUp).length).toBe(2);
    expect(setAside(folder)).toEqual(['replica.db.unreadable']);
  });
});
