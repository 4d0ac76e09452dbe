/** Rows of a small building, valid by their schema; say only what a test is about. */
import { createHash } from 'node:crypto';
import {
  Building,
  Calendar,
  Credential,
  Door,
  Grant,
  Group,
  Guest,
  Other,
  Resident,
  Schedule,
  Staff,
} from '../../controller/core/dataset.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Stands for the HMAC of a code or card: 64 hex digits, one for each text. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const aBuilding = (fields: Fields = {}): Building =>
  Building.parse({
    id: 'maple-court',
    version: 1,
    name: 'Maple Court',
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
    ...fields,
  });

export const aResident = (id: string, fields: Fields = {}): Resident =>
  Resident.parse({
    id,
    version: 1,
    suite: '101',
    displayName: 'Zoé Tremblay',
    showOnConsole: true,
    directoryCode: '0101',
    escalationNumbers: [],
    language: 'fr',
    extendedAccess: false,
    status: 'active',
    ...fields,
  });

export const aStaff = (id: string, fields: Fields = {}): Staff =>
  Staff.parse({
    id,
    version: 1,
    name: 'Sam Doe',
    language: 'en',
    installer: false,
    status: 'active',
    ...fields,
  });

export const anOther = (id: string, fields: Fields = {}): Other =>
  Other.parse({ id, version: 1, label: 'Lift repair', status: 'active', ...fields });

/** `code` is hashed; it is `12345678` unless told. */
export const aCredential = (
  id: string,
  holder: { readonly kind: string; readonly id: string },
  { code = '12345678', ...fields }: Fields & { readonly code?: string } = {},
): Credential =>
  Credential.parse({
    id,
    version: 1,
    holder,
    kind: 'pin',
    hash: hashOf(code),
    status: 'active',
    ...fields,
  });

/** A building's own guest at `lobby` since 2026-01-01, with the code `87654321`. */
export const aGuest = (
  id: string,
  { code = '87654321', ...fields }: Fields & { readonly code?: string } = {},
): Guest =>
  Guest.parse({
    id,
    version: 1,
    host: null,
    name: 'Guest',
    kind: 'guest',
    hash: hashOf(code),
    doors: ['lobby'],
    startsAt: '2026-01-01T00:00:00.000Z',
    revoked: false,
    ...fields,
  });

/** A guest entrance that takes card or code. */
export const aDoor = (id: string, fields: Fields = {}): Door =>
  Door.parse({
    id,
    version: 1,
    name: { en: 'Lobby', fr: 'Hall' },
    kind: 'wired',
    guestEntrance: true,
    authentication: 'cardOrCode',
    accessTimeMs: 5_000,
    extendedAccessTimeMs: 15_000,
    openTooLongMs: 30_000,
    preAlarmMs: 10_000,
    relockOn: 'close',
    ...fields,
  });

/** At the door `lobby` unless told. */
export const aGrant = (
  id: string,
  subject: { readonly kind: string; readonly id: string },
  fields: Fields = {},
): Grant => Grant.parse({ id, version: 1, subject, door: 'lobby', source: 'common', ...fields });

export const aGroup = (id: string, members: readonly { kind: string; id: string }[]): Group =>
  Group.parse({ id, version: 1, members });

export const aSchedule = (id: string, weekly: readonly Fields[], fields: Fields = {}): Schedule =>
  Schedule.parse({ id, version: 1, weekly, ...fields });

export const aCalendar = (id: string, dates: readonly string[]): Calendar =>
  Calendar.parse({ id, version: 1, dates });
