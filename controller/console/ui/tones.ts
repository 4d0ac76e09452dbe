/**
 * What a guest hears of a call and of an entry, pure. Nobody has to see the screen: each moment has its own number and
 * length of tones, so that no ear has to tell pitches apart. What the readers tell, too, sounds as it does there.
 */
import type { CallOutcome, CallView, LobbyViewModel } from '../view-model.ts';
import { shownCall } from './call-face.ts';
import type { Answer, EntryState } from './entry-machine.ts';

export type Moment =
  | 'ringing'
  | 'answered'
  | 'endsSoon'
  | 'doorOpen'
  | 'over'
  | 'noAnswer'
  | 'busy'
  | 'declined'
  | 'notReached'
  | 'notOpened'
  | 'notCalled'
  | 'trouble';

export interface Pattern {
  /** Sounded together. Each goes through whole waves in `onMs`, so that it ends without a click. */
  readonly hz: readonly number[];
  readonly onMs: number;
  readonly offMs: number;
  /** How many tones; `endless`: one after the other for as long as the moment lasts. */
  readonly count: number | 'endless';
}

/** docs/calls.md shows them as a table. The telephone's own are those of North America (ITU-T E.180, supplement 2). */
export const patterns: Readonly<Record<Moment, Pattern>> = {
  ringing: { hz: [440, 480], onMs: 2_000, offMs: 4_000, count: 'endless' },
  // The microphone is open from here on: as short as can be heard.
  answered: { hz: [800], onMs: 150, offMs: 0, count: 1 },
  endsSoon: { hz: [800], onMs: 200, offMs: 200, count: 2 },
  doorOpen: { hz: [800], onMs: 1_000, offMs: 0, count: 1 },
  over: { hz: [400], onMs: 500, offMs: 250, count: 3 },
  noAnswer: { hz: [440, 480], onMs: 1_000, offMs: 500, count: 2 },
  busy: { hz: [480, 620], onMs: 500, offMs: 500, count: 4 },
  declined: { hz: [480, 620], onMs: 250, offMs: 250, count: 6 },
  notReached: { hz: [600], onMs: 100, offMs: 100, count: 4 },
  notOpened: { hz: [600], onMs: 100, offMs: 100, count: 3 },
  notCalled: { hz: [600], onMs: 100, offMs: 100, count: 5 },
  trouble: { hz: [400], onMs: 500, offMs: 300, count: 5 },
};

/** A moment is told once: again only of another call, or of another answer. */
export interface Heard {
  readonly moment: Moment;
  /** The call's id, or the answer itself. */
  readonly of: string | Answer;
}

/** Whether both are the same moment of the same call or answer, or silence. */
export const isSame = (one: Heard | undefined, other: Heard | undefined): boolean =>
  one?.moment === other?.moment && one?.of === other?.of;

const ofAnswer: Readonly<Record<Answer['outcome'], Moment>> = {
  grant: 'doorOpen',
  deny: 'notOpened',
  notCalled: 'notCalled',
  trouble: 'trouble',
};

/** Whoever cancels knows. */
const ofOutcome: Readonly<Record<Exclude<CallOutcome, 'cancelled'>, Moment>> = {
  opened: 'doorOpen',
  talked: 'over',
  declined: 'declined',
  busy: 'busy',
  noAnswer: 'noAnswer',
  unavailable: 'notReached',
  failed: 'trouble',
};

/**
 * The moment to be heard; undefined: silence. While somebody talks nothing but the call itself is told, since the microphone
 * hears it. Otherwise an answer comes before a call, which goes on ringing behind it. Without its link to the controller the
 * page knows nothing of a call, but still what it has been answered: also that the console did not.
 */
export function heardOf({
  view,
  entry,
  link,
}: {
  readonly view: LobbyViewModel | undefined;
  readonly entry: EntryState;
  readonly link: 'starting' | 'live' | 'lost';
}): Heard | undefined {
  const call = shownCall(view);
  if (entry.kind === 'answered' && call?.phase.kind !== 'talking')
    return { moment: ofAnswer[entry.answer.outcome], of: entry.answer };
  const moment = call === undefined || link !== 'live' ? undefined : momentOf(call);
  return call === undefined || moment === undefined ? undefined : { moment, of: call.id };
}

function momentOf({ phase }: CallView): Moment | undefined {
  switch (phase.kind) {
    case 'calling':
      return 'ringing';
    case 'talking':
      return phase.endsSoon ? 'endsSoon' : 'answered';
    case 'opened':
      return 'doorOpen';
    case 'ended':
      return phase.outcome === 'cancelled' ? undefined : ofOutcome[phase.outcome];
    default:
      return phase satisfies never;
  }
}
