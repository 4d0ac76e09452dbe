/** Who asked to come in, and what became of it. */
import { z } from 'zod';
import type { EventKinds } from './kind.ts';
import { command, credentialId, denyReason, doorId, explanation, subject } from './parts.ts';

const asked = {
  door: doorId,
  accessPoint: z.string().describe('keypad, reader, call or command through which it was asked'),
  subject: subject.exactOptional(),
  credential: credentialId.exactOptional(),
  explanation,
  command: command.exactOptional(),
  call: z.string().exactOptional().describe("the call's id, where a called person asked"),
};

export const accessKinds = {
  AccessGranted: {
    severity: ['info', 'warning'],
    fields: {
      ...asked,
      extended: z.boolean().describe('with accessible timing'),
      softAntipassback: z.literal(true).exactOptional().describe('in spite of soft anti-passback'),
    },
    when: 'Somebody may come in; the event is on disk before the door is released. A warning where soft anti-passback was violated.',
    en: 'Access was granted at {door}.',
    fr: 'Accès accordé à {door}.',
  },
  AccessDenied: {
    severity: ['notice'],
    fields: {
      ...asked,
      reason: denyReason,
      onvifReason: z
        .enum([
          'CredentialNotEnabled',
          'CredentialNotActive',
          'CredentialExpired',
          'InvalidPIN',
          'NotPermittedAtThisTime',
          'Unauthorized',
          'Other',
        ])
        .describe("ONVIF's reason"),
    },
    when: 'Somebody may not come in. What the reasons mean: decision.md.',
    en: 'Access was denied at {door} ({reason}).',
    fr: 'Accès refusé à {door} ({reason}).',
  },
  AccessTaken: {
    severity: ['info'],
    fields: { door: doorId, subject: subject.exactOptional() },
    when: 'The door was opened by whoever was let in.',
    en: '{door} was opened after access had been granted.',
    fr: '{door} a été ouverte après l’accès accordé.',
  },
  AccessNotTaken: {
    severity: ['info'],
    fields: { door: doorId, subject: subject.exactOptional() },
    when: 'Nobody opened the door in the access time; a guest’s use is given back. Only where a door monitor is fitted.',
    en: '{door} was not opened after access had been granted.',
    fr: '{door} n’a pas été ouverte après l’accès accordé.',
  },
  Duress: {
    severity: ['alarm'],
    fields: { door: doorId, subject: subject.exactOptional(), credential: credentialId.exactOptional() },
    when: 'A duress code was used, granted or denied. Nothing at the door shows it.',
    en: 'A duress code was used at {door}: send help, and do not call the door.',
    fr: 'Un code sous contrainte a été utilisé à {door} : envoyez de l’aide, n’appelez pas la porte.',
  },
  AmbiguousCredential: {
    severity: ['alarm'],
    fields: { door: doorId, explanation },
    when: 'Several live rows have the code or card that was presented; it opens nothing.',
    en: 'What was presented at {door} belongs to more than one person, and opens nothing.',
    fr: 'Ce qui a été présenté à {door} appartient à plusieurs personnes et n’ouvre rien.',
  },
  LostCredentialPresented: {
    severity: ['alarm'],
    fields: { door: doorId, accessPoint: z.string(), subject, credential: credentialId },
    when: 'A card or tag that was reported lost was held to a reader: somebody has it.',
    en: 'A lost card or tag was presented at {door}.',
    fr: 'Une carte ou une étiquette perdue a été présentée à {door}.',
  },
  KeypadLockedOut: {
    severity: ['alarm'],
    fields: {
      accessPoint: z.string(),
      entry: z.enum(['code', 'directoryCode']),
      lockMs: z.number(),
      door: doorId.exactOptional().describe('where the last miss was'),
    },
    when: 'Too many wrong codes: codes typed here are not looked at for `lockMs`. Cards, calls and egress go on.',
    en: 'Too many wrong codes at {accessPoint}: it takes no codes for a while.',
    fr: 'Trop de mauvais codes à {accessPoint} : aucun code n’y est accepté pour un moment.',
  },
  LockedKeypadTried: {
    severity: ['notice'],
    fields: { accessPoint: z.string(), count: z.int().min(1) },
    when: 'Codes were typed at a locked keypad, and nobody looked at them; at most once a minute.',
    en: '{count} codes were typed at {accessPoint} while it was locked.',
    fr: '{count} codes ont été tapés à {accessPoint} pendant son blocage.',
  },
  KeypadLockoutEnded: {
    severity: ['notice'],
    fields: { accessPoint: z.string(), entry: z.enum(['code', 'directoryCode']) },
    when: 'The keypad takes codes again.',
    en: '{accessPoint} takes codes again.',
    fr: '{accessPoint} accepte de nouveau les codes.',
  },
  GuessBudgetSpent: {
    severity: ['alarm'],
    fields: { oneTryPerMs: z.number() },
    when: 'The free misses of the last 24 hours are used up: after each further one no code for `oneTryPerMs`.',
    en: 'So many wrong codes were typed today that further ones are only taken now and then.',
    fr: 'Tant de mauvais codes ont été tapés aujourd’hui que les suivants ne sont acceptés que rarement.',
  },
  GuessBudgetRestored: {
    severity: ['notice'],
    fields: {},
    when: 'There are free misses again.',
    en: 'Wrong codes are taken as usual again.',
    fr: 'Les codes sont de nouveau acceptés comme d’habitude.',
  },
  CodesTooShort: {
    severity: ['alarm'],
    fields: { liveCodes: z.int(), entryCodeLength: z.int(), neededLength: z.int() },
    when: 'Entry codes have fewer digits than so many live ones need; told once.',
    en: 'Codes of {entryCodeLength} digits are too short for {liveCodes} of them: issue {neededLength} digits.',
    fr: 'Des codes de {entryCodeLength} chiffres sont trop courts pour {liveCodes} codes : il en faut {neededLength}.',
  },
  CodesLongEnough: {
    severity: ['notice'],
    fields: { liveCodes: z.int(), entryCodeLength: z.int(), neededLength: z.int() },
    when: 'The end of CodesTooShort.',
    en: 'Codes are long enough again.',
    fr: 'Les codes sont de nouveau assez longs.',
  },
} as const satisfies EventKinds;
