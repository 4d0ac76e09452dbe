/** Telephone calls and the line that they need. */
import { z } from 'zod';
import { ResidentId } from '../../core/dataset.ts';
import type { EventKinds } from './kind.ts';
import { problem } from './parts.ts';

const call = z.string().describe("the call's id");
const targets = ['override', 'phone', 'escalation', 'concierge'] as const;
const target = z.enum(targets);
const place = z.int().min(1).describe("its place among the call's numbers");
const numbersLeftOut = z
  .int()
  .min(1)
  .exactOptional()
  .describe(
    'how many of the numbers that this call would have rung are none that consoles dial (docs/calls.md), the concierge’s included, each counted once; absent: none',
  );
const legEnds = ['busy', 'declined', 'unavailable', 'unknownNumber', 'failed', 'hungUp'] as const;

export const callKinds = {
  CallStarted: {
    severity: ['info'],
    fields: {
      call,
      from: z.enum(['directory', 'directoryCode', 'concierge']),
      resident: ResidentId.describe("the row's id")
        .exactOptional()
        .describe('absent: the concierge, called directly'),
      numbersLeftOut,
      simulated: z.boolean(),
    },
    when: 'A guest calls.',
    en: 'A guest calls from the lobby.',
    fr: 'Un visiteur appelle depuis le hall.',
  },
  CallLegEnded: {
    severity: ['info', 'warning'],
    fields: {
      call,
      target,
      place,
      end: z.enum([...legEnds, 'noAnswer', 'noReply', 'talkedTooLong', 'opened', 'cancelled']),
    },
    when: 'One number was rung, and this came of it.',
    en: 'Number {place} of the call: {end}.',
    fr: 'Numéro {place} de l’appel : {end}.',
  },
  CallAnswered: {
    severity: ['info'],
    fields: { call, target: z.enum([...targets, 'app']), place },
    when: 'Somebody answered, at a telephone or in an app.',
    en: 'The call was answered.',
    fr: 'L’appel a été pris.',
  },
  CallEnded: {
    severity: ['info'],
    fields: {
      call,
      outcome: z.enum([
        'opened',
        'talked',
        'declined',
        'busy',
        'noAnswer',
        'unavailable',
        'failed',
        'cancelled',
      ]),
    },
    when: 'The call is over.',
    en: 'The call is over: {outcome}.',
    fr: 'L’appel est terminé : {outcome}.',
  },
  CallRefused: {
    severity: ['info', 'warning'],
    fields: {
      reason: z.enum([
        'noPhone',
        'unknownCallee',
        'notListed',
        'noNumber',
        'doNotDisturb',
        'lineBusy',
        'tooManyCalls',
        'phoneFault',
        'storageFault',
      ]),
      resident: ResidentId.describe("the row's id").exactOptional(),
      numbersLeftOut,
    },
    when: 'A guest wanted to call, and no call was begun.',
    en: 'A guest could not call ({reason}).',
    fr: 'Un visiteur n’a pas pu appeler ({reason}).',
  },
  PhoneFault: {
    severity: ['alarm'],
    fields: { problem },
    when: 'No calls can be placed, until PhoneFaultEnded.',
    en: 'The console can place no calls: {problem}',
    fr: 'La console ne peut pas appeler : {problem}',
  },
  PhoneFaultEnded: {
    severity: ['notice'],
    fields: {},
    when: 'The end of PhoneFault.',
    en: 'The console can place calls again.',
    fr: 'La console peut de nouveau appeler.',
  },
  PhoneUnregistered: {
    severity: ['alarm'],
    fields: { problem },
    when: 'The registrar or trunk has not known this console for a while; calls are tried all the same.',
    en: 'The telephone line does not know this console: {problem}',
    fr: 'La ligne téléphonique ne connaît pas cette console : {problem}',
  },
  PhoneRegistered: {
    severity: ['notice'],
    fields: {},
    when: 'The end of PhoneUnregistered.',
    en: 'The telephone line knows this console again.',
    fr: 'La ligne téléphonique reconnaît de nouveau cette console.',
  },
  InboundCallRefused: {
    severity: ['notice'],
    fields: { count: z.int().min(1) },
    when: 'Somebody called the console: nobody gets through. At most once a minute.',
    en: 'The console was called {count} times, and takes no calls.',
    fr: 'La console a été appelée {count} fois et ne prend pas d’appels.',
  },
  PhoneControlTaken: {
    severity: ['alarm'],
    fields: {},
    when: 'Another program has connected to the controls of the phone engine, from where it could place calls.',
    en: 'Another program has taken the controls of the phone.',
    fr: 'Un autre programme a pris les commandes du téléphone.',
  },
} as const satisfies EventKinds;
