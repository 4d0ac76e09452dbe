/**
 * Ann lives in suite 101 with a PIN, a card and a grant for the lobby; Gus is her guest; Sam is staff. Everything
 * works at noon on 2026-06-15 in Toronto. A test says what is different.
 */
import { decide } from '../../controller/core/access/decide.ts';
import type { AccessRequest, Decision } from '../../controller/core/access/decision.ts';
import { DoorId, GuestId, ResidentId, StaffId } from '../../controller/core/dataset.ts';
import { type Device, factsOf, type World } from './facts.ts';
import {
  aBuilding,
  aCredential,
  aDoor,
  aGrant,
  aGuest,
  aResident,
  aSchedule,
  aStaff,
  hashOf,
} from './rows.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Differences {
  readonly building?: Fields;
  readonly ann?: Fields;
  readonly sam?: Fields;
  readonly pin?: Fields & { readonly code?: string };
  readonly card?: Fields & { readonly code?: string };
  readonly gus?: Fields & { readonly code?: string };
  readonly lobby?: Fields;
  readonly grant?: Fields;
  /** Replaces whole tables. */
  readonly world?: World;
  readonly device?: Device;
}

export const ann = { kind: 'resident', id: ResidentId.parse('ann') } as const;
const sam = { kind: 'staff', id: StaffId.parse('sam') } as const;
export const gus = { kind: 'guest', id: GuestId.parse('gus') } as const;
export const lobby = DoorId.parse('lobby');
export const inner = DoorId.parse('inner');

const worldOf = (different: Differences = {}): World => ({
  building: aBuilding(different.building),
  residents: [aResident('ann', different.ann)],
  staff: [aStaff('sam', different.sam)],
  credentials: [
    aCredential('pin', ann, { code: '12345678', ...different.pin }),
    aCredential('card', ann, { kind: 'card', code: 'card of ann', ...different.card }),
  ],
  guests: [aGuest('gus', { host: 'ann', doors: [], ...different.gus })],
  doors: [aDoor('lobby', different.lobby)],
  grants: [aGrant('ann-lobby', ann, different.grant)],
  schedules: [aSchedule('nights', [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }])],
  ...different.world,
});

const typed = (code: string): AccessRequest => ({
  kind: 'credential',
  method: 'code',
  hash: hashOf(code),
  door: lobby,
  accessPoint: 'keypad',
});

export const requests = {
  pin: typed('12345678'),
  guestCode: typed('87654321'),
  wrongCode: typed('00000000'),
  card: {
    kind: 'credential',
    method: 'card',
    hash: hashOf('card of ann'),
    door: lobby,
    accessPoint: 'reader',
  },
  cardAndPin: {
    kind: 'cardAndCode',
    cardHash: hashOf('card of ann'),
    codeHash: hashOf('12345678'),
    door: lobby,
    accessPoint: 'reader',
  },
  call: { kind: 'callUnlock', resident: ann.id, door: lobby, call: 'call-1' },
  concierge: { kind: 'conciergeUnlock', door: lobby, call: 'call-2' },
  byAnn: { kind: 'command', command: 'c-1', by: ann, door: lobby, extended: false },
  byGus: { kind: 'command', command: 'c-2', by: gus, door: lobby, extended: false },
  bySam: { kind: 'command', command: 'c-3', by: sam, door: lobby, extended: false },
} as const satisfies Readonly<Record<string, AccessRequest>>;

export const decided = (request: AccessRequest, different: Differences = {}): Decision =>
  decide(factsOf(worldOf(different), different.device), request);

/** `grant`, or the reason of the denial with the check that found it: `7 expired`. */
export const outcome = (request: AccessRequest, different: Differences = {}): string => {
  const decision = decided(request, different);
  return decision.outcome === 'grant' ? 'grant' : `${decision.explanation.check} ${decision.reason}`;
};

export const trusted = (time: string) => ({ state: 'trusted', now: Date.parse(time) }) as const;
/** The floor of a clock that nobody has set: the true time is then or later. */
export const unknownSince = (time: string) => ({ state: 'unknown', now: Date.parse(time) }) as const;
