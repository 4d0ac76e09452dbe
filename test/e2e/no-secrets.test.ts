/**
 * Codes, cards, car tags, their hashes and phone numbers of a busy building are nowhere to be found, but:
 * - in the building file, which people write by hand, everything stands in clear;
 * - `replica.db` of the controller and `headend.db` of the head-end hold the dataset, and so do the deltas and snapshots
 *   between them: hashes, and in clear phone numbers and directory codes, which calls need;
 * - the site key rests in one file of each end.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type BusyRun, busyRun } from '../support/busy-run.ts';
import type { Place } from '../support/places.ts';
import { type Secret, type SecretKind, searchFor } from '../support/secrets.ts';
import { throughSqlite } from '../support/site-files.ts';

let run: BusyRun;
let search: (bytes: Uint8Array) => readonly Secret[];
beforeAll(async () => {
  run = await busyRun();
  search = searchFor(run.secrets);
}, 400_000);

const placesOf = (name: RegExp): readonly Place[] => run.places.filter((place) => name.test(place.name));
const allOf = (kind: SecretKind): readonly Secret[] => run.secrets.filter((secret) => secret.kind === kind);
const oneOf = (kind: SecretKind): string => allOf(kind)[0]?.text ?? '';
const kinds = [
  'code',
  'card',
  'carTag',
  'hash',
  'strangersHash',
  'phone',
  'directoryCode',
  'siteKey',
] as const;

describe('a busy run of a building', () => {
  it('was busy', () => {
    expect([...run.happened]).toEqual(
      expect.arrayContaining([
        'AccessGranted',
        'AccessDenied unknownCredential',
        'AccessDenied revoked',
        'AccessDenied lockedDown',
        'AccessDenied wrongMethod',
        'AccessDenied notActiveYet',
        'AccessDenied movedOut',
        'CallStarted',
        'CallAnswered',
        'CallEnded',
        'StorageFault',
      ]),
    );
    expect(allOf('code').length).toBeGreaterThan(140);
    expect(allOf('hash').length).toBeGreaterThan(200);
    expect(allOf('phone').length).toBeGreaterThan(100);
    expect(allOf('directoryCode').length).toBeGreaterThan(100);
  });

  it.each([
    ['the log of the controller', /^program vestibule run/, '"controller is up"'],
    ['the log of the head-end', /^program vestibule-headend .* run/, 'connected to the broker'],
    ['what publishing says', /^program vestibule-headend .* publish/, 'residents added'],
    ['what is wrong with a building file', /publish .*wrong-sense/, 'share one code'],
    ['what is wrong with a configuration', /config check/, 'port.yaml:'],
    ['the events as they are watched', /^program vestibule-headend .* watch --json/, 'AccessDenied'],
    ['the events as the device lists them', /^program vestibule events --json/, 'StorageFault'],
    ['what the simulator answers', /^program vestibule-sim code/, '"outcome":"grant"'],
    ['what the browser received', /^browser/, 'Élodie Tremblay'],
    ['the answers that the browser received', /^browser/, '"outcome":"deny"'],
    ['the addresses that the browser asked for', /^addresses/, '/api/entry'],
    ['the screen', /^screen/, 'Élodie Tremblay'],
    ['what the phone’s page shows of a call', /^phone 200 \/api\/phone/, '"answered"'],
    ['the phone’s page', /^phone 200 \/$/, 'Simulated phone'],
    ['what the simulated phone answers in a terminal', /^program vestibule-sim phone/, 'preset'],
    ['answers to garbage', /^HTTP 400/, 'sentence'],
    ['deltas on the wire', /^wire .*\/delta/, 'Neen O'],
    ['chunks on the wire', /^wire .*\/chunk/, '101-elodie-tremblay'],
    ['events on the wire', /^wire .*\/events/, 'AccessDenied'],
    ['replica.db', /^controller\/replica\.db after/, '101-elodie-tremblay'],
    ['events.db after a checkpoint', /^controller\/events\.db after kill -9, checkpointed/, 'AccessDenied'],
    ['the write-ahead log of events.db', /^controller\/events\.db-wal after kill -9/, 'AccessGranted'],
    ['an events.db that was set aside', /^controller\/events\.db\.unreadable/, 'AccessGranted'],
    ['a replica.db that was set aside', /^controller\/replica\.db\.unreadable/, '101-elodie-tremblay'],
    ['headend.db', /^headend\/headend\.db at the end/, 'AccessDenied'],
  ])('left %s to be searched', (_, name, text) => {
    expect(placesOf(name).some(({ bytes }) => bytes.includes(text))).toBe(true);
  });

  it('left no secret where it does not belong', () => {
    const leaks = run.places.flatMap(({ name, bytes, may }) =>
      [...Map.groupBy(search(bytes), ({ kind }) => kind)]
        .filter(([kind]) => !may.includes(kind))
        .map(([kind, found]) => `${found.length} of ${kind} in ${name}, such as ${found[0]?.text}`),
    );
    expect(leaks).toEqual([]);
  });

  it.each([
    /^controller\/replica\.db after kill -9, checkpointed/,
    /^headend\/headend\.db after kill -9, checkpointed/,
  ])('left every hash, phone number and directory code, and nothing else, in %s', (name) => {
    const [place] = placesOf(name);
    const found = search(place?.bytes ?? Buffer.alloc(0));
    const dataset: readonly SecretKind[] = ['hash', 'phone', 'directoryCode'];
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(dataset));
    const wanted = run.published.filter(({ kind }) => dataset.includes(kind)).map(({ text }) => text);
    expect(wanted.length).toBeGreaterThan(400);
    expect(found.map(({ text }) => text)).toEqual(expect.arrayContaining(wanted));
  });

  it('left the site key in its files', () => {
    for (const name of [/^controller\/identity\/site\.key/, /^headend\/site\.key/]) {
      expect(placesOf(name).map(({ bytes }) => search(bytes).map(({ kind }) => kind))).toContainEqual([
        'siteKey',
      ]);
    }
  });

  it('would have shown each kind of secret at each place', () => {
    const planted = Buffer.from(kinds.map((kind) => `{"said":"${oneOf(kind)}"}`).join(' '));
    for (const { name, bytes } of run.places) {
      const middle = Math.floor(bytes.length / 2);
      const found = search(Buffer.concat([bytes.subarray(0, middle), planted, bytes.subarray(middle)]));
      expect(new Set(found.map(({ kind }) => kind)), name).toEqual(new Set(kinds));
    }
  });

  it('would have shown a secret in a row of the event log, before and after a checkpoint', async () => {
    const [place] = placesOf(/^controller\/events\.db at the end, checkpointed/);
    if (place === undefined) throw new Error('no events.db');
    const body = JSON.stringify({ type: 'AccessDenied', note: JSON.stringify({ digits: oneOf('code') }) });
    const { checkpointed, values } = await throughSqlite(place, undefined, (db) =>
      db.prepare("INSERT INTO event VALUES (1000000, 0, ?, 'hash')").run(body),
    );
    for (const bytes of [checkpointed, values])
      expect(search(bytes).map(({ kind }) => kind)).toEqual(['code']);
  });
});

describe('the search', () => {
  it.each([
    ['a JSON field', (code: string) => `{"digits":"${code}"}`],
    ['JSON within JSON', (code: string) => JSON.stringify({ body: JSON.stringify({ code }) })],
    ['a number', (code: string) => `{"digits":${code}}`],
    ['a line of its own', (code: string) => `typed\n${code}\n`],
    ['an escaped line', (code: string) => JSON.stringify(`typed\n${code}\n`)],
    ['an address', (code: string) => `http://127.0.0.1/api/entry?code=${code}&door=front`],
    ['the form that is hashed', (code: string) => `code:${code}`],
    ['columns of SQLite without anything between them', (code: string) => `front${code}keypad`],
  ])('finds a code in %s', (_, write) => {
    expect(search(Buffer.from(write('48292613')))).toMatchObject([{ kind: 'code', text: '48292613' }]);
  });

  it.each([
    ['a phone number that is percent-encoded', 'tel=%2B14165550163', 'phone'],
    ['a phone number without its country', 'Call 4165550163.', 'phone'],
    ['a card in capitals', 'bits:26:BD88EB80', 'card'],
    ['a card as bits', '10111101100010001110101110', 'card'],
    ['a car tag in lower case', '"e2003412012f1700046a21c8"', 'carTag'],
    ['a directory code as text', '{"directoryCode":"3543"}', 'directoryCode'],
  ])('finds %s', (_, text, kind) => {
    expect(search(Buffer.from(text)).map((secret) => secret.kind)).toEqual([kind]);
  });

  it('finds a hash beside another, and the site key in other forms', () => {
    expect(search(Buffer.from(`${'a'.repeat(64)}${oneOf('hash')}`)).map(({ kind }) => kind)).toEqual([
      'hash',
    ]);
    const key = Buffer.from(oneOf('siteKey'), 'hex');
    for (const form of [key, key.toString('base64'), key.toString('base64url'), key.toString('hex')]) {
      expect(search(Buffer.from(form)).map(({ kind }) => kind)).toEqual(['siteKey']);
    }
  });

  it.each([
    ['part of a hash', `${'c'.repeat(20)}48292613${'f'.repeat(36)}`],
    ['the start of a UUID', '48292613-1b7e-4c6a-9d55-0123456789ab'],
    ['a fraction', '{"monotonicMs":1043.48292613}'],
    ['part of a longer number', '1482926130'],
    ['a suite', '{"suite":"1006"}'],
    ['the length of an answer', '{"content-length":"3543"}'],
    ['a number that a directory code equals', '{"seq":3543,"at":"2026-11-22T10:35:43.354Z"}'],
  ])('is not misled by %s', (_, text) => {
    expect(search(Buffer.from(text))).toEqual([]);
  });
});
