/**
 * Uses of guests whose uses are limited, reported back to every console (DESIGN section 4, "Uses"). The dataset is one
 * for the whole building, so the row names the uses of each console by its event log, and each console leaves out its
 * own, which it knows better (docs/adr/0012-uses-by-event-log.md).
 */
import { z } from 'zod';
import { InstantText } from '../../../controller/core/dataset.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { diffRows, type RowToPublish } from './diff.ts';

const UseEvent = z.object({
  type: z.enum(['AccessGranted', 'AccessNotTaken']),
  time: InstantText,
  subject: z.object({ kind: z.literal('guest'), id: z.string().min(1).max(64) }),
});

/** Counts what events of one log tell, and returns whose uses have changed; inside the caller's transaction. */
export function countUses(
  { guestUses }: HeadEndStore,
  log: string,
  events: readonly { readonly body: string }[],
): ReadonlySet<string> {
  const guests = new Set<string>();
  for (const { body } of events) {
    const event = useEvent(body);
    if (event === undefined) continue;
    const { id } = event.subject;
    if (event.type === 'AccessGranted') guestUses.count(id, log, event.time);
    else guestUses.giveBack(id, log);
    guests.add(id);
  }
  return guests;
}

function useEvent(body: string): z.infer<typeof UseEvent> | undefined {
  // Most events concern no guest, and a batch has 200 of them.
  if (!body.includes('"guest"')) return undefined;
  try {
    const parsed = UseEvent.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Rows of guests whose uses are limited, with the uses that consoles have told of. */
export const withUses = (store: HeadEndStore, rows: readonly RowToPublish[]): readonly RowToPublish[] =>
  rows.map((row) => (row.table === 'guest' ? { ...row, row: told(store, row) } : row));

function told({ guestUses }: HeadEndStore, { id, row }: RowToPublish): RowToPublish['row'] {
  const { usedElsewhere: _uses, firstUsedAt: _first, ...written } = row;
  if (written['maxUses'] === undefined && written['validForMs'] === undefined) return written;
  const uses = guestUses.of(id);
  if (uses.length === 0) return written;
  const [firstUsedAt] = uses.flatMap((use) => use.firstUsedAt ?? []).sort();
  return {
    ...written,
    usedElsewhere: Object.fromEntries(uses.map(({ log, used }) => [log, used])),
    ...(firstUsedAt === undefined ? {} : { firstUsedAt }),
  };
}

/** What changes of these guests' published rows; inside the caller's transaction. */
export function useChanges(store: HeadEndStore, guests: Iterable<string>): ReturnType<typeof diffRows> {
  const stored = [...guests].flatMap((id) => store.dataset.row('guest', id) ?? []);
  const wanted = stored.flatMap(({ table, id, row: text }) => {
    if (text === null) return [];
    const { version: _, ...row } = JSON.parse(text) as Record<string, unknown>;
    return [{ table, id, row }];
  });
  return diffRows(stored, withUses(store, wanted));
}
