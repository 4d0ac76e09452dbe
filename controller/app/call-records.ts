import type { CallRecord } from '../core/call/recall.ts';
import type { Journal } from '../ports/journal.ts';

/** More than a busy day has of all events together. */
const lookedAt = 20_000;
const batch = 500;

/** The calls among the last events of the log, oldest first. */
export function callRecords(journal: Journal): readonly CallRecord[] {
  const records: CallRecord[] = [];
  const { seq: head } = journal.head();
  for (let after = Math.max(0, head - lookedAt); after < head; ) {
    const events = journal.after(after, batch);
    const last = events.at(-1);
    if (last === undefined) break;
    for (const { body } of events) {
      if (body.includes('"type":"Call')) records.push(JSON.parse(body) as CallRecord);
    }
    after = last.seq;
  }
  return records;
}
