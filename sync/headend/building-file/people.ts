/** The people of a building file: residents, staff and others with their codes, cards and tags; guests. */
import { z } from 'zod';
import { duration } from '../../../config/units.ts';
import { Credential, Guest, Other, Resident, Staff } from '../../../controller/core/dataset.ts';
import { Code, credentialBounds, Moment, validity, WeeklyHours } from './hand-fields.ts';

const CodeEntry = z.strictObject({
  code: Code,
  ...credentialBounds,
  duress: Credential.shape.duress,
});

/** Identity is the bits and their number (DESIGN section 3): `hex` must hold exactly `bits`, left-aligned. */
const fitsBits = ({ bits, hex }: { bits: number; hex: string }): boolean => {
  if (hex.length !== 2 * Math.ceil(bits / 8)) return false;
  const spare = (8 - (bits % 8)) % 8;
  return Number.parseInt(hex.slice(-2), 16) % 2 ** spare === 0;
};

const CardEntry = z
  .strictObject({
    kind: Credential.shape.kind.exclude(['pin']).describe('what it is'),
    bits: z.int().min(4).max(1024).describe('how many bits the reader sends'),
    hex: z
      .string({ error: 'text: put it in quotes' })
      .regex(/^[0-9A-Fa-f]+$/, 'hex digits')
      .describe('those bits, left-aligned, the last byte filled up with zeros'),
    ...credentialBounds,
  })
  .refine(fitsBits, {
    path: ['hex'],
    message:
      'as long as `bits` says: two hex digits for every 8 bits begun, left-aligned, and zeros in what is left of the last byte',
  });

const Tag = z
  .string({ error: 'text: put it in quotes' })
  .regex(/^\s*\S[^\r\n]{0,127}$/, 'one line of text as the reader sends it')
  .describe('a tag that its reader sends as text; case and outer blanks do not count');
const TagEntry = z.strictObject({ tag: Tag, ...credentialBounds });

/** What opens doors for a holder. */
const credentials = {
  codes: z
    .array(z.union([Code, CodeEntry]))
    .default([])
    .describe('entry codes: "204817", or with bounds'),
  cards: z.array(CardEntry).default([]).describe('cards, fobs, clickers and tags that are read as bits'),
  carTags: z
    .array(z.union([Tag, TagEntry]))
    .default([])
    .describe('car tags that are read as text'),
};

export const Invites = z
  .strictObject({
    restricted: z.boolean().describe('no new guests; those already published stay until revoked'),
  })
  .optional();

export const ResidentEntry = Resident.omit({ version: true })
  .extend({
    id: Resident.shape.id
      .optional()
      .describe('absent: made of suite and displayName; a hidden resident needs one, without its name'),
    displayName: Resident.shape.displayName.describe(
      'the name; it leaves this file only where showOnConsole is true',
    ),
    showOnConsole: Resident.shape.showOnConsole.default(true),
    escalationNumbers: Resident.shape.escalationNumbers.default([]),
    doNotDisturb: z.array(WeeklyHours).optional().describe('when calls do not ring'),
    language: Resident.shape.language.optional().describe("absent: the building's first language"),
    extendedAccess: Resident.shape.extendedAccess.default(false),
    status: Resident.shape.status.default('active'),
    invites: Invites.describe('whether this resident may have new guests'),
    ...credentials,
  })
  .strict();

export const StaffEntry = Staff.omit({ version: true })
  .extend({
    id: Staff.shape.id.optional().describe('absent: made of the name'),
    language: Staff.shape.language.optional().describe("absent: the building's first language"),
    installer: Staff.shape.installer.default(false),
    status: Staff.shape.status.default('active'),
    ...validity,
    ...credentials,
  })
  .strict();

export const OtherEntry = Other.omit({ version: true })
  .extend({
    id: Other.shape.id.optional().describe('absent: made of the label'),
    status: Other.shape.status.default('active'),
    ...validity,
    ...credentials,
  })
  .strict();

/** `usedElsewhere` and `firstUsedAt` are the head-end's to report, not the operator's to write. */
export const GuestEntry = Guest.omit({
  version: true,
  hash: true,
  validForMs: true,
  usedElsewhere: true,
  firstUsedAt: true,
})
  .extend({
    id: Guest.shape.id.optional().describe('absent: made of host, name and start date'),
    host: Guest.shape.host.unwrap().optional().describe('who invites; absent: the building itself'),
    code: Code,
    doors: Guest.shape.doors.default([]),
    startsAt: Moment.describe('works from this moment on'),
    endsAt: Moment.optional().describe('works until just before this moment; absent: without end'),
    windows: z.array(WeeklyHours).optional().describe('absent: at any time between start and end'),
    validFor: duration(Guest.shape.validForMs.unwrap())
      .optional()
      .describe('how long it works from its first use on, such as 72h'),
    revoked: Guest.shape.revoked.default(false),
  })
  .strict();
