import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommittedEvent, Journal } from '../../controller/ports/journal.ts';
import { makeJournalState } from '../../controller/store/journal-state.ts';
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
    const journal = new SqliteJournal(db, () => 0);
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
    let now = 0;
    const { journal } = storeIn(tempDir(), () => now);
    const [first] = journal.commit(bodies(1));
    journal.commit(bodies(1, 2));
    now = 50;
    journal.commit(bodies(1, 3));
    const [, second] = journal.after(0, 2);
    ack(journal, 3);
    journal.prune(50);
    expect(seqs(journal.after(0, 9))).toEqual([3]);
    const rewind = (upTo: number, hash = '') =>
      journal.acknowledge({ log: journal.log, upTo, hash, rewind: true });
    expect(rewind(2, first?.hash)).toBe('wrongHash');
    expect(rewind(2, second?.hash)).toBe('accepted');
  });
});

describe('pruning', () => {
  /** Ten events, one at each instant from 1 to 10. */
  function aged() {
    const dir = tempDir();
    let now = 0;
    const { journal } = storeIn(dir, () => now);
    for (const body of bodies(10)) {
      now += 1;
      journal.commit([body]);
    }
    return { dir, journal };
  }

  it.each<readonly [string, number, number, readonly number[]]>([
    ['nothing that is not acknowledged', 0, 99, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['nothing that is not old', 10, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['what is acknowledged and old: old reaches further', 4, 8, [5, 6, 7, 8, 9, 10]],
    ['what is acknowledged and old: acknowledged reaches further', 8, 4, [4, 5, 6, 7, 8, 9, 10]],
    ['everything', 10, 99, []],
  ])('deletes %s', (_, acked, before, kept) => {
    const { journal } = aged();
    if (acked > 0) ack(journal, acked);
    journal.prune(before);
    expect(seqs(journal.after(0, 99))).toEqual(kept);
  });

  it('never makes a seq come again, also after a restart', () => {
    const { dir, journal } = aged();
    const { hash } = journal.head();
    ack(journal, 10);
    journal.prune(99);
    const again = storeIn(dir).journal;
    expect(again.head()).toEqual({ seq: 10, hash });
    expectChain(again.commit(bodies(2, 11)), { seq: 10, hash });
  });

  it('takes weeks of events in slices, so that no door waits', () => {
    const { journal } = storeIn(tempDir());
    journal.commit(bodies(5_000));
    ack(journal, 4_500);
    const kept = [1, 2, 3].map(() => {
      journal.prune(99);
      return journal.after(0, 1)[0]?.seq;
    });
    expect(kept).toEqual([2_001, 4_001, 4_501]);
  });

  it('leaves no hole when the clock went back', () => {
    let now = 0;
    const { journal } = storeIn(tempDir(), () => now);
    for (const at of [1, 100, 2, 3]) {
      now = at;
      journal.commit(bodies(1));
    }
    ack(journal, 4);
    journal.prune(50);
    expect(seqs(journal.after(0, 99))).toEqual([2, 3, 4]);
  });
});
