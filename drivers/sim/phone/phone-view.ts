/** What the page of the simulated phone, `vestibule-sim phone` and scripts see of it: never whom it rings by number. */
import { z } from 'zod';
import type { CallTarget, LegTone } from '../../../controller/core/call/line.ts';
import type { PhoneLine, PhoneState } from './phone-machine.ts';

export const phonePresets = ['rings', 'busy', 'unavailable', 'unknownNumber', 'failed', 'silent'] as const;
export const dtmfDigits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const;

export const PresetRequest = z.strictObject({ preset: z.enum(phonePresets) });

export const ActRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['answer', 'decline', 'hangUp']) }),
  z.strictObject({ kind: z.literal('press'), digit: z.enum(dtmfDigits) }),
]);

export const PhoneView = z.object({
  simulated: z.literal(true),
  preset: z.enum(phonePresets),
  line: z.enum(['idle', 'dialled', 'ringing', 'answered', 'ended']),
  target: z.enum(['override', 'phone', 'escalation', 'concierge']).optional(),
  /** Why the last call ended; `consoleHungUp` when the console gave up or closed the line. */
  why: z
    .enum(['busy', 'declined', 'unavailable', 'unknownNumber', 'failed', 'hungUp', 'consoleHungUp'])
    .optional(),
  /** Pressed in this call, oldest first. */
  digits: z.string(),
  heard: z.array(z.enum(['opened', 'notOpened', 'endsSoon'])),
  /** The same in words, for people. */
  title: z.string(),
  sentence: z.string(),
  heardSentences: z.array(z.string()),
});
export type PhoneView = Readonly<z.infer<typeof PhoneView>>;

/** Of a request that was refused. Nothing of the request is in it. */
export const PhoneRefusal = z.object({ error: z.string(), sentence: z.string() });
export type PhoneRefusal = Readonly<z.infer<typeof PhoneRefusal>>;

const targets: Readonly<Record<CallTarget, string>> = {
  override: 'the resident’s override number',
  phone: 'the resident’s phone',
  escalation: 'a further number of the resident',
  concierge: 'the concierge',
};

const tones: Readonly<Record<LegTone, string>> = {
  opened: 'A tone: the door has opened.',
  notOpened: 'A tone: the door did not open.',
  endsSoon: 'A tone: the call ends soon.',
};

const ends: Readonly<Record<Extract<PhoneLine, { kind: 'ended' }>['why'], string>> = {
  busy: 'It was busy',
  declined: 'It was declined',
  unavailable: 'It could not be reached',
  unknownNumber: 'There is no such number',
  failed: 'The line failed',
  hungUp: 'The called person hung up',
  consoleHungUp: 'The console ended it',
};

function words(line: PhoneLine): { readonly title: string; readonly sentence: string } {
  switch (line.kind) {
    case 'idle':
      return {
        title: 'Nobody is calling',
        sentence: 'Call somebody at the lobby screen, and it rings here.',
      };
    case 'dialled':
      return {
        title: 'Dialled',
        sentence: `The console calls ${targets[line.target]}, and hears nothing yet.`,
      };
    case 'ringing':
      return {
        title: 'Ringing',
        sentence: `The console rings ${targets[line.target]}. Answer, decline, or let it ring.`,
      };
    case 'answered':
      return {
        title: 'Answered',
        sentence: `Called: ${targets[line.target]}. You talk with the person at the door; press the digit that opens, usually 9.`,
      };
    case 'ended':
      return {
        title: 'Ended',
        sentence: `The last call was for ${targets[line.target]}. ${ends[line.why]}.`,
      };
    default:
      return line satisfies never;
  }
}

export function viewOf({ preset, line }: PhoneState): PhoneView {
  const heard = 'heard' in line ? line.heard : [];
  return {
    simulated: true,
    preset,
    line: line.kind,
    ...('target' in line ? { target: line.target } : {}),
    ...('why' in line ? { why: line.why } : {}),
    digits: 'digits' in line ? line.digits.join('') : '',
    heard: [...heard],
    ...words(line),
    heardSentences: heard.map((tone) => tones[tone]),
  };
}
