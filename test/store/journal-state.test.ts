import { describe, expect, it } from 'vitest';
import type { Subject } from '../../controller/core/access/facts.ts';
import { AreaId, GuestId, ResidentId } from '../../controller/core/dataset.ts';
import type { Journal, JournalChange, Revocation, SeenCommand } from '../../controller/ports/journal.ts';
import { storeIn, tempDir } from '../support/store.ts';

const gus = GuestId.parse('gus');
const revocation = (fields: Partial<Revocation> = {}): Revocation => ({
  table: 'credential',
  id: 'pin-anna',
  maxVersion: 5,
  epoch: 1,
  seq: 20,
  ...fields,
});
const deniedUpTo = (journal: Journal, versions: readonly number[]) =>
  versions.filter((version) => journal.denied({ table: 'credential', id: 'pin-anna', version }));

/** Makes the changes, looks, and looks again after a restart: memory and disk must say the same. */
function afterwards<T>(changes: readonly JournalChange[], look: (journal: Journal) => T): T {
  const dir = tempDir();
  const store = storeIn(dir);
  for (const change of changes) store.journal.commit([], [change]);
  const inMemory = look(store.journal);
  store.close();
  expect(look(storeIn(dir).journal)).toEqual(inMemory);
  return inMemory;
}

const set = <K extends JournalChange['kind']>(change: Extract<JournalChange, { kind: K }>): JournalChange =>
  change;
const lockdown = (scope: string, on: boolean, counter: number) =>
  set<'lockdown'>({ kind: 'lockdown', lockdown: { scope, on, counter } });
const revoke = (fields: Partial<Revocation> = {}) =>
  set<'revocation'>({ kind: 'revocation', revocation: revocation(fields) });
const count = (at: number) => set<'countUse'>({ kind: 'countUse', guest: gus, at });
const giveBack = set<'giveBackUse'>({ kind: 'giveBackUse', guest: gus });

describe('the denylist', () => {
  it('denies versions up to its maximum, and no other row', () => {
    const denied = afterwards([revoke()], (journal) => [
      deniedUpTo(journal, [1, 5, 6]),
      journal.denied({ table: 'guest', id: 'pin-anna', version: 1 }),
      journal.denied({ table: 'credential', id: 'pin-bruno', version: 1 }),
    ]);
    expect(denied).toEqual([[1, 5], false, false]);
  });

  it('keeps the widest of several, whatever their order, and each until it is dropped', () => {
    const wide = revoke({ maxVersion: 9, seq: 30 });
    const look = (journal: Journal) => [deniedUpTo(journal, [5, 9, 10]), journal.revocations().length];
    expect(afterwards([wide, revoke(), revoke()], look)).toEqual([[5, 9], 2]);
    expect(
      afterwards(
        [revoke(), wide, { kind: 'dropRevocations', revocations: [revocation({ maxVersion: 9, seq: 30 })] }],
        look,
      ),
    ).toEqual([[5], 1]);
  });

  it('drops only the very entry that is named', () => {
    const changes = [
      revoke(),
      set<'dropRevocations'>({ kind: 'dropRevocations', revocations: [revocation({ seq: 21 })] }),
    ];
    expect(afterwards(changes, (journal) => journal.revocations())).toEqual([revocation()]);
    const dropped = [
      revoke(),
      set<'dropRevocations'>({ kind: 'dropRevocations', revocations: [revocation()] }),
    ];
    expect(afterwards(dropped, (journal) => [journal.revocations(), deniedUpTo(journal, [1])])).toEqual([
      [],
      [],
    ]);
  });
});

describe('a lockdown', () => {
  it.each<readonly [string, readonly JournalChange[], readonly (readonly [string, boolean, number])[]]>([
    ['holds', [lockdown('building', true, 1)], [['building', true, 1]]],
    [
      'ends by a higher counter',
      [lockdown('building', true, 1), lockdown('building', false, 2)],
      [['building', false, 2]],
    ],
    [
      'does not end by the same counter',
      [lockdown('building', true, 1), lockdown('building', false, 1)],
      [['building', true, 1]],
    ],
    [
      'does not end by a lower counter',
      [lockdown('building', true, 3), lockdown('building', false, 2)],
      [['building', true, 3]],
    ],
    [
      'has a counter of its own in each scope',
      [lockdown('building', true, 5), lockdown('door:lobby', true, 1), lockdown('area:p1', false, 2)],
      [
        ['area:p1', false, 2],
        ['building', true, 5],
        ['door:lobby', true, 1],
      ],
    ],
  ])('%s', (_, changes, expected) => {
    const found = afterwards(changes, (journal) =>
      journal.lockdowns().map(({ scope, on, counter }) => [scope, on, counter] as const),
    );
    expect(found).toHaveLength(expected.length);
    expect(found).toEqual(expect.arrayContaining([...expected]));
  });
});

describe('a guest’s uses', () => {
  it.each<readonly [string, readonly JournalChange[], object]>([
    ['are none at first', [], { used: 0, known: true }],
    ['are counted from the first', [count(10), count(20)], { used: 2, firstUsedAt: 10, known: true }],
    ['are given back', [count(10), count(20), giveBack], { used: 1, firstUsedAt: 10, known: true }],
    ['leave no first use when all are given back', [count(10), giveBack], { used: 0, known: true }],
    ['begin anew after that', [count(10), giveBack, count(30)], { used: 1, firstUsedAt: 30, known: true }],
    ['never fall below none', [giveBack, count(10), giveBack, giveBack], { used: 0, known: true }],
  ])('%s', (_, changes, expected) => {
    expect(afterwards(changes, (journal) => journal.guestUses(gus))).toEqual(expected);
  });
});

