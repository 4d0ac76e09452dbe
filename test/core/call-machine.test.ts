import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LegEnd } from '../../controller/core/call/line.ts';
import {
  type Call,
  type CallEffect,
  type CallInput,
  type CallState,
  type CallTimer,
  idleCall,
  stepCall,
} from '../../controller/core/call/machine.ts';
import type { CallNumber } from '../../controller/core/call/plan.ts';

const home: CallNumber = { target: 'phone', number: '+15145550101' };
const away: CallNumber = { target: 'escalation', number: '+15145550102' };
const desk: CallNumber = { target: 'concierge', number: '201' };

const aCall = (numbers: Call['numbers'] = [home, desk], unlockDigits = '9'): Call => ({
  id: 'c',
  numbers,
  language: 'en',
  rules: { ringTimeoutMs: 30_000, talkTimeoutMs: 60_000, unlockDigits },
});

/** Plays inputs from an idle line on; `effects` are those of the last one. */
function play(...inputs: readonly CallInput[]): { state: CallState; effects: readonly CallEffect[] } {
  let state: CallState = idleCall;
  let effects: readonly CallEffect[] = [];
  for (const input of inputs) ({ state, effects } = stepCall(state, input));
  return { state, effects };
}

const start = (call = aCall()): CallInput => ({ kind: 'start', call });
const rings = (leg = 'c.1'): CallInput => ({ kind: 'leg', event: { leg, kind: 'ringing' } });
const answers = (leg = 'c.1'): CallInput => ({ kind: 'leg', event: { leg, kind: 'answered' } });
const presses = (digit: '9' | '5' | '#', leg = 'c.1'): CallInput => ({
  kind: 'leg',
  event: { leg, kind: 'digit', digit },
});
const ends = (why: LegEnd, leg = 'c.1'): CallInput => ({ kind: 'leg', event: { leg, kind: 'ended', why } });
const timer = (which: CallTimer): CallInput => ({ kind: 'timer', timer: which });
const unlocked = (opened: boolean): CallInput => ({ kind: 'unlocked', opened });
const cancel: CallInput = { kind: 'cancel' };

const reports = (effects: readonly CallEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'report' ? [effect.report] : []));
const acts = (effects: readonly CallEffect[]): readonly string[] => effects.map(described);
function described(effect: CallEffect): string {
  switch (effect.kind) {
    case 'dial':
      return `dial ${effect.leg.target} as ${effect.leg.id}`;
    case 'hangUp':
      return `hang up ${effect.leg}`;
    case 'tell':
      return `tell ${effect.tone}`;
    case 'startTimer':
      return `${effect.timer} in ${effect.ms}`;
    case 'report':
      return effect.report.type;
    case 'unlock':
    case 'cancelTimers':
      return effect.kind;
    default:
      return effect satisfies never;
  }
}

