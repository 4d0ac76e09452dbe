import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommittedEvent, Journal } from '../../controller/ports/journal.ts';
import { makeJournalState } from '../../controller/store/journal-state.ts';
import { migrate } from '../../controller/store/migrate.ts';
import { openOrSetAside } from '../../controller/store/open-or-set-aside.ts';
import { SqliteJournal } from '../../controller/store/sqlite-journal.ts';
import { storeIn, tempDir } from '../support/store.ts';

const noHash = '0'.repeat(64);

/** The chain by PROTOCOL's words: each hash is over the raw bytes of the one before and the body. */
function expectChain(events: readonly CommittedEvent[], from = { seq: 0, hash: noHash }): void {
  let { seq, hash } = from;
  for (const event of events) {
    seq += 1;
    hash = createHash('sha256')
      .update(Buffer.concat([Buffer.from(hash, 'hex'), Buffer.from(event.body, 'utf8')]))
      .digest('hex');
    expect([event.seq, event.hash]).toEqual([seq, hash]);
  }
}

const bodies = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => JSON.stringify({ type: 'Été', n: from + index }));
const seqs = (events: readonly CommittedEvent[]) => events.map(({ seq }) => seq);
const ack = (journal: Journal, upTo: number, more = {}) =>
  journal.acknowledge({
    log: journal.log,
    upTo,
    hash: upTo === 0 ? noHash : (journal.after(upTo - 1, 1)[0]?.hash ?? ''),
    ...more,
  });
/** Notes that the log had come so far at `instant`; nothing is old enough for it to delete. */
const markAt = (journal: Journal, instant: number) => journal.prune({ now: instant, keptMs: 1_000_000_000 });
/** Deletes what was there at `instant`. */
const pruneTo = (journal: Journal, instant: number) => journal.prune({ now: instant + 1_000, keptMs: 1_000 });

