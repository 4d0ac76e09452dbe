/** Readers, and locks that SALTO decides about. */
import { z } from 'zod';
import type { SaltoOperation } from '../salto.ts';
import type { EventKinds } from './kind.ts';
import { doorId, problem } from './parts.ts';

const at = { reader: z.string(), door: doorId };
const fault = z.enum(['lineDown', 'offline', 'uncommissioned', 'securing', 'refused']);
const device = z
  .object({
    vendor: z.string(),
    model: z.number(),
    version: z.number(),
    serial: z.number(),
    firmware: z.string(),
  })
  .readonly()
  .describe('what the reader says of itself');

export const readerKinds = {
  ReaderFault: {
    severity: ['alarm'],
    fields: { ...at, fault, problem },
    when: 'A reader cannot be used.',
    en: 'The reader {reader} at {door} cannot be used: {problem}',
    fr: 'Le lecteur {reader} à {door} est inutilisable : {problem}',
  },
  ReaderFaultEnded: {
    severity: ['notice'],
    fields: { ...at, fault },
    when: 'The end of ReaderFault.',
    en: 'The reader {reader} at {door} can be used again.',
    fr: 'Le lecteur {reader} à {door} fonctionne de nouveau.',
  },
  ReaderUnsteady: {
    severity: ['warning'],
    fields: { ...at, count: z.int() },
    when: 'A reader’s faults, tamper, power and refusals changed more than 30 times in a minute; from then on only this comes, once a minute.',
    en: 'The reader {reader} at {door} is unsteady ({count} changes).',
    fr: 'Le lecteur {reader} à {door} est instable ({count} changements).',
  },
  ReaderSteady: {
    severity: ['notice'],
    fields: { ...at, count: z.int() },
    when: 'The end of ReaderUnsteady; how the reader stands follows.',
    en: 'The reader {reader} at {door} is steady again.',
    fr: 'Le lecteur {reader} à {door} est de nouveau stable.',
  },
  ReaderTamper: {
    severity: ['alarm'],
    fields: at,
    when: 'The reader’s tamper contact.',
    en: 'Somebody tampers with the reader {reader} at {door}.',
    fr: 'Quelqu’un manipule le lecteur {reader} à {door}.',
  },
  ReaderTamperEnded: {
    severity: ['notice'],
    fields: at,
    when: 'The end of ReaderTamper.',
    en: 'The reader {reader} at {door} is closed again.',
    fr: 'Le lecteur {reader} à {door} est refermé.',
  },
  ReaderPowerFailing: {
    severity: ['warning'],
    fields: at,
    when: 'The reader says that its power fails.',
    en: 'The power of the reader {reader} at {door} fails.',
    fr: 'L’alimentation du lecteur {reader} à {door} faiblit.',
  },
  ReaderPowerBack: {
    severity: ['notice'],
    fields: at,
    when: 'The end of ReaderPowerFailing.',
    en: 'The power of the reader {reader} at {door} is back.',
    fr: 'L’alimentation du lecteur {reader} à {door} est rétablie.',
  },
  ReaderSecurity: {
    severity: ['warning', 'alarm'],
    fields: {
      ...at,
      alarm: z.enum(['downgrade', 'identity', 'mac', 'nonsense']),
      refusal: z.string().describe("the driver's own word for it"),
    },
    when: 'Something on the line that a panel must refuse: another device, a wrong MAC, an attempted downgrade. Once per change.',
    en: 'The reader {reader} at {door} was refused for safety ({alarm}).',
    fr: 'Le lecteur {reader} à {door} a été refusé par sécurité ({alarm}).',
  },
  ReaderCommissioning: {
    severity: ['notice'],
    fields: { ...at, windowMs: z.number() },
    when: 'An operator lets this one reader have a key of its own.',
    en: 'The reader {reader} at {door} may be commissioned now.',
    fr: 'Le lecteur {reader} à {door} peut être mis en service.',
  },
  ReaderRotating: {
    severity: ['notice'],
    fields: at,
    when: 'An operator has another key given to the reader.',
    en: 'The reader {reader} at {door} is given another key.',
    fr: 'Le lecteur {reader} à {door} va recevoir une autre clé.',
  },
  ReaderKeyed: {
    severity: ['notice'],
    fields: { ...at, how: z.enum(['commissioned', 'rotated']), device },
    when: 'The reader has a key of its own, or another one.',
    en: 'The reader {reader} at {door} has a new key.',
    fr: 'Le lecteur {reader} à {door} a une nouvelle clé.',
  },
  ReaderKeyFailed: {
    severity: ['warning'],
    fields: { ...at, why: z.enum(['notOnline', 'windowClosed', 'notTaken', 'storage']) },
    when: 'The reader could not be given a key.',
    en: 'The reader {reader} at {door} got no key ({why}).',
    fr: 'Le lecteur {reader} à {door} n’a pas reçu de clé ({why}).',
  },
  SaltoAudit: {
    severity: ['info', 'notice', 'warning', 'alarm'],
    fields: {
      saltoEvent: z.string().describe("SALTO's id of the entry, in decimal digits"),
      operation: z.custom<SaltoOperation>(
        (value) => typeof value === 'string',
        "SALTO's operation, in our words",
      ),
      code: z.int().describe("SALTO's number of the operation"),
      door: doorId.exactOptional(),
      saltoDoor: z.string().exactOptional().describe('what SALTO calls the door'),
      saltoSubject: z.string().exactOptional().describe("SALTO's id of whom it concerns"),
      exit: z.boolean(),
      localTime: z.string().exactOptional().describe("the server's wall time, without a zone"),
    },
    when: 'An entry of a SALTO server’s audit trail: what happened at a lock, and who decided was SALTO.',
    en: 'A SALTO lock reports: {operation}.',
    fr: 'Une serrure SALTO signale : {operation}.',
  },
} as const satisfies EventKinds;
