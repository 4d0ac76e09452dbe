import { setTimeout as pause } from 'node:timers/promises';
import { rowLabel } from '../dataset/summary.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { endWithReader, say, untilToldToEnd, withState } from './context.ts';
import { type EventNames, eventJson, eventLine } from './event-line.ts';

/** The store tells nobody when it grows; a look costs one pragma. */
const lookEveryMs = 200;
const pageSize = 500;

export interface WatchOptions {
  readonly json?: true;
  readonly device?: string;
  readonly tail: number;
}

/** `watch`: the last events, then each as it is committed, until told to end. Works with and without a running head-end. */
export const watchCommand = (stateDir: string, { json, device, tail }: WatchOptions): Promise<void> =>
  withState(stateDir, async ({ store }) => {
    endWithReader();
    const signal = untilToldToEnd();
    const names = namesIn(store);
    const print = (event: StoredEvent): void =>
      say(json === true ? eventJson(event) : eventLine(event, names));
    const newest = store.events.tail(1)[0]?.n ?? 0;
    const shown = store.events.tail(tail, device);
    for (const event of shown) print(event);
    let last = Math.max(newest, shown.at(-1)?.n ?? 0);
    let version = -1;
    while (!signal.aborted) {
      const now = store.dataVersion();
      if (now !== version) {
        version = now;
        for (let page = store.events.after(last, pageSize, device); page.length > 0; ) {
          for (const event of page) print(event);
          last = page.at(-1)?.n ?? last;
          page = store.events.after(last, pageSize, device);
        }
      }
      await pause(lookEveryMs, undefined, { signal }).catch(() => {});
    }
  });

function namesIn({ dataset }: HeadEndStore): EventNames {
  const fields = (row: { row: string | null } | undefined): Record<string, unknown> =>
    JSON.parse(row?.row ?? '{}') as Record<string, unknown>;
  const [building] = dataset.tableRows('building');
  const timezone = fields(building)['timezone'];
  return {
    timezone: typeof timezone === 'string' ? timezone : 'UTC',
    label: (table, id) => {
      const row = dataset.row(table, id);
      return (row?.row ?? null) === null ? undefined : rowLabel(table, fields(row));
    },
  };
}
