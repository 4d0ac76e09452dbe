import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headEndKeys } from '../../sync/headend/keys/head-end-keys.ts';
import { openDatabase } from '../../sync/headend/store/open-database.ts';
import { openStore } from '../../sync/headend/store/open-store.ts';
import { signJws } from '../../sync/protocol/jws.ts';
import { rootOnly, withKeyset } from '../../sync/protocol/keys.ts';
import type { Keyset } from '../../sync/protocol/messages.ts';
import { openDown } from '../../sync/protocol/open-message.ts';
import { temporaryHeadEnd } from '../support/head-end-state.ts';
import { smallBuilding } from '../support/published-rows.ts';
import { tempDir } from '../support/store.ts';

const nowS = Math.floor(Date.UTC(2026, 10, 22) / 1_000);
const yearS = 365 * 86_400;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-headend-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

describe('the database of the head-end', () => {
  it('is in WAL mode with synchronous=FULL on the first open and on every later one', () => {
    const file = join(folder, 'headend.db');
    for (let i = 0; i < 2; i += 1) {
      const db = openDatabase(file);
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(db.pragma('synchronous', { simple: true })).toBe(2);
      expect(modeOf(file)).toBe('600');
      expect(modeOf(`${file}-wal`)).toBe('600');
      db.close();
    }
  });

  it('takes its epoch from the clock when it is made, and keeps it', () => {
    const first = openStore(folder, nowS * 1_000);
    first.close();
    const later = openStore(folder, (nowS + 500) * 1_000);
    expect(later.dataset.cursor()).toMatchObject({ epoch: nowS, seq: 0 });
    later.close();
  });

  it('is not opened when a newer version wrote it', () => {
    const file = join(folder, 'headend.db');
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    expect(() => openDatabase(file)).toThrow(/newer version/);
  });
});

describe('the keys of the head-end', () => {
  const keyset = (jws: string, root: { kty: string; crv: string; x: string }): Keyset => {
    const opened = openDown('keyset', Buffer.from(jws), {
      ring: rootOnly(root),
      time: { nowS, notBeforeJudged: true },
      audiences: ['building:maple-court'],
    });
    if (opened.kind === 'refused') throw new Error(opened.reason);
    return opened.payload;
  };

  it('are one per role, in private files, named by a keyset that the root signed', () => {
    const keys = headEndKeys(folder, 'maple-court', nowS);
    const { n, keys: listed } = keyset(keys.keyset, keys.root);
    expect(n).toBe(nowS);
    expect(listed.map(({ roles }) => roles)).toEqual([['time'], ['dataset'], ['command'], ['ack']]);
    for (const key of listed) expect(key.exp - nowS).toBe(2 * yearS);
    for (const name of readdirSync(folder)) expect(modeOf(join(folder, name))).toBe('600');
    expect(readdirSync(folder).sort()).toEqual([
      'ack.jwk',
      'command.jwk',
      'dataset.jwk',
      'keyset.jws',
      'root.jwk',
      'site.key',
      'time.jwk',
    ]);
  });

  it('stay as they are while more than half of their life is left', () => {
    const first = headEndKeys(folder, 'maple-court', nowS);
    const later = headEndKeys(folder, 'maple-court', nowS + yearS - 60);
    expect(later.keyset).toBe(first.keyset);
    expect(later.signers.time.kid).toBe(first.signers.time.kid);
  });

  it('are renewed after that, with the old ones still in the next keyset until they end', () => {
    const first = headEndKeys(folder, 'maple-court', nowS);
    const second = headEndKeys(folder, 'maple-court', nowS + yearS + 60);
    expect(second.n).toBeGreaterThan(first.n);
    expect(second.signers.time.kid).not.toBe(first.signers.time.kid);
    const kids = keyset(second.keyset, second.root).keys.map(({ kid }) => kid);
    expect(kids).toHaveLength(8);
    expect(kids).toContain(first.signers.time.kid);
    const third = headEndKeys(folder, 'maple-court', nowS + 2 * yearS + 120);
    const lastKids = keyset(third.keyset, third.root).keys.map(({ kid }) => kid);
    expect(lastKids).toHaveLength(8);
    expect(lastKids).not.toContain(first.signers.time.kid);
  });

  it('get their keyset also when the process ended between the two', () => {
    const { n } = headEndKeys(folder, 'maple-court', nowS);
    rmSync(join(folder, 'time.jwk'));
    const next = headEndKeys(folder, 'maple-court', nowS);
    expect(next.n).toBe(n + 1);
    const ring = withKeyset(rootOnly(next.root), keyset(next.keyset, next.root));
    const welcome = signJws(
      'vestibule-welcome',
      { aud: 'front', nonce: null, time: '2026-11-22T00:00:00.000Z', epoch: 1, seq: 1 },
      next.signers.time,
    );
    const opened = openDown('welcome', Buffer.from(welcome), {
      ring,
      time: { nowS, notBeforeJudged: true },
      audiences: ['front'],
    });
    expect(opened.kind).toBe('message');
  });

  it.each([
    ['all of it', []],
    ['the root and the site key only', ['time.jwk', 'dataset.jwk', 'command.jwk', 'ack.jwk', 'keyset.jws']],
  ])(
    'failure case 8: are believed also by who had later ones, where a backup of %s was put back',
    (_, lost) => {
      headEndKeys(folder, 'maple-court', nowS);
      const backup = tempDir();
      cpSync(folder, backup, { recursive: true });
      for (const name of lost) rmSync(join(backup, name));
      const later = headEndKeys(folder, 'maple-court', nowS + yearS + 60);
      const restored = headEndKeys(backup, 'maple-court', nowS + yearS + 120);
      expect(restored.n).toBeGreaterThan(later.n);
    },
  );

  it('are not replaced when a file is damaged; the sentence names the file and nothing in it', () => {
    headEndKeys(folder, 'maple-court', nowS);
    const damaged = readFileSync(join(folder, 'root.jwk'), 'utf8').slice(0, 60);
    writeFileSync(join(folder, 'root.jwk'), damaged);
    expect(() => headEndKeys(folder, 'maple-court', nowS)).toThrow(/root\.jwk is not a private Ed25519 key/);
    expect(() => headEndKeys(folder, 'maple-court', nowS)).not.toThrow(new RegExp(damaged.slice(20, 50)));
    expect(readFileSync(join(folder, 'root.jwk'), 'utf8')).toBe(damaged);
  });
});