describe('a call', () => {
  it('rings the first number, and gives it 8 seconds to show a sign of life', () => {
    const { state, effects } = play(start());
    expect(state).toMatchObject({ kind: 'calling', place: 1 });
    expect(acts(effects)).toEqual(['dial phone as c.1', 'setUp in 8000']);
  });

  it('lets a number ring for the building’s time', () => {
    expect(acts(play(start(), rings()).effects)).toEqual(['cancelTimers', 'ring in 30000']);
  });

  it('lets a number ring no longer for being told again that it rings (a forked call sends 180 for each phone)', () => {
    expect(acts(play(start(), rings(), rings()).effects)).toEqual([]);
    const next = play(start(), rings(), timer('ring'), rings('c.2'));
    expect(acts(next.effects)).toEqual(['cancelTimers', 'ring in 30000']);
  });

  it('is a conversation once somebody answers, with a warning before its limit', () => {
    const { state, effects } = play(start(), rings(), answers());
    expect(state).toMatchObject({ kind: 'talking', endsSoon: false });
    expect(acts(effects)).toEqual(['CallAnswered', 'cancelTimers', 'talkWarning in 50000', 'talk in 60000']);
    const warned = stepCall(state, timer('talkWarning'));
    expect(warned.state).toMatchObject({ kind: 'talking', endsSoon: true });
    expect(acts(warned.effects)).toEqual(['tell endsSoon']);
  });

  it.each<[string, CallInput]>([
    ['no sign of life', timer('setUp')],
    ['a line that fails', ends('failed')],
    ['a busy line', ends('busy')],
    ['somebody who cannot be reached', ends('unavailable')],
    ['a number that does not exist', ends('unknownNumber')],
  ])('goes on to the next number after %s', (_what, input) => {
    const { state, effects } = play(start(), input);
    expect(state).toMatchObject({ kind: 'calling', place: 2 });
    expect(acts(effects)).toContain('dial concierge as c.2');
    expect(reports(effects)).toMatchObject([{ type: 'CallLegEnded', place: 1 }]);
  });

  it('goes on when nobody answers, and when what answers is a machine that talks to the limit', () => {
    const unanswered = play(start(), rings(), timer('ring'));
    expect(acts(unanswered.effects)).toEqual([
      'CallLegEnded',
      'cancelTimers',
      'hang up c.1',
      'dial concierge as c.2',
      'setUp in 8000',
    ]);
    const machine = play(start(), rings(), answers(), timer('talk'));
    expect(machine.state).toMatchObject({ kind: 'calling', place: 2 });
    expect(reports(machine.effects)).toMatchObject([{ end: 'talkedTooLong' }]);
  });

  it('stops when a person declines: the next number is not disturbed', () => {
    const { state, effects } = play(start(), rings(), ends('declined'));
    expect(state).toEqual(idleCall);
    expect(reports(effects)).toMatchObject([
      { type: 'CallLegEnded', end: 'declined' },
      { type: 'CallEnded', outcome: 'declined' },
    ]);
  });

  it.each<[readonly LegEnd[], string]>([
    [['busy', 'failed'], 'busy'],
    [['failed', 'unavailable'], 'unavailable'],
    [['unknownNumber', 'failed'], 'unavailable'],
    [['failed', 'failed'], 'failed'],
    [['unavailable', 'busy'], 'busy'],
  ])('that reached nobody (%j) is told as %s', (whys, outcome) => {
    const { state, effects } = play(start(), ...whys.map((why, index) => ends(why, `c.${index + 1}`)));
    expect(state).toEqual(idleCall);
    expect(reports(effects).at(-1)).toEqual({ type: 'CallEnded', outcome });
  });

  it('that rang somewhere and was answered nowhere is told as not answered, whatever else was wrong', () => {
    const { effects } = play(
      start(aCall([home, away, desk])),
      ...[ends('busy'), rings('c.2'), timer('ring'), ends('failed', 'c.3')],
    );
    expect(reports(effects).at(-1)).toEqual({ type: 'CallEnded', outcome: 'noAnswer' });
  });

  it.each<[string, readonly CallInput[], string]>([
    ['they hang up', [ends('hungUp')], 'talked'],
    ['the line breaks', [ends('failed')], 'failed'],
    ['the guest hangs up', [cancel], 'talked'],
  ])('ends after a conversation when %s', (_what, inputs, outcome) => {
    const { state, effects } = play(start(), rings(), answers(), ...inputs);
    expect(state).toEqual(idleCall);
    expect(reports(effects).at(-1)).toEqual({ type: 'CallEnded', outcome });
  });

  it('is cancelled while it rings, and hangs up', () => {
    const { state, effects } = play(start(), rings(), cancel);
    expect(state).toEqual(idleCall);
    expect(acts(effects)).toEqual(['CallLegEnded', 'CallEnded', 'cancelTimers', 'hang up c.1']);
    expect(reports(effects).at(-1)).toMatchObject({ outcome: 'cancelled' });
  });

  it('does not begin while another one is under way', () => {
    const other: Call = { ...aCall(), id: 'other' };
    const { state } = play(start(), rings(), start(other));
    expect(state).toMatchObject({ call: { id: 'c' } });
  });
});

