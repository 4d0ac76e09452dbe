import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { knownVersion } from '../../controller/store/migrate.ts';
import { openDatabase } from '../../controller/store/open-database.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { DatabaseTooNew } from '../../controller/store/storage-fault.ts';
import { storeIn, tempDir } from '../support/store.ts';

const pragmasOf = (db: Database.Database) =>
  ['journal_mode', 'synchronous', 'foreign_keys'].map((name) => db.pragma(name, { simple: true }));

const versions = [
  ['replica.db', knownVersion('replica')],
  ['events.db', knownVersion('events')],
] as const;

describe('a database of ours', () => {
  it('runs WAL with synchronous=FULL, also when it is opened again', () => {
    const file = join(tempDir(), 'some.db');
    for (const opening of ['first', 'second', 'third']) {
      const db = openDatabase(file);
      db.exec('CREATE TABLE IF NOT EXISTS t (x)');
      expect([opening, ...pragmasOf(db)]).toEqual([opening, 'wal', 2, 1]);
      db.close();
    }
  });

  it('would lose FULL if it were opened any other way', () => {
    const file = join(tempDir(), 'some.db');
    openDatabase(file).close();
    const plain = new Database(file);
    expect(plain.pragma('synchronous', { simple: true })).toBe(1);
    plain.close();
  });

  it('is opened for writing in one place only', () => {
    const folder = new URL('../../controller/store/', import.meta.url);
    const openers = readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /new Database\((?!.*(readonly: true|lockFile))/.test(readFileSync(new URL(name, folder), 'utf8')),
      );
    expect(openers).toEqual(['open-database.ts']);
  });

  it('is readable by its owner alone, with all its parts, even after somebody opened it up', () => {
    const dir = tempDir();
    const first = storeIn(dir);
    first.journal.commit(['{}']);
    chmodSync(join(dir, 'events.db'), 0o644);
    chmodSync(join(dir, 'events.db-wal'), 0o644);
    const second = openStore(dir, { now: () => 0 });
    second.journal.commit([]);
    const modes = readdirSync(dir).map((name) => [name, statSync(join(dir, name)).mode & 0o777]);
    expect(modes).toEqual(
      ['events.db', 'events.db-shm', 'events.db-wal', 'replica.db', 'replica.db-shm', 'replica.db-wal'].map(
        (name) => [name, 0o600],
      ),
    );
    second.close();
  });

  it('is refused, and left alone, when a newer release has written it', () => {
    const dir = tempDir();
    openStore(dir, { now: () => 0 }).close();
    for (const [name, version] of versions) {
      const db = openDatabase(join(dir, name));
      db.pragma('user_version = 99');
      db.close();
      expect(() => openStore(dir, { now: () => 0 })).toThrow(DatabaseTooNew);
      expect(() => openStore(dir, { now: () => 0 })).toThrow(
        new RegExp(`${name} has version 99; this release knows`),
      );
      const again = openDatabase(join(dir, name));
      again.pragma(`user_version = ${version}`);
      again.close();
    }
    expect(openStore(dir, { now: () => 0 }).notices).toEqual([]);
    expect(readdirSync(dir).filter((name) => name.includes('unreadable'))).toEqual([]);
  });

  it('takes each migration once', () => {
    const dir = tempDir();
    for (let start = 0; start < 3; start += 1) openStore(dir, { now: () => 0 }).close();
    for (const [name, version] of versions) {
      const db = openDatabase(join(dir, name));
      expect(db.pragma('user_version', { simple: true })).toBe(version);
      db.close();
    }
  });

  it('says in a typed fault that the folder cannot be written', () => {
    expect(() => openDatabase('/proc/nothing-is-kept-here/events.db')).toThrow(
      expect.objectContaining({ name: 'StorageFault', code: 'io' }),
    );
  });
});
