/**
 * The dataset: every row that the cloud sends, and the one source of its types, validation, JSON Schema
 * (`config/dataset.schema.json`) and reference table (`docs/dataset.md`).
 *
 * - Local dates and wall times are in the building's time zone; instants are RFC 3339 UTC with milliseconds.
 * - Days of the week are ISO 8601 numbers: 1 = Monday … 7 = Sunday.
 * - Fields that a schema does not know are ignored and kept: rows rest byte for byte as they came.
 * - An absent optional field means what its description says; there are no defaults, so that the text of a
 *   row and its meaning never differ.
 */
import { z } from 'zod';

const idText = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, '1–64 letters, digits, dots, dashes or underscores')
  .describe('1–64 letters, digits, dots, dashes or underscores');
const text = z.string().min(1).max(200);
const count = z.int().min(1);
/** Each one is kept on the device by its time. */
const remembered = z.int().min(1).max(1_000);
/** A duration in milliseconds, at most a year. */
const durationMs = z
  .int()
  .min(0)
  .max(366 * 86_400_000);

export const ResidentId = idText.brand<'ResidentId'>();
export const StaffId = idText.brand<'StaffId'>();
export const OtherId = idText.brand<'OtherId'>();
export const CredentialId = idText.brand<'CredentialId'>();
export const GuestId = idText.brand<'GuestId'>();
export const DoorId = idText.brand<'DoorId'>();
export const AreaId = idText.brand<'AreaId'>();
const GrantId = idText.brand<'GrantId'>();
const GroupId = idText.brand<'GroupId'>();
export const ScheduleId = idText.brand<'ScheduleId'>();
export const CalendarId = idText.brand<'CalendarId'>();
export const BuildingId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, '1–64 lower-case letters, digits or dashes')
  .describe('1–64 lower-case letters, digits or dashes')
  .brand<'BuildingId'>();

export type ResidentId = z.infer<typeof ResidentId>;
export type StaffId = z.infer<typeof StaffId>;
export type OtherId = z.infer<typeof OtherId>;
export type CredentialId = z.infer<typeof CredentialId>;
export type GuestId = z.infer<typeof GuestId>;
export type DoorId = z.infer<typeof DoorId>;
export type AreaId = z.infer<typeof AreaId>;
export type ScheduleId = z.infer<typeof ScheduleId>;
export type CalendarId = z.infer<typeof CalendarId>;
export type BuildingId = z.infer<typeof BuildingId>;

/** An instant as rows and messages carry it: `2026-11-22T14:05:00.000Z`. */
export const InstantText = z.iso.datetime({ precision: 3 }).describe('RFC 3339 UTC with milliseconds');
/** A calendar date in the building's zone: `2026-11-22`. */
const LocalDate = z.iso.date().describe("date in the building's time zone");
const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, "00:00" to "23:59"')
  .describe('local wall time, "00:00" to "23:59"');
/** A window's end may also be the end of its day. */
const EndOfWindow = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day, "00:00" to "24:00"')
  .describe('local wall time, "00:00" to "24:00"; not after `from`: on the next day');
const DayOfWeek = z.int().min(1).max(7).describe('1 = Monday … 7 = Sunday');
/** What rests of a code, card or tag: lower-case hex of HMAC-SHA256 under the site key. */
const CredentialHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits')
  .describe('HMAC-SHA256 under the site key, 64 lower-case hex digits');
/** What consoles dial: E.164, or an extension. */
export const phoneNumberPattern = /^(\+[1-9]\d{6,14}|\d{2,6})$/;
/**
 * The pattern binds whoever writes a row; a console takes any text. A number that is none is not dialled
 * (core/call/number-policy.ts), and the rest of its row holds: a slip of the pen at another head-end locks no household out.
 */
const PhoneNumber = z.string().meta({ pattern: phoneNumberPattern.source });
const DirectoryCode = z.string().regex(/^\d{2,8}$/, '2 to 8 digits');
const Language = z.enum(['en', 'fr']);
const BilingualText = z.object({ en: text.describe('in English'), fr: text.describe('in French') });

const isTimeZone = (zone: string): boolean => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false;
  }
};

export const Window = z
  .object({ from: TimeOfDay, to: EndOfWindow })
  .describe(
    'local wall time, from inclusive, to exclusive; `to` not after `from` crosses midnight, equal is 24 h',
  );
