import type { BuildingRows, GrantSubject, Holder } from '../core/access/facts.ts';
import type {
  Building,
  Calendar,
  CalendarId,
  Credential,
  Door,
  DoorId,
  Grant,
  Group,
  Guest,
  GuestId,
  HolderRef,
  Resident,
  Rows,
  Schedule,
  ScheduleId,
  TableName,
} from '../core/dataset.ts';
import type { DirectoryRows } from '../ports/replica.ts';
import { grantKey, hashKey } from './look-up-key.ts';
import type { LookUps } from './look-ups.ts';
import { holderKey } from './row-projection.ts';

/**
 * The few rows that every decision reads, parsed once for as long as the dataset stands still. Bounded by the number of
 * doors; people are never kept.
 */
export interface StandingRows {
  building?: Building | undefined;
  readonly doors: Map<DoorId, Door>;
}

/** One generation of the rows, inside the read transaction of `Replica.read`. */
export class RowReader implements BuildingRows, DirectoryRows {
  readonly cursor: { readonly epoch: number; readonly seq: number };
  readonly #lookUps: LookUps;
  readonly #gen: number;
  readonly #standing: StandingRows;

  constructor(
    lookUps: LookUps,
    gen: number,
    cursor: { readonly epoch: number; readonly seq: number },
    standing: StandingRows,
  ) {
    this.#lookUps = lookUps;
    this.#gen = gen;
    this.cursor = cursor;
    this.#standing = standing;
  }

  building(): Building | undefined {
    this.#standing.building ??= parsed<'building'>(this.#lookUps.building.get(this.#gen));
    return this.#standing.building;
  }

  door(id: DoorId): Door | undefined {
    const known = this.#standing.doors.get(id);
    if (known !== undefined) return known;
    const row = this.#byId('door', id);
    if (row !== undefined) this.#standing.doors.set(id, row);
    return row;
  }

  byHash(hash: string): { readonly credentials: readonly Credential[]; readonly guests: readonly Guest[] } {
    const found = this.#lookUps.byLookUp.all(this.#gen, hashKey(hash));
    const of = <T extends 'credential' | 'guest'>(table: T): readonly Rows[T][] =>
      rowsOf(table, found).filter((row) => row.hash === hash);
    return { credentials: of('credential'), guests: of('guest') };
  }

  guest(id: GuestId): Guest | undefined {
    return this.#byId('guest', id);
  }

  holder(ref: HolderRef): Holder | undefined {
    switch (ref.kind) {
      case 'resident': {
        const row = this.#byId('resident', ref.id);
        return row && { kind: 'resident', row };
      }
      case 'staff': {
        const row = this.#byId('staff', ref.id);
        return row && { kind: 'staff', row };
      }
      case 'other': {
        const row = this.#byId('other', ref.id);
        return row && { kind: 'other', row };
      }
      default:
        throw new TypeError(`unknown holder ${String(ref satisfies never)}`);
    }
  }

  groupsOf(ref: HolderRef): readonly Group[] {
    return this.#lookUps.groupsOf.all(this.#gen, holderKey(ref)).map(parsedRow<'group'>);
  }

  grants(subject: GrantSubject, door: DoorId): readonly Grant[] {
    const found = this.#lookUps.byLookUp.all(this.#gen, grantKey(subject, door));
    return rowsOf('grant', found).filter(
      (row) => row.door === door && row.subject.kind === subject.kind && row.subject.id === subject.id,
    );
  }

  schedule(id: ScheduleId): Schedule | undefined {
    return this.#byId('schedule', id);
  }

  calendar(id: CalendarId): Calendar | undefined {
    return this.#byId('calendar', id);
  }

  listedResidents(
    after: { readonly suite: string; readonly id: string } | undefined,
    limit: number,
  ): readonly Resident[] {
    // No suite sorts before the empty text, and none is empty.
    const { suite, id } = after ?? { suite: '', id: '' };
    return this.#lookUps.listed.all(this.#gen, suite, id, limit).map(parsedRow<'resident'>);
  }

  residentsByDirectoryCode(code: string): readonly Resident[] {
    return this.#lookUps.byDirectoryCode.all(this.#gen, code).map(parsedRow<'resident'>);
  }

  #byId<T extends TableName>(table: T, id: string): Rows[T] | undefined {
    return parsed<T>(this.#lookUps.byId[table].get(this.#gen, id));
  }
}

/** The schema was asked when the row was stored; what a look-up finds is never asked again. */
const parsedRow = <T extends TableName>(row: string): Rows[T] => JSON.parse(row) as Rows[T];
const rowsOf = <T extends TableName>(
  table: T,
  found: readonly (readonly [table: string, row: string])[],
): readonly Rows[T][] => found.flatMap(([name, row]) => (name === table ? [parsedRow<T>(row)] : []));
const parsed = <T extends TableName>(row: string | undefined): Rows[T] | undefined =>
  row === undefined ? undefined : parsedRow<T>(row);
