/**
 * The building of a run: what is published, what is changed at random, and what each card should get. Pure but for the
 * hash under the site key. A card's name is its credential's id.
 */
import { bitsForm } from '../../controller/core/hash-forms.ts';
import { credentialHash } from '../../sync/protocol/hashes.ts';
import type { Prng } from './prng.ts';

export interface Row {
  readonly table: string;
  readonly id: string;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface Press {
  readonly card: string;
  readonly door: string;
  readonly hex: string;
}

export const cardBits = 32;

export const devices = ['lobby', 'garden'] as const;
export type DeviceName = (typeof devices)[number];

const doorsOf: Readonly<Record<DeviceName, readonly string[]>> = {
  lobby: ['lobby-front', 'lobby-gym'],
  garden: ['garden-gate', 'garden-shed'],
};
export const doorsAt = (device: DeviceName): readonly string[] => doorsOf[device];
const doors = devices.flatMap(doorsAt);

const areaOf = (door: string): string => `area-${door.split('-')[0]}`;
/** Lockdown scopes that cover a door. */
export const doorScopes = (door: string): readonly string[] => [
  'building',
  `area:${areaOf(door)}`,
  `door:${door}`,
];
export const scopes: readonly string[] = [...new Set(doors.flatMap(doorScopes))];

/** Enough rows for several chunks of a snapshot. */
const residents = 600;
/** More rows than a delta may hold: they are published as a snapshot. */
const inMassEdit = 320;
const twins = 4;

const farFuture = '2100-01-01T00:00:00.000Z';
const expired = '2026-01-02T00:00:00.000Z';

/** Cards whose time is over, and one whose time has not come. */
const never = ['expired-card', 'future-card'] as const;
export const isNever = (card: string): boolean => never.some((name) => name === card);

/** 32 bits, different for every card. */
const hexOf = (n: number): string => (((n + 1) * 2_654_435_761) >>> 0).toString(16).padStart(8, '0');

interface Person {
  readonly resident: string;
  readonly card: string;
  readonly hex: string;
}

const people: readonly Person[] = [
  { resident: 'anchor-resident', card: 'anchor', hex: hexOf(0) },
  { resident: 'expired-resident', card: never[0], hex: hexOf(1) },
  { resident: 'future-resident', card: never[1], hex: hexOf(2) },
  ...Array.from({ length: twins }, (_, n) => ({
    resident: `twin-${n}`,
    card: `twin-${n}`,
    hex: hexOf(10 + n),
  })),
  ...Array.from({ length: residents }, (_, n) => ({
    resident: `resident-${n}`,
    card: `card-${n}`,
    hex: hexOf(100 + n),
  })),
];

const building: Row = {
  table: 'building',
  id: 'chaos-court',
  row: {
    name: 'Chaos Court',
    timezone: 'America/Toronto',
    languages: ['en', 'fr'],
    moveInTime: '06:00',
    directoryCodeLength: 4,
    entryCodeLength: 8,
    callUnlockDigits: '9',
    ringTimeoutMs: 30_000,
    talkTimeoutMs: 60_000,
    guestCodesForDays: null,
    listing: 'list',
  },
};

const areaRow = (id: string): Row => ({ table: 'area', id, row: { name: { en: id, fr: id } } });

const doorRow = (id: string): Row => ({
  table: 'door',
  id,
  row: {
    name: { en: id, fr: id },
    area: areaOf(id),
    kind: 'wired',
    guestEntrance: true,
    authentication: 'cardOrCode',
    accessTimeMs: 300,
    extendedAccessTimeMs: 600,
    openTooLongMs: 30_000,
    preAlarmMs: 10_000,
    relockOn: 'timeout',
  },
});

function personRows({ resident, card, hex }: Person, n: number, siteKey: Uint8Array): readonly Row[] {
  const holder = { kind: 'resident', id: resident };
  const bounds =
    card === never[0] ? { validUntil: expired } : card === never[1] ? { validFrom: farFuture } : {};
  return [
    {
      table: 'resident',
      id: resident,
      row: {
        suite: String(100 + n),
        displayName: `Person ${n}`,
        showOnConsole: true,
        directoryCode: String(n).padStart(4, '0'),
        escalationNumbers: [],
        language: 'en',
        extendedAccess: false,
        status: 'active',
      },
    },
    {
      table: 'credential',
      id: card,
      row: {
        holder,
        kind: 'card',
        hash: credentialHash(siteKey, bitsForm(cardBits, hex)),
        status: 'active',
        ...bounds,
      },
    },
    ...doors
      .map((door) => ({
        table: 'grant',
        id: `${resident}.${door}`,
        row: { subject: holder, door, source: 'common' },
      }))
      .slice(0, n < 3 + twins ? doors.length : 1 + (n % doors.length)),
  ];
}

const keyOf = ({ table, id }: { readonly table: string; readonly id: string }): string => `${table} ${id}`;

/** What somebody writing the building file has in mind. */
export class BuildingModel {
  readonly #rows = new Map<string, Row>();
  /** Rows revoked by hand. */
  readonly revoked = new Set<string>();
  readonly lockedDown = new Set<string>();
  readonly #massEdits: number;
  #edits = 0;