export const WeeklyWindow = z
  .object({
    days: z.array(DayOfWeek).min(1).describe('days on which it starts: 1 = Monday … 7 = Sunday'),
    from: TimeOfDay,
    to: EndOfWindow,
  })
  .describe('a window that starts on each of these days of the week');

const HolderRef = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resident'), id: ResidentId }),
  z.object({ kind: z.literal('staff'), id: StaffId }),
  z.object({ kind: z.literal('other'), id: OtherId }),
]);
const SubjectRef = z.discriminatedUnion('kind', [
  ...HolderRef.options,
  z.object({ kind: z.literal('group'), id: GroupId }),
]);

const versioned = { version: count.describe('grows with every change of this row') };
const validity = {
  validFrom: InstantText.optional().describe('valid from this instant on; absent: from always'),
  validUntil: InstantText.optional().describe('valid until just before this instant; absent: without end'),
};
const HolderStatus = z
  .enum(['active', 'suspended'])
  .describe('suspended: nothing of this holder works until it is active again');

export const Building = z.object({
  id: BuildingId,
  ...versioned,
  name: text.describe('as the lobby screen shows it'),
  timezone: z
    .string()
    .refine(isTimeZone, 'an IANA time zone such as America/Toronto')
    .describe('IANA time zone of all local dates and times'),
  languages: z.array(Language).min(1).describe('languages of the lobby screen, the first one is shown first'),
  moveInTime: TimeOfDay.describe("when a resident's access starts on the move-in date"),
  directoryCodeLength: z.int().min(2).max(8).describe('digits of a directory code'),
  entryCodeLength: z.int().min(4).max(12).describe('never the directory code length: one keypad serves both'),
  callUnlockDigits: z
    .string()
    .regex(/^[0-9*#]{1,4}$/)
    .describe('what a called resident presses to open'),
  ringTimeoutMs: durationMs.describe('how long a call rings'),
  talkTimeoutMs: durationMs.describe('how long a conversation may last'),
  conciergeNumber: PhoneNumber.optional().describe(
    'called directly from the lobby, and last when a resident is not reached; absent: no concierge',
  ),
  callCountries: z
    .array(z.string().regex(/^\+[1-9]\d{0,3}$/, 'a calling code such as "+1"'))
    .min(1)
    .optional()
    .describe('calling codes that may be dialled, such as "+1"; absent: any'),
  guestCodesForDays: z
    .int()
    .min(1)
    .nullable()
    .describe('guest codes stop when the last accepted welcome is older than this; null: never'),
  lockout: z
    .object({
      missesPerMinute: remembered.describe('misses in a minute that lock a keypad'),
      lockMs: durationMs.describe('how long the first lock lasts; each further one lasts twice as long'),
      maxLockMs: durationMs.describe('the longest lock'),
      forgiveAfterMs: durationMs.describe('time without a miss after which a keypad is as before'),
      freeMissesPerDay: remembered.describe(
        'misses in 24 hours for the whole building, shared out among its consoles',
      ),
      thenOneTryPerMs: durationMs.describe('after those, one try in this time'),
    })
    .optional()
    .describe(
      'guess budget; absent: 5 a minute, 30 s doubling to 15 min, forgiven after 1 h, 30 a day, then one per 15 min',
    ),
  consoles: count
    .optional()
    .describe('how many consoles share the guess budget, set by the head-end from its devices; absent: one'),
  listing: z
    .enum(['list', 'searchOnly'])
    .describe('whether the lobby screen lists residents or only finds them'),
});

export const Resident = z.object({
  id: ResidentId,
  ...versioned,
  suite: text.describe('as it is written on its door'),
  displayName: text.optional().describe('absent for a hidden resident: the head-end sends no name'),
  overrideDisplayName: text.optional().describe('shown instead of displayName (nickname, business name)'),
  showOnConsole: z.boolean().describe('whether the lobby screen names this resident'),
  directoryCode: DirectoryCode.describe('the "buzzer code": calls this resident, never opens a door'),
  phone: PhoneNumber.optional().describe(
    'called from the lobby, after the overrideCallNumber if there is one',
  ),
  overrideCallNumber: PhoneNumber.optional().describe('called first'),
  escalationNumbers: z
    .array(PhoneNumber)
    .max(8)
    .describe(
      'called one after the other when the numbers before do not answer, are busy or cannot be reached',
    ),
  doNotDisturb: z.array(WeeklyWindow).optional().describe('hours in which calls do not ring'),
  language: Language.describe('in which this person is spoken to'),
  moveInDate: LocalDate.optional().describe(
    "access starts on this date at the building's moveInTime; absent: it has started",
  ),
  moveOutDate: LocalDate.optional().describe('the last day on which access works'),
  extendedAccess: z.boolean().describe('accessible timing: the door stays released longer'),
  status: HolderStatus,
});

export const Staff = z.object({
  id: StaffId,
  ...versioned,
  name: text.describe('as events and lists show it'),
  language: Language.describe('in which this person is spoken to'),
  installer: z.boolean().describe('may work on the device'),
  status: HolderStatus,
  ...validity,
});

export const Other = z
  .object({
    id: OtherId,
    ...versioned,
    label: text.describe('as events and lists show it'),
    status: HolderStatus,
    ...validity,
  })
  .describe('contractors, carriers: holders who are neither residents nor staff');

export const Credential = z.object({
  id: CredentialId,
  ...versioned,
  holder: HolderRef.describe('whose it is'),
  kind: z.enum(['pin', 'card', 'fob', 'clicker', 'carTag']).describe('a pin is an entry code'),
  hash: CredentialHash,
  ...validity,
  schedule: ScheduleId.optional().describe('when this credential works; absent: at any time'),
  status: z
    .enum(['active', 'suspended', 'lost', 'revoked'])
    .describe('only an active one opens; lost and revoked are for good'),
  duress: z.boolean().optional().describe('decides and looks like any other, and tells the cloud silently'),
});

export const Guest = z.object({
  id: GuestId,
  ...versioned,
  host: ResidentId.nullable().describe('who invites; null: the building itself'),
  name: text.describe('as events and lists show it'),
  kind: z.enum(['guest', 'delivery', 'service']).describe('who comes; never changes the outcome'),
  hash: CredentialHash,
  doors: z.array(DoorId).describe("empty: the building's guest entrances (with a host only)"),
  startsAt: InstantText.describe('works from this instant on'),
  endsAt: InstantText.optional().describe('works until just before this instant; absent: without end'),
  windows: z.array(WeeklyWindow).optional().describe('absent: at any time between start and end'),
  maxUses: count.optional().describe('how often it works; absent: without limit'),
  validForMs: durationMs.min(1).optional().describe('how long it works from its first use on'),
  revoked: z.boolean().describe('ended by hand'),
  usedElsewhere: z
    .record(z.uuid(), count)
    .optional()
    .describe(
      'uses by the event log of the console that counted them, reported back by the head-end; a console leaves out its own',
    ),
  firstUsedAt: InstantText.optional().describe('first use at any console, reported back by the head-end'),
});

export const Door = z.object({
  id: DoorId,
  ...versioned,
  name: BilingualText.describe('as the screens show it'),
  area: AreaId.optional().describe('the area that it belongs to, for lockdowns'),
  kind: z
    .enum(['wired', 'salto'])
    .describe('wired to this system, or a SALTO lock that also decides by itself'),
  saltoDoorId: text.optional().describe('what SALTO calls this door'),
  guestEntrance: z.boolean().describe('open to guests whose invitation lists no doors'),
  authentication: z
    .enum(['card', 'code', 'cardOrCode', 'cardAndCode'])
    .describe('what is accepted here; fobs, clickers and car tags count as cards'),
  lockedOpenSchedule: ScheduleId.optional().describe('hours in which it stands unlocked'),
  firstIn: z.boolean().optional().describe('locked-open hours begin only once somebody has entered'),
  accessTimeMs: durationMs.min(100).describe('how long it stays released'),
  extendedAccessTimeMs: durationMs.min(100).describe('the same for accessible timing'),
  openTooLongMs: durationMs.min(1_000).describe('how long it may stand open before the alarm'),
  preAlarmMs: durationMs.describe('how long before that alarm it warns'),
  relockOn: z
    .enum(['open', 'close', 'timeout'])
    .describe('when the release ends: as it opens, as it closes, or only when the time is over'),
  interlockGroup: text.optional().describe('only one door of a group may be open or released at a time'),
  antipassback: z
    .object({
      from: AreaId,
      to: AreaId,
      kind: z.enum(['hard', 'soft']).describe('hard refuses, soft only reports'),
      forgiveMs: durationMs.describe('after this time the person may come from anywhere').optional(),
      exempt: z
        .array(z.enum(['resident', 'staff', 'other', 'guest']))
        .describe('whom it does not concern')
        .optional(),
    })
    .optional()
    .describe('who passes must come from one area and is then in the other; hard refuses, soft only reports'),
  twoPerson: z.boolean().optional().describe('opens only for two people, one after the other'),
});

export const Area = z.object({
  id: AreaId,
  ...versioned,
  name: BilingualText.describe('as the screens show it'),
});

export const Grant = z.object({
  id: GrantId,
  ...versioned,
  subject: SubjectRef.describe('who is given it'),
  door: DoorId.describe('the door that is given'),
  schedule: ScheduleId.optional().describe('absent: at any time'),
  source: z
    .enum(['common', 'suite', 'salto', 'parking', 'storage', 'amenity'])
    .describe('why it exists; never changes the outcome'),
  ...validity,
});

export const Group = z.object({
  id: GroupId,
  ...versioned,
  members: z.array(HolderRef).describe('who has what is granted to the group'),
});

export const Schedule = z.object({
  id: ScheduleId,
  ...versioned,
  weekly: z.array(WeeklyWindow).describe('the ordinary week'),
  specialDays: z
    .array(
      z.object({
        calendar: CalendarId,
        windows: z.array(Window).describe('the hours of those dates; empty: closed'),
      }),
    )
    .optional()
    .describe(
      "the first entry whose calendar has the date on which a window starts replaces that day's windows",
    ),
});

export const Calendar = z.object({
  id: CalendarId,
  ...versioned,
  dates: z.array(LocalDate).describe('local dates'),
});

export type Building = z.infer<typeof Building>;
export type Resident = z.infer<typeof Resident>;
export type Staff = z.infer<typeof Staff>;
export type Other = z.infer<typeof Other>;
export type Credential = z.infer<typeof Credential>;
export type Guest = z.infer<typeof Guest>;
export type Door = z.infer<typeof Door>;
export type Area = z.infer<typeof Area>;
export type Grant = z.infer<typeof Grant>;
export type Group = z.infer<typeof Group>;
export type Schedule = z.infer<typeof Schedule>;
export type Calendar = z.infer<typeof Calendar>;
export type Window = z.infer<typeof Window>;
export type WeeklyWindow = z.infer<typeof WeeklyWindow>;
export type HolderRef = z.infer<typeof HolderRef>;
export type Language = z.infer<typeof Language>;

/** Every table by its name on the wire. */
export const tables = {
  building: Building,
  resident: Resident,
  staff: Staff,
  other: Other,
  credential: Credential,
  guest: Guest,
  door: Door,
  area: Area,
  grant: Grant,
  group: Group,
  schedule: Schedule,
  calendar: Calendar,
} as const;

export type TableName = keyof typeof tables;
export type Rows = { readonly [T in TableName]: z.infer<(typeof tables)[T]> };
export const tableNames = Object.keys(tables) as readonly TableName[];
const isTableName = (name: string): name is TableName => Object.hasOwn(tables, name);

export type RowCheck =
  | { readonly kind: 'row'; readonly row: Rows[TableName] }
  /** `field` is the path of the first field at fault; the value itself is never named (it may be a hash or a number). */
  | { readonly kind: 'refused'; readonly field: string; readonly problem: string }
  /** A table that this version does not know: kept, unused, not reported. */
  | { readonly kind: 'unknownTable' };

/** Reads a row's JSON text against its table's schema. Never throws. */
export function readRow(table: string, rowText: string): RowCheck {
  if (!isTableName(table)) return { kind: 'unknownTable' };
  let json: unknown;
  try {
    json = JSON.parse(rowText);
  } catch {
    return { kind: 'refused', field: '', problem: 'not JSON' };
  }
  const parsed = tables[table].safeParse(json);
  if (parsed.success) return { kind: 'row', row: parsed.data };
  const issue = parsed.error.issues[0];
  return {
    kind: 'refused',
    field: shortened(issue?.path.join('.') ?? ''),
    problem: shortened(issue?.message ?? 'refused'),
  };
}

/** Both may hold a key of the row, of any length, and become an event that must fit a message. */
const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 199)}…`);
