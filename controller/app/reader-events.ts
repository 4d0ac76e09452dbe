/** What readers report, as events with their severity and a sentence for whoever sees to them. */
import type { DoorId } from '../core/dataset.ts';
import type { ReaderState, StandingNews } from '../core/reader/reader-status.ts';
import type { EventDraft } from '../ports/events.ts';
import type { ReaderInput } from '../ports/reader.ts';

export interface ReaderPlace {
  readonly reader: string;
  readonly door: DoorId;
}

const readerProblems: Readonly<Record<Exclude<ReaderState, 'online'>, string>> = {
  lineDown: 'its serial line cannot be used',
  offline: 'it does not answer',
  uncommissioned: 'it answers, and has no key of its own yet',
  securing: 'it answers, and its secure channel does not come up',
  refused: 'it answers, and not as it must: nothing that it says is believed',
};

export function standingEvent(
  { kind, fault }: StandingNews,
  place: ReaderPlace,
  problem = readerProblems[fault],
): EventDraft {
  return kind === 'fault'
    ? { type: 'ReaderFault', severity: 'alarm', ...place, fault, problem }
    : { type: 'ReaderFaultEnded', severity: 'notice', ...place, fault };
}

export function readerEvent(
  input: Extract<ReaderInput, { readonly kind: 'tamper' | 'power' | 'alarm' | 'keyed' | 'keyFailed' }>,
  place: ReaderPlace,
): EventDraft {
  switch (input.kind) {
    case 'tamper':
      return input.failing
        ? { type: 'ReaderTamper', severity: 'alarm', ...place }
        : { type: 'ReaderTamperEnded', severity: 'notice', ...place };
    case 'power':
      return input.failing
        ? { type: 'ReaderPowerFailing', severity: 'warning', ...place }
        : { type: 'ReaderPowerBack', severity: 'notice', ...place };
    case 'alarm': {
      const { alarm, refusal } = input;
      const severity = alarm === 'nonsense' ? 'warning' : 'alarm';
      return { type: 'ReaderSecurity', severity, ...place, alarm, refusal };
    }
    case 'keyed': {
      const { how, device } = input;
      return { type: 'ReaderKeyed', severity: 'notice', ...place, how, device };
    }
    case 'keyFailed':
      return { type: 'ReaderKeyFailed', severity: 'warning', ...place, why: input.why };
    default:
      return input satisfies never;
  }
}