describe('adding a device', () => {
  it("fills its identity folder privately, with the root's public half only", () => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    const identity = join(head.folder, 'identity');
    head.books.addDevice('front', identity, 'mqtt://broker.test:1883');
    expect(modeOf(identity)).toBe('700');
    for (const name of readdirSync(identity)) expect(modeOf(join(identity, name))).toBe('600');
    const json = (name: string): unknown => JSON.parse(readFileSync(join(identity, name), 'utf8'));
    expect(json('device.json')).toEqual({
      device: 'front',
      building: 'maple-court',
      broker: 'mqtt://broker.test:1883',
      enrolledAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    });
    expect(Object.keys(json('root.jwk') as object).sort()).toEqual(['crv', 'kty', 'x']);
    expect(readFileSync(join(identity, 'site.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('refuses an id that exists, unless its key shall be replaced', () => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    const add = (folderName: string, options = {}) =>
      head.books.addDevice('front', join(head.folder, folderName), 'mqtt://broker.test', options);
    add('one');
    const before = head.books.store.devices.get('front')?.publicKey;
    expect(() => add('two')).toThrow(/exists already.*--replace-key/);
    add('two', { replaceKey: true });
    expect(head.books.store.devices.get('front')?.publicKey).not.toBe(before);
  });

  it.each([
    ['an id that no topic can hold', 'Front Door', 'new', 'mqtt://broker.test', /cannot be a device id/],
    ['a head-end’s name', 'headend-maple-court', 'new', 'mqtt://broker.test', /take.* for a head-end/],
    ['a broker that is no MQTT URL', 'front', 'new', 'broker.test', /mqtt:\/\/broker\.example/],
    ['a folder with files in it', 'front', 'state', 'mqtt://broker.test', /is not empty/],
  ])('refuses %s', (_, id, out, broker, sentence) => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    expect(() => head.books.addDevice(id, join(head.folder, out), broker)).toThrow(sentence);
    expect(head.books.store.devices.all()).toEqual([]);
  });

  it('needs a building first', () => {
    const head = temporaryHeadEnd();
    expect(() => head.books.addDevice('front', join(head.folder, 'i'), 'mqtt://b')).toThrow(
      /publish building\.yaml/,
    );
  });
});
