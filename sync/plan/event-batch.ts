import type { CommittedEvent } from '../../controller/ports/journal.ts';
import { limits } from '../protocol/limits.ts';

const utf8 = new TextEncoder();

/** As many of the oldest events as one message may hold: at most 200 or 60 KiB, and always one. */
export function eventBatch(events: readonly CommittedEvent[]): readonly CommittedEvent[] {
  let bytes = 0;
  let count = 0;
  for (const event of events.slice(0, limits.eventBatchCount)) {
    bytes += utf8.encode(JSON.stringify(event)).length + 1;
    if (count > 0 && bytes > limits.eventBatch) break;
    count += 1;
  }
  return events.slice(0, count);
}