describe('the unlock digits', () => {
  const talking = [start(), rings(), answers()];

  it('ask for the door while they talk', () => {
    expect(acts(play(...talking, presses('9')).effects)).toEqual(['unlock']);
  });

  it.each<[string, readonly CallInput[]]>([
    ['before the answer', [start(), rings(), presses('9')]],
    ['of another leg', [...talking, presses('9', 'c.2')]],
    ['that are others', [...talking, presses('5')]],
    ['pressed again after the door has opened', [...talking, presses('9'), unlocked(true), presses('9')]],
  ])('%s do not', (_what, inputs) => {
    expect(acts(play(...inputs).effects)).not.toContain('unlock');
  });

  it('may be several, in one breath and after a slip', () => {
    const call = aCall([home], '9#');
    const begun = [start(call), rings(), answers()];
    expect(acts(play(...begun, presses('9'), presses('#')).effects)).toEqual(['unlock']);
    expect(acts(play(...begun, presses('5'), presses('9'), presses('#')).effects)).toEqual(['unlock']);
    expect(acts(play(...begun, presses('9'), timer('digits'), presses('#')).effects)).not.toContain('unlock');
  });

  it('give the called person 3 seconds between two of them', () => {
    const begun = [start(aCall([home], '99')), rings(), answers()];
    expect(acts(play(...begun, presses('9')).effects)).toEqual(['digits in 3000']);
  });

  it('open: they hear it, and the line closes 5 seconds later', () => {
    const { state, effects } = play(...talking, presses('9'), unlocked(true));
    expect(state).toMatchObject({ kind: 'opened' });
    expect(acts(effects)).toEqual(['cancelTimers', 'tell opened', 'hangUp in 5000']);
    const over = stepCall(state, timer('hangUp'));
    expect(over.state).toEqual(idleCall);
    expect(reports(over.effects)).toMatchObject([{ end: 'opened' }, { outcome: 'opened' }]);
  });

  it('that open nothing are heard as such, and may be tried again', () => {
    const { state, effects } = play(...talking, presses('9'), unlocked(false));
    expect(acts(effects)).toEqual(['tell notOpened']);
    expect(acts(stepCall(state, presses('9')).effects)).toEqual(['unlock']);
  });

  it('that open nothing ask ten times in a call and no more: each is an event', () => {
    const tries = Array.from({ length: 10 }, () => [presses('9'), unlocked(false)]).flat();
    expect(acts(play(...talking, ...tries.slice(0, -2), presses('9')).effects)).toEqual(['unlock']);
    expect(acts(play(...talking, ...tries, presses('9')).effects)).toEqual(['tell notOpened']);
  });

  it('that open nothing have to be pressed anew, all of them', () => {
    const begun = [start(aCall([home], '99')), rings(), answers(), presses('9'), presses('9')];
    expect(acts(play(...begun, unlocked(false), presses('9')).effects)).not.toContain('unlock');
  });

  it.each([ends('hungUp'), cancel])('opened, and the call ends as opened whoever hangs up first', (input) => {
    const { effects } = play(...talking, presses('9'), unlocked(true), input);
    expect(reports(effects).at(-1)).toEqual({ type: 'CallEnded', outcome: 'opened' });
  });
});

const inApp = (act: 'answered' | 'opened'): CallInput => ({ kind: 'app', act });

describe('an app that rings beside the telephone', () => {
  const ringing = [start(aCall([home, away])), rings()];

  it('and answers first silences the telephone; the next number does not ring', () => {
    const { effects } = play(...ringing, inApp('answered'));
    expect(acts(effects)).toEqual(['CallAnswered', 'cancelTimers', 'hang up c.1', 'talk in 60000']);
    expect(reports(effects)).toEqual([{ type: 'CallAnswered', target: 'app', place: 1 }]);
    const after = play(...ringing, inApp('answered'), ends('busy'));
    expect([after.state.kind, after.effects]).toEqual(['inApp', []]);
  });

  it('and answers second has lost', () => {
    const { state, effects } = play(...ringing, answers(), inApp('answered'));
    expect([state.kind, effects]).toEqual(['talking', []]);
  });

  it.each<[string, readonly CallInput[], readonly string[]]>([
    ['while the telephone rings', [], ['cancelTimers', 'hang up c.1', 'hangUp in 5000']],
    ['after its answer', [inApp('answered')], ['cancelTimers', 'hangUp in 5000']],
    [
      'while they talk at the telephone, who hear it',
      [answers()],
      ['cancelTimers', 'tell opened', 'hangUp in 5000'],
    ],
  ])('opens %s, and the call ends as opened', (_, before, does) => {
    const opening = [...ringing, ...before, inApp('opened')];
    expect(acts(play(...opening).effects)).toEqual(does);
    expect(play(...opening, inApp('opened')).effects).toEqual([]);
    const { state, effects } = play(...opening, timer('hangUp'));
    expect(state).toEqual(idleCall);
    expect(reports(effects).at(-1)).toEqual({ type: 'CallEnded', outcome: 'opened' });
  });

  it.each([timer('talk'), cancel])('and does not open has talked', (input) => {
    const { state, effects } = play(...ringing, inApp('answered'), input);
    expect(state).toEqual(idleCall);
    expect(reports(effects).at(-1)).toEqual({ type: 'CallEnded', outcome: 'talked' });
  });
});

