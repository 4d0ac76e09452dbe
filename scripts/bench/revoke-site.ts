/** What both processes of `bench -- revoke` know. */
import { bitsForm } from '../../controller/core/hash-forms.ts';
import { credentialHash } from '../../sync/protocol/hashes.ts';

export type FromDevice =
  /** The dataset has changed; and how the first card would be answered. */
  | { readonly kind: 'cursor'; readonly seq: number; readonly first: string }
  /** Right after a revocation was committed; the time is of the machine's monotonic clock. */
  | { readonly kind: 'decided'; readonly card: string; readonly outcome: string; readonly atNs: string };

/** A card's row has its number as its id. */
export const cardForm = (card: string): string => bitsForm(26, Number(card).toString(16).padStart(7, '0'));

interface Row {
  readonly table: string;
  readonly id: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** A building with one door, and one resident with so many cards. */
export function revokeBuilding(siteKey: Uint8Array, cards: number): readonly Row[] {
  const row = (table: string, id: string, fields: Readonly<Record<string, unknown>>): Row => ({
    table,
    id,
    row: { id, ...fields },
  });
  const holder = { kind: 'resident', id: 'ann' };
  return [
    row('building', 'bench', {
      ...{ name: 'Bench', timezone: 'America/Toronto', languages: ['en', 'fr'], moveInTime: '06:00' },
      ...{ directoryCodeLength: 4, entryCodeLength: 8, callUnlockDigits: '9' },
      ...{ ringTimeoutMs: 30_000, talkTimeoutMs: 60_000, guestCodesForDays: null, listing: 'list' },
    }),
    row('door', 'front', {
      ...{ name: { en: 'Front', fr: 'Avant' }, kind: 'wired', guestEntrance: true },
      ...{ authentication: 'cardOrCode', accessTimeMs: 5_000, extendedAccessTimeMs: 15_000 },
      ...{ openTooLongMs: 30_000, preAlarmMs: 10_000, relockOn: 'close' },
    }),
    row('resident', 'ann', {
      ...{ suite: '101', displayName: 'Ann', showOnConsole: true, directoryCode: '0101' },
      ...{ escalationNumbers: [], language: 'en', extendedAccess: false, status: 'active' },
    }),
    row('grant', 'ann-front', { subject: holder, door: 'front', source: 'common' }),
    ...Array.from({ length: cards }, (_, n) =>
      row('credential', String(n), {
        ...{ holder, kind: 'card', hash: credentialHash(siteKey, cardForm(String(n))), status: 'active' },
      }),
    ),
  ];
}
