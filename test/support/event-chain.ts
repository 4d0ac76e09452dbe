import { expect } from 'vitest';
import type { Journal } from '../../controller/ports/journal.ts';
import { eventHash } from '../../controller/store/event-log.ts';

/** Every event is there, from the first to the head, each linked to the one before. */
export function expectWholeChain(journal: Pick<Journal, 'after' | 'head'>): void {
  let hash = '0'.repeat(64);
  const events = journal.after(0, 1_000_000);
  for (const [index, event] of events.entries()) {
    hash = eventHash(hash, event.body);
    if (event.seq !== index + 1 || event.hash !== hash) expect.unreachable(`broken at ${event.seq}`);
  }
  expect(journal.head()).toEqual({ seq: events.length, hash });
}