describe('whatever happens on the line', () => {
  const legs = fc.constantFrom('c.1', 'c.2', 'c.3', 'x.1');
  const anInput: fc.Arbitrary<CallInput> = fc.oneof(
    fc.constant(start(aCall([home, away, desk]))),
    legs.map((leg) => rings(leg)),
    legs.map((leg) => answers(leg)),
    fc.tuple(fc.constantFrom('9' as const, '5' as const), legs).map(([digit, leg]) => presses(digit, leg)),
    fc
      .tuple(
        fc.constantFrom<LegEnd>('busy', 'declined', 'unavailable', 'unknownNumber', 'failed', 'hungUp'),
        legs,
      )
      .map(([why, leg]) => ends(why, leg)),
    fc
      .constantFrom<CallTimer>('setUp', 'ring', 'talkWarning', 'talk', 'digits', 'hangUp')
      .map((which) => timer(which)),
    fc.boolean().map((opened) => unlocked(opened)),
    fc.constant(cancel),
    fc.constantFrom<CallInput>(inApp('answered'), inApp('opened')),
  );

  it('at most one leg is up, each is hung up or has ended before the next, and every call ends once', () => {
    fc.assert(
      fc.property(fc.array(anInput, { maxLength: 60 }), (inputs) => {
        let state: CallState = idleCall;
        let up: string | undefined;
        let open = 0;
        for (const input of [...inputs, cancel]) {
          const step = stepCall(state, input);
          if (input.kind === 'leg' && input.event.kind === 'ended' && input.event.leg === up) up = undefined;
          for (const effect of step.effects) {
            if (effect.kind === 'hangUp') {
              expect(effect.leg).toBe(up);
              up = undefined;
            }
            if (effect.kind === 'dial') {
              expect(up).toBeUndefined();
              up = effect.leg.id;
            }
            if (effect.kind === 'unlock') expect(state.kind).toBe('talking');
            if (effect.kind === 'report' && effect.report.type === 'CallEnded') open -= 1;
          }
          if (state.kind === 'idle' && step.state.kind !== 'idle') open += 1;
          expect(open).toBe(step.state.kind === 'idle' ? 0 : 1);
          const { state: now } = step;
          const quiet = now.kind === 'idle' || now.kind === 'inApp' || (now.kind === 'opened' && now.inApp);
          expect(up === undefined).toBe(quiet);
          state = step.state;
        }
        expect(state).toEqual(idleCall);
      }),
    );
  });

  it('no phase is without a timer that ends it', () => {
    fc.assert(
      fc.property(fc.array(anInput, { maxLength: 60 }), (inputs) => {
        let state: CallState = idleCall;
        const running = new Set<CallTimer>();
        for (const input of inputs) {
          if (input.kind === 'timer' && !running.delete(input.timer)) continue;
          const step = stepCall(state, input);
          state = step.state;
          for (const effect of step.effects) {
            if (effect.kind === 'cancelTimers') running.clear();
            if (effect.kind === 'startTimer') running.add(effect.timer);
          }
          const ending: Readonly<Record<CallState['kind'], readonly CallTimer[]>> = {
            idle: [],
            calling: ['setUp', 'ring'],
            talking: ['talk'],
            inApp: ['talk'],
            opened: ['hangUp'],
          };
          const needed = ending[state.kind];
          expect(needed.length === 0 || needed.some((name) => running.has(name))).toBe(true);
        }
      }),
    );
  });
});
