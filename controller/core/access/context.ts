/** What the checks of a decision pass around. */
import type {
  Building,
  Credential,
  CredentialId,
  Door,
  DoorId,
  Guest,
  HolderRef,
  TableName,
} from '../dataset.ts';
import type { Moment } from '../time/local-time.ts';
import type { CredentialMethod, DenyReason } from './decision.ts';
import type { AccessFacts, ClockReading, EpochMs, Holder, RowVersion, Subject } from './facts.ts';

export interface Context {
  readonly facts: AccessFacts;
  /** `facts.clock`, or a later instant while looking ahead for `opensAt`. */
  readonly clock: ClockReading;
  readonly moment: Moment;
  readonly building: Building;
  readonly doorId: DoorId;
  /** Absent: no grant reaches it. */
  readonly door: Door | undefined;
  readonly trail: Trail;
}

/** Who asks, with the rows that say so. */
export type Person =
  | { readonly kind: 'holder'; readonly ref: HolderRef; readonly holder: Holder | undefined }
  | { readonly kind: 'guest'; readonly guest: Guest; readonly host: Holder | undefined }
  | { readonly kind: 'concierge' };

export interface Asker {
  readonly person: Person;
  /** What a holder presented: one row each of card and code; none for calls and commands. */
  readonly credentials: readonly Credential[];
  /** Absent for calls and commands. */
  readonly method?: CredentialMethod | 'cardAndCode';
  /** What checks 10 and 11 ask for: a right of the person's own, a guest entrance, or just that the door exists. */
  readonly needs: 'ownRight' | 'guestEntrance' | 'door';
  readonly extended: boolean;
  /** True: opens for somebody else, who stands at the door (a call). Where the asker is plays no part then. */
  readonly forAnother: boolean;
}

export interface Refusal {
  readonly check: number;
  readonly reason: DenyReason;
  readonly missing?: { readonly table: TableName; readonly id: string };
  readonly opensAt?: EpochMs;
  readonly alarm?: true;
}

/** One check of DESIGN section 4: a refusal, or nothing. */
export type Check = (context: Context, asker: Asker) => Refusal | undefined;

/** The rows that an outcome rests on, in the order of their use. */
export type Trail = RowVersion[];

interface Versioned {
  readonly id: string;
  readonly version: number;
}

/** So few are looked through; `explainedRows` sorts out more than that. */
export const handful = 16;

export function note(trail: Trail, table: TableName, row: Versioned): void {
  if (trail.length <= handful && trail.some((seen) => seen.id === row.id && seen.table === table)) return;
  trail.push({ table, id: row.id, version: row.version });
}

/** Whether the denylist covers this version of the row. */
export const isRevoked = (facts: AccessFacts, table: TableName, row: Versioned): boolean =>
  facts.denied({ table, id: row.id, version: row.version });

/** A row that the denylist covers is as absent (of tables that have no status of their own). */
export const unlessRevoked = <Row extends Versioned>(
  facts: AccessFacts,
  table: TableName,
  row: Row | undefined,
): Row | undefined => (row === undefined || isRevoked(facts, table, row) ? undefined : row);

export const dangling = (check: number, table: TableName, id: string): Refusal => ({
  check,
  reason: 'danglingReference',
  missing: { table, id },
});

export function subjectOf(person: Person): Subject | undefined {
  switch (person.kind) {
    case 'holder':
      return person.ref;
    case 'guest':
      return { kind: 'guest', id: person.guest.id };
    case 'concierge':
      return undefined;
    default:
      return person satisfies never;
  }
}

export const credentialOf = (asker: Asker): CredentialId | undefined => asker.credentials[0]?.id;
