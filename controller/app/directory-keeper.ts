import type { Building, ResidentId } from '../core/dataset.ts';
import { listDirectory } from '../core/directory.ts';
import {
  type DirectoryIndex,
  type DirectorySearch,
  indexDirectory,
  searchDirectory,
} from '../core/directory-search.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import { type Journal, StorageFault } from '../ports/journal.ts';
import type { DirectoryEntry } from '../ports/lobby.ts';
import type { Replica } from '../ports/replica.ts';
import { EntryHandles } from './entry-handles.ts';
import type { Log } from './log.ts';

/** Residents taken in at once: one to two milliseconds, which no door notices. */
const pageSize = 200;

interface DirectoryKeeperParts {
  readonly replica: Replica;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly onChange: () => void;
}

/** What one page of residents came to; kept for as long as it stays the same. */
interface Page {
  readonly text: string;
  readonly index: DirectoryIndex;
  readonly residents: readonly (readonly [string, ResidentId])[];
}

interface Directory {
  readonly entries: readonly DirectoryEntry[];
  readonly index: DirectoryIndex;
  /** Whom each entry stands for. */
  readonly residents: ReadonlyMap<string, ResidentId>;
}

const nobody: Directory = { entries: [], index: [], residents: new Map() };

/**
 * Keeps the directory ready for the screen. It is read a page a turn, so that doors decide in between; a change while it
 * is being read is followed by another reading. The first page of it is taken in at once.
 */
export class DirectoryKeeper {
  readonly #parts: DirectoryKeeperParts;
  readonly #handles = new EntryHandles();
  #directory = nobody;
  #pages: readonly Page[] = [];
  #reading: { cancel(): void } | 'now' | undefined;
  #again = false;

  constructor(parts: DirectoryKeeperParts) {
    this.#parts = parts;
  }

  entries(): readonly DirectoryEntry[] {
    return this.#directory.entries;
  }

  residentOf(entry: string): ResidentId | undefined {
    return this.#directory.residents.get(entry);
  }

  search(query: string, listing: Building['listing']): DirectorySearch {
    return searchDirectory(this.#directory.index, query, listing);
  }

  refresh(): void {
    if (this.#reading !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#readOn([], undefined);
  }

  close(): void {
    if (this.#reading !== 'now') this.#reading?.cancel();
    this.#reading = undefined;
  }

  #readOn(before: readonly Page[], after: { readonly suite: string; readonly id: string } | undefined): void {
    this.#reading = 'now';
    let page: { readonly page: Page; readonly last: typeof after };
    try {
      page = this.#read(this.#pages[before.length], after);
    } catch (error) {
      this.#reading = undefined;
      if (!(error instanceof StorageFault)) throw error;
      // What was read last stays.
      this.#parts.log.error({ fault: error.code }, 'the directory could not be read');
      return;
    }
    const pages = [...before, page.page];
    const { last } = page;
    if (last !== undefined) {
      this.#reading = this.#parts.timers.after(0, () => this.#readOn(pages, last));
      return;
    }
    this.#reading = undefined;
    this.#show(pages);
    if (this.#again) this.refresh();
  }

  #read(
    known: Page | undefined,
    after: { readonly suite: string; readonly id: string } | undefined,
  ): { readonly page: Page; readonly last: typeof after } {
    const { replica, journal, clock } = this.#parts;
    const { listed, last } = replica.read((rows) => {
      const building = rows.building();
      const residents = building === undefined ? [] : rows.listedResidents(after, pageSize);
      return {
        listed:
          building === undefined
            ? []
            : listDirectory(residents, building, clock.reading(), ({ id, version }) =>
                journal.denied({ table: 'resident', id, version }),
              ),
        last: residents.length < pageSize ? undefined : residents.at(-1),
      };
    });
    const text = JSON.stringify(listed);
    return { page: known?.text === text ? known : this.#pageOf(text, listed), last };
  }

  #pageOf(text: string, listed: ReturnType<typeof listDirectory>): Page {
    const entries = listed.map(({ id, name, suite }) => ({ id: this.#handles.of(id), name, suite }));
    return {
      text,
      index: indexDirectory(entries),
      residents: listed.map(({ id }, place) => [entries[place]?.id ?? '', id] as const),
    };
  }

  #show(pages: readonly Page[]): void {
    const before = this.#pages;
    this.#pages = pages;
    if (pages.length === before.length && pages.every((page, place) => page === before[place])) return;
    const index = pages.flatMap((page) => page.index);
    this.#directory = {
      entries: index.flatMap(({ entries }) => entries),
      index,
      residents: new Map(pages.flatMap(({ residents }) => residents)),
    };
    this.#parts.onChange();
  }
}