  /** @param massEdits how many of the edits are too large for a delta, from 0 to 1. */
  constructor(siteKey: Uint8Array, massEdits: number) {
    this.#massEdits = massEdits;
    const areas = [...new Set(doors.map(areaOf))].map(areaRow);
    const all = [building, ...areas, ...doors.map(doorRow)];
    all.push({
      table: 'staff',
      id: 'manager',
      row: { name: 'Manager', language: 'en', installer: false, status: 'active' },
    });
    for (const [n, person] of people.entries()) all.push(...personRows(person, n, siteKey));
    for (const row of all) this.#rows.set(keyOf(row), row);
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** Changes something at random. */
  edit(prng: Prng): void {
    this.#edits += 1;
    const n = prng.int(residents);
    if (prng.chance(this.#massEdits)) {
      for (let each = 0; each < inMassEdit; each += 1) this.#rename(`resident-${(n + each) % residents}`);
      return;
    }
    const draw = prng.next();
    if (draw < 0.35) this.#rename(`resident-${n}`);
    else if (draw < 0.6) this.#editTwin(prng.int(twins));
    else if (draw < 0.8) this.#toggleCard(`card-${n}`);
    else this.#toggleGrant(`resident-${n}`, prng.pick(doors));
  }

  /** A card to press and where; mostly those that something happens to. */
  press(device: DeviceName, prng: Prng): Press {
    const draw = prng.next();
    const special = people.slice(0, 3 + twins);
    const person = draw < 0.5 ? prng.pick(special) : prng.pick(people);
    return { card: person.card, hex: person.hex, door: prng.pick(doorsAt(device)) };
  }

  /** A card that may be revoked. */
  someCard(prng: Prng): string {
    return `card-${prng.int(residents)}`;
  }

  expected({ card, door }: Press): 'grant' | 'deny' {
    if (isNever(card) || this.revoked.has(card)) return 'deny';
    if (doorScopes(door).some((scope) => this.lockedDown.has(scope))) return 'deny';
    if (this.#rows.get(keyOf({ table: 'credential', id: card }))?.row['status'] !== 'active') return 'deny';
    const holder = people.find((person) => person.card === card)?.resident;
    return this.#rows.has(`grant ${holder}.${door}`) ? 'grant' : 'deny';
  }

  #rename(id: string): void {
    this.#change('resident', id, { overrideDisplayName: `Nickname ${this.#edits}` });
  }

  /** Both rows in one transaction, so that their versions are always the same. */
  #editTwin(n: number): void {
    const day = new Date(Date.parse(farFuture) + this.#edits * 86_400_000).toISOString();
    this.#change('resident', `twin-${n}`, { overrideDisplayName: `Twin ${this.#edits}` });
    this.#change('credential', `twin-${n}`, { validUntil: day });
  }

  #toggleCard(id: string): void {
    const status = this.#rows.get(`credential ${id}`)?.row['status'] === 'active' ? 'suspended' : 'active';
    this.#change('credential', id, { status });
  }

  #toggleGrant(resident: string, door: string): void {
    const row: Row = {
      table: 'grant',
      id: `${resident}.${door}`,
      row: { subject: { kind: 'resident', id: resident }, door, source: 'common' },
    };
    if (!this.#rows.delete(keyOf(row))) this.#rows.set(keyOf(row), row);
  }

  #change(table: string, id: string, fields: Readonly<Record<string, unknown>>): void {
    const key = `${table} ${id}`;
    const before = this.#rows.get(key);
    if (before !== undefined) this.#rows.set(key, { ...before, row: { ...before.row, ...fields } });
  }
}