describe('commands that were seen', () => {
  const command = (id: string, fields: Partial<SeenCommand> = {}) =>
    set<'command'>({ kind: 'command', command: { id, outcome: 'accepted', at: 1, ...fields } });

  it('are found with their outcome and its reason', () => {
    const changes = [
      command('a'),
      command('b'),
      command('a', { outcome: 'rejected', reason: 'noGrant', at: 2 }),
    ];
    const found = afterwards(changes, (journal) => [
      journal.seenCommand('a'),
      journal.seenCommand('z'),
      journal.unfinishedCommands(),
    ]);
    expect(found).toEqual([
      { id: 'a', outcome: 'rejected', reason: 'noGrant', at: 2 },
      undefined,
      [{ id: 'b', outcome: 'accepted', at: 1 }],
    ]);
  });

  it('are kept for a day and at least a thousand, and while they are unfinished', () => {
    const day = 24 * 60 * 60 * 1_000;
    let now = 0;
    const { journal } = storeIn(tempDir());
    const note = (id: string, at: number, outcome: SeenCommand['outcome'] = 'done') =>
      command(id, { at, outcome });
    journal.commit([], [note('unfinished', 1, 'accepted'), note('oldest', 2), note('older', 3)]);
    journal.commit(
      [],
      Array.from({ length: 996 }, (_, index) => note(`many-${index}`, 4)),
    );
    const kept = () => ['unfinished', 'oldest', 'older', 'many-0'].filter((id) => journal.seenCommand(id));
    now = 2 * day;
    journal.commit([], [note('a', now)]);
    expect(kept()).toEqual(['unfinished', 'oldest', 'older', 'many-0']);
    journal.commit([], [note('b', now)]);
    expect(kept()).toEqual(['unfinished', 'oldest', 'older', 'many-0']);
    journal.commit([], [note('c', now)]);
    expect(kept()).toEqual(['unfinished', 'older', 'many-0']);
    now = 3 * day;
    journal.commit(
      [],
      Array.from({ length: 1_000 }, (_, index) => note(`more-${index}`, now)),
    );
    expect([kept(), journal.seenCommand('a')]).toEqual([
      ['unfinished'],
      { id: 'a', outcome: 'done', at: 2 * day },
    ]);
  });

  it.each([
    ['ahead', 365],
    ['behind', -60],
  ])('are kept for that day by their own time where the system’s clock is %s', (_, days) => {
    const day = 24 * 60 * 60 * 1_000;
    const noon = 400 * day;
    const { journal } = storeIn(tempDir(), () => noon + days * day);
    journal.commit([], [command('first', { outcome: 'done', at: noon })]);
    const noteMany = (at: number) =>
      journal.commit(
        [],
        Array.from({ length: 1_001 }, (_, index) => command(`${at}-${index}`, { outcome: 'done', at })),
      );
    noteMany(noon + day);
    expect(journal.seenCommand('first')).toBeDefined();
    noteMany(noon + day + 1);
    expect(journal.seenCommand('first')).toBeUndefined();
  });
});

describe('what else is remembered', () => {
  it('is the clock’s floor, which may be lowered, and the last welcome', () => {
    expect(afterwards([], (journal) => [journal.clockFloor(), journal.lastWelcomeAt()])).toEqual([
      0,
      undefined,
    ]);
    const changes: readonly JournalChange[] = [
      { kind: 'clockFloor', floor: 1_800_000_000_000 },
      { kind: 'clockFloor', floor: 1_790_000_000_000 },
      { kind: 'welcome', at: 1_790_000_000_500 },
    ];
    expect(afterwards(changes, (journal) => [journal.clockFloor(), journal.lastWelcomeAt()])).toEqual([
      1_790_000_000_000, 1_790_000_000_500,
    ]);
  });

  it('is everybody’s last area, a guest being its own person', () => {
    const anna: Subject = { kind: 'resident', id: ResidentId.parse('gus') };
    const guest: Subject = { kind: 'guest', id: gus };
    const move = (subject: Subject, area: string, at: number) =>
      set<'knownArea'>({ kind: 'knownArea', subject, area: AreaId.parse(area), at });
    const areas = afterwards([move(anna, 'p1', 1), move(anna, 'p2', 2), move(guest, 'p3', 3)], (journal) => [
      journal.knownArea(anna),
      journal.knownArea(guest),
      journal.knownArea({ kind: 'guest', id: GuestId.parse('nobody') }),
    ]);
    expect(areas).toEqual([{ area: 'p2', since: 2 }, { area: 'p3', since: 3 }, undefined]);
  });

  it('comes with its event or not at all', () => {
    const { journal } = storeIn(tempDir());
    const bad = { kind: 'countUse', guest: gus, at: 'noon' } as unknown as JournalChange;
    expect(() => journal.commit(['{}'], [count(1), bad])).toThrow(
      expect.objectContaining({ name: 'StorageFault' }),
    );
    expect([journal.head().seq, journal.after(0, 9), journal.guestUses(gus)]).toEqual([
      0,
      [],
      { used: 0, known: true },
    ]);
  });
});
