import { describe, expect, it } from 'vitest';
import type { Answer, EntryState } from '../../controller/console/ui/entry-machine.ts';
import { emptyEntry } from '../../controller/console/ui/entry-machine.ts';
import { heardOf, type Moment, patterns } from '../../controller/console/ui/tones.ts';
import { type CallOutcome, type CallView, toViewModel } from '../../controller/console/view-model.ts';
import { InMemoryLobby } from '../support/console-lobby.ts';

const sentence = { en: 'So it is.', fr: 'C’est ainsi.' };
const ended = (outcome: CallOutcome): CallView['phase'] => ({ kind: 'ended', outcome, sentence });
const opened: CallView['phase'] = { kind: 'opened', sentence };
const calling: CallView['phase'] = { kind: 'calling' };
const talking = (endsSoon: boolean): CallView['phase'] => ({ kind: 'talking', endsSoon });
const answered = (outcome: Answer['outcome']) =>
  ({ kind: 'answered', answer: { outcome, sentence } }) satisfies EntryState;

const seen = (phase?: CallView['phase'], entry: EntryState = emptyEntry, link: 'live' | 'lost' = 'live') => {
  const view = toViewModel(new InMemoryLobby().state());
  const call = phase === undefined ? {} : { call: { id: 'call-1', to: 'resident', phase } as const };
  return heardOf({ view: { ...view, ...call }, entry, link });
};

describe('what a guest hears', () => {
  it.each<[string, CallView['phase'], Moment]>([
    ['rings', calling, 'ringing'],
    ['is answered', talking(false), 'answered'],
    ['ends soon', talking(true), 'endsSoon'],
    ['opens the door', opened, 'doorOpen'],
    ['has opened the door: nothing new', ended('opened'), 'doorOpen'],
    ['opened nothing', ended('talked'), 'over'],
    ['is declined', ended('declined'), 'declined'],
    ['finds the line busy', ended('busy'), 'busy'],
    ['nobody answers', ended('noAnswer'), 'noAnswer'],
    ['reaches nobody', ended('unavailable'), 'notReached'],
    ['fails', ended('failed'), 'trouble'],
  ])('of a call that %s', (_name, phase, moment) => {
    expect(seen(phase)).toEqual({ moment, of: 'call-1' });
  });

  it.each<[Answer['outcome'], Moment]>([
    ['grant', 'doorOpen'],
    ['deny', 'notOpened'],
    ['notCalled', 'notCalled'],
    ['trouble', 'trouble'],
  ])('of an answer at the keypad, %s', (outcome, moment) => {
    const entry = answered(outcome);
    const heard = { moment, of: entry.answer };
    expect(seen(undefined, entry)).toEqual(heard);
    // The call goes on ringing behind it.
    expect(seen(calling, entry)).toEqual(heard);
    // The page has it, whatever becomes of the controller.
    expect(seen(calling, entry, 'lost')).toEqual(heard);
  });

  it.each([
    ['nobody calls', seen()],
    ['digits are typed', seen(undefined, { kind: 'typing', digits: '12' })],
    ['the console waits', seen(undefined, { kind: 'sending' })],
    ['the guest has cancelled', seen(ended('cancelled'))],
    ['nobody knows whether it still rings', seen(calling, emptyEntry, 'lost')],
    ['nobody knows whether they still talk', seen(talking(false), answered('trouble'), 'lost')],
  ])('is nothing while %s', (_name, heard) => {
    expect(heard).toBeUndefined();
  });

  it('while somebody talks is the call alone, whatever is typed', () => {
    expect(seen(talking(false), answered('deny'))).toEqual(seen(talking(false)));
    expect(seen(talking(true), answered('grant'))).toEqual(seen(talking(true)));
  });
});

describe('each moment', () => {
  const all = Object.entries(patterns);

  it('differs from all others by number and length of its tones, whatever their pitch', () => {
    const rhythms = all.map(([, { count, onMs }]) => `${count} of ${onMs >= 400 ? 'long' : 'short'}`);
    const apart = all.map(([, { count, onMs, offMs }]) => `${count} of ${onMs}, ${offMs}`);
    expect(new Set(apart).size).toBe(all.length);
    // Nobody has to measure: not even long and short are needed more finely.
    expect(new Set(rhythms).size).toBe(all.length);
  });

  it.each(all)('%s ends where its waves do, so that nothing clicks', (_moment, { hz, onMs }) => {
    for (const each of hz) expect((each * onMs) % 1_000).toBe(0);
  });

  it.each(all)('%s can be told before it is gone from the screen', (_moment, { onMs, offMs, count }) => {
    const tones = count === 'endless' ? 1 : count;
    expect(tones * onMs + (tones - 1) * offMs).toBeLessThanOrEqual(4_000);
  });
});
