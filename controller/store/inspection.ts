/** What a look at the two databases finds, for `vestibule doctor`. Row ids and counts only: no code, hash or number. */
import type { DatabaseKind } from './migrate.ts';

export interface ReplicaInspection {
  readonly epoch: number;
  readonly seq: number;
  /** Whether the rows on the disk add up to the digest that is stored with the cursor. */
  readonly digestAgrees: boolean;
  readonly rows: number;
  readonly refused: readonly { readonly table: string; readonly id: string; readonly field: string }[];
  /** Of the building's row. */
  readonly guestCodesForDays?: number;
  /** Of the building's row. */
  readonly timezone?: string;
  /** Ids of the doors whose cards SALTO judges. */
  readonly saltoDoors: readonly string[];
  /** What SALTO calls them, by their ids, where their rows say so. */
  readonly saltoDoorIds: Readonly<Record<string, string>>;
}

export interface EventsInspection {
  readonly head: number;
  readonly acked: number;
  readonly kept: number;
  /** The first event that is missing or does not carry the hash that it must. */
  readonly brokenAt?: number;
  /** RFC 3339, by the clock of then: the oldest event that the cloud has not acknowledged. */
  readonly waitingSince?: string;
  /** Milliseconds since 1970; 0: none yet. */
  readonly clockFloor: number;
  readonly lastWelcomeAt?: number;
  readonly guessBudgetSpent: boolean;
  readonly codesTooShort: boolean;
}

export type Inspection<Found> =
  | { readonly kind: 'missing' }
  | { readonly kind: 'sound'; readonly found: Found }
  | { readonly kind: 'damaged' }
  /** Made by another release; the tables were not looked into. */
  | { readonly kind: 'otherRelease'; readonly found: number; readonly known: number }
  /** The disk or the file's mode refuses a look; `code` is the system's or SQLite's name of the reason. */
  | { readonly kind: 'refused'; readonly code: string };

export interface InspectionOf {
  readonly replica: Inspection<ReplicaInspection>;
  readonly events: Inspection<EventsInspection>;
}

export const databaseFiles = {
  replica: 'replica.db',
  events: 'events.db',
} as const satisfies Readonly<Record<DatabaseKind, string>>;