describe('the event log', () => {
  it('begins with nothing', () => {
    const { journal } = storeIn(tempDir());
    expect([journal.head(), journal.acked(), journal.after(0, 10)]).toEqual([
      { seq: 0, hash: noHash },
      0,
      [],
    ]);
    expect(journal.log).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('chains what it appends, with no gap across restarts, in one log', () => {
    const dir = tempDir();
    const logs = new Set<string>();
    for (let start = 0; start < 3; start += 1) {
      const store = storeIn(dir);
      logs.add(store.journal.log);
      const before = store.journal.head();
      expectChain(store.journal.commit(bodies(2, 1 + 4 * start)), before);
      store.journal.commit(bodies(2, 3 + 4 * start));
      store.close();
    }
    const { journal } = storeIn(dir);
    const events = journal.after(0, 100);
    expectChain(events);
    expect(events.map(({ body }) => body)).toEqual(bodies(12));
    expect(journal.head()).toEqual({ seq: 12, hash: events.at(-1)?.hash });
    expect(logs.size).toBe(1);
  });

  it('gives events after a seq, oldest first, no more than asked', () => {
    const { journal } = storeIn(tempDir());
    journal.commit(bodies(10));
    expect(seqs(journal.after(3, 4))).toEqual([4, 5, 6, 7]);
    expect(seqs(journal.after(10, 4))).toEqual([]);
  });

  it('tells listeners after the commit, and only when something was appended', () => {
    const { journal } = storeIn(tempDir());
    const heads: number[] = [];
    const stop = journal.onAppend(() => heads.push(journal.after(0, 99).length));
    journal.commit(bodies(2));
    journal.commit([], [{ kind: 'clockFloor', floor: 5 }]);
    journal.commit(bodies(1));
    stop();
    journal.commit(bodies(1));
    expect(heads).toEqual([2, 3]);
  });

  it('changes nothing when the disk is full, and goes on without a gap when there is room', () => {
    const { used: db } = openOrSetAside(join(tempDir(), 'events.db'), 'events', 0, (opened) => opened);
    makeJournalState(db, 'log', true);
    const journal = new SqliteJournal(db);
    const revocation = { table: 'guest', id: 'gus', maxVersion: 1, epoch: 1, seq: 1 } as const;
    journal.commit(bodies(3));
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 2}`);
    const big = [JSON.stringify('x'.repeat(100_000))];
    expect(() => journal.commit(big, [{ kind: 'revocation', revocation }])).toThrow(
      expect.objectContaining({ name: 'StorageFault', code: 'diskFull' }),
    );
    expect([journal.head().seq, journal.denied({ ...revocation, version: 1 })]).toEqual([3, false]);
    expect(seqs(journal.after(0, 99))).toEqual([1, 2, 3]);
    db.pragma('max_page_count = 100000');
    expect(seqs(journal.commit(big))).toEqual([4]);
    expectChain(journal.after(0, 99));
    journal.close();
  });
});

describe('an acknowledgement', () => {
  it('moves the mark forward, and keeps it over a restart', () => {
    const dir = tempDir();
    const store = storeIn(dir);
    store.journal.commit(bodies(5));
    expect(ack(store.journal, 3)).toBe('accepted');
    expect(ack(store.journal, 5)).toBe('accepted');
    store.close();
    expect(storeIn(dir).journal.acked()).toBe(5);
  });

  it.each<readonly [string, number, object, string]>([
    ['of the same once more', 3, {}, 'alreadyAcknowledged'],
    ['of less', 2, {}, 'alreadyAcknowledged'],
    ['of nothing', 0, {}, 'alreadyAcknowledged'],
    ['of another log', 4, { log: 'another' }, 'wrongLog'],
    ['beyond the head', 6, { hash: noHash }, 'beyondHead'],
    ['with another hash', 4, { hash: 'a'.repeat(64) }, 'wrongHash'],
    ['of less with another hash', 2, { hash: 'a'.repeat(64) }, 'wrongHash'],
    ['of less with another hash, rewinding', 2, { hash: 'a'.repeat(64), rewind: true }, 'wrongHash'],
    ['of nothing with a hash', 0, { hash: 'a'.repeat(64), rewind: true }, 'wrongHash'],
  ])('%s changes nothing', (_, upTo, more, outcome) => {
    const { journal } = storeIn(tempDir());
    journal.commit(bodies(5));
    ack(journal, 3);
    expect([ack(journal, upTo, more), journal.acked()]).toEqual([outcome, 3]);
  });

  it('takes the mark back when the head-end was restored', () => {
    const { journal } = storeIn(tempDir());
    journal.commit(bodies(5));
    ack(journal, 5);
    expect([ack(journal, 2, { rewind: true }), journal.acked()]).toEqual(['accepted', 2]);
    expect([ack(journal, 0, { rewind: true }), journal.acked()]).toEqual(['accepted', 0]);
    expect([ack(journal, 4, { rewind: true }), journal.acked()]).toEqual(['accepted', 4]);
  });

  it('is checked by the next event’s link when its own event is gone', () => {
    const { journal } = storeIn(tempDir());
    const [first] = journal.commit(bodies(1));
    const [second] = journal.commit(bodies(1, 2));
    markAt(journal, 1);
    journal.commit(bodies(1, 3));
    ack(journal, 3);
    pruneTo(journal, 1);
    expect(seqs(journal.after(0, 9))).toEqual([3]);
    const rewind = (upTo: number, hash = '') =>
      journal.acknowledge({ log: journal.log, upTo, hash, rewind: true });
    expect(rewind(2, first?.hash)).toBe('wrongHash');
    expect(rewind(2, second?.hash)).toBe('accepted');
  });
});

describe('pruning', () => {
  /** Ten events, one before each instant from 1 to 10. */
  function aged() {
    const dir = tempDir();
    const { journal } = storeIn(dir);
    for (const [index, body] of bodies(10).entries()) {
      journal.commit([body]);
      markAt(journal, index + 1);
    }
    return { dir, journal };
  }

  it.each<readonly [string, number, number, readonly number[]]>([
    ['nothing that is not acknowledged', 0, 99, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['nothing that is not old', 10, 0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['what is acknowledged and old: old reaches further', 4, 7, [5, 6, 7, 8, 9, 10]],
    ['what is acknowledged and old: acknowledged reaches further', 8, 3, [4, 5, 6, 7, 8, 9, 10]],
    ['everything', 10, 99, []],
  ])('deletes %s', (_, acked, instant, kept) => {
    const { journal } = aged();
    if (acked > 0) ack(journal, acked);
    pruneTo(journal, instant);
    expect(seqs(journal.after(0, 99))).toEqual(kept);
  });

  it('goes on from what is known of their age after a restart', () => {
    const { dir, journal } = aged();
    ack(journal, 10);
    journal.commit(bodies(1, 11));
    const again = storeIn(dir).journal;
    pruneTo(again, 4);
    expect(seqs(again.after(0, 99))).toEqual([5, 6, 7, 8, 9, 10, 11]);
    pruneTo(again, 99);
    expect(seqs(again.after(0, 99))).toEqual([11]);
  });

  it('never makes a seq come again, also after a restart', () => {
    const { dir, journal } = aged();
    const { hash } = journal.head();
    ack(journal, 10);
    pruneTo(journal, 99);
    const again = storeIn(dir).journal;
    expect(again.head()).toEqual({ seq: 10, hash });
    expectChain(again.commit(bodies(2, 11)), { seq: 10, hash });
  });

  it('takes weeks of events in slices, so that no door waits', () => {
    const { journal } = storeIn(tempDir());
    journal.commit(bodies(5_000));
    markAt(journal, 1);
    ack(journal, 4_500);
    const kept = [1, 2, 3].map(() => {
      pruneTo(journal, 1);
      return journal.after(0, 1)[0]?.seq;
    });
    expect(kept).toEqual([2_001, 4_001, 4_501]);
  });

  it('takes a mark that a clock made that ran ahead for one of now, once it is put right', () => {
    const { journal } = storeIn(tempDir());
    journal.commit(bodies(1));
    markAt(journal, 1_000_000);
    ack(journal, 1);
    markAt(journal, 100);
    journal.prune({ now: 149, keptMs: 50 });
    expect(seqs(journal.after(0, 9))).toEqual([1]);
    journal.prune({ now: 150, keptMs: 50 });
    expect(seqs(journal.after(0, 9))).toEqual([]);
  });

  it('keeps no more marks than there are in the time for which events are kept', () => {
    const dir = tempDir();
    const { journal } = storeIn(dir);
    for (let now = 1; now <= 200; now += 1) {
      journal.commit(bodies(1, now));
      journal.prune({ now, keptMs: 30 });
    }
    const db = new Database(join(dir, 'events.db'), { readonly: true });
    const marks = db.prepare('SELECT min(seq), max(seq), count(*) FROM event_mark').raw().get();
    db.close();
    expect([marks, journal.after(0, 1)[0]?.seq]).toEqual([[170, 200, 31], 1]);
  });

  /** Whatever clocks do and whenever power fails: by the true time, which only the test knows. */
  it('never deletes what is young or unacknowledged, leaves no hole, and keeps nothing for ever', () => {
    const keptMs = 30;
    const act = fc.oneof(
      fc.record({ kind: fc.constant('commit'), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant('ack') }),
      fc.record({ kind: fc.constant('look'), aheadMs: fc.constantFrom(0, 0, 0, 25, 1_000_000) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const db = new Database(':memory:');
        migrate(db, 'events');
        makeJournalState(db, 'log', true);
        const journal = new SqliteJournal(db);
        const committedAt: number[] = [];
        let now = 1_000;
        const look = (aheadMs: number): void => {
          const kept = new Set(seqs(journal.after(0, 999)));
          journal.prune({ now: now + aheadMs, keptMs });
          const left = seqs(journal.after(0, 999));
          for (const seq of left) kept.delete(seq);
          const youngest = now + aheadMs - keptMs;
          for (const seq of kept) {
            expect(seq).toBeLessThanOrEqual(journal.acked());
            expect(committedAt[seq - 1]).toBeLessThanOrEqual(youngest);
          }
          expect(left).toEqual(left.map((_, index) => journal.head().seq - left.length + 1 + index));
        };
        for (const one of acts) {
          if (one.kind === 'commit') {
            journal.commit(bodies(one.count));
            committedAt.push(...Array.from({ length: one.count }, () => now));
          } else if (one.kind === 'pass') now += one.ms;
          else if (one.kind === 'ack') ack(journal, journal.head().seq);
          else look(one.aheadMs);
        }
        ack(journal, journal.head().seq);
        look(0);
        now += keptMs;
        look(0);
        expect(journal.after(0, 9)).toEqual([]);
        db.close();
      }),
      { numRuns: 60 },
    );
  });
});
