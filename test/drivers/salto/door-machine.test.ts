import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SaltoBegun } from '../../../controller/ports/salto.ts';
import { stepSaltoDoor } from '../../../drivers/salto/door/door-machine.ts';
import {
  initialSaltoDoor,
  type SaltoDoorEffect,
  type SaltoDoorInput,
  type SaltoDoorState,
  type SaltoEmergency,
} from '../../../drivers/salto/door/door-state.ts';
import { inputsOf } from '../../../drivers/salto/door/standing.ts';
import type { DoorOperation } from '../../../drivers/salto/ship/doors.ts';

const openTimeMs = 6_000;
const nothingBegun: SaltoBegun = { office: false, emergency: false };
const passage: SaltoDoorInput = { kind: 'passage', forMs: 5_000 };
const lock: SaltoDoorInput = { kind: 'lock' };
const block: SaltoDoorInput = { kind: 'block' };
const holdOpen: SaltoDoorInput = { kind: 'holdOpen' };
const evacuate: SaltoDoorInput = { kind: 'evacuate' };
const done: SaltoDoorInput = { kind: 'done' };
const failed = (outcome: 'refused' | 'notSent' | 'unknown'): SaltoDoorInput => ({
  kind: 'failed',
  problem: 'no',
  outcome,
});
const seen = (emergency: SaltoEmergency): SaltoDoorInput => ({ kind: 'seen', emergency });
const timer = (name: 'passage' | 'again' | 'retry'): SaltoDoorInput => ({ kind: 'timer', timer: name });

/** The last input's effects in short, without cancelled timers. */
function effectsOf(inputs: readonly SaltoDoorInput[], begun = nothingBegun): readonly string[] {
  let state = initialSaltoDoor(begun);
  let effects: readonly SaltoDoorEffect[] = [];
  for (const input of inputs) ({ state, effects } = stepSaltoDoor(state, input, openTimeMs));
  return effects.flatMap(inShort);
}

function inShort(effect: SaltoDoorEffect): readonly string[] {
  switch (effect.kind) {
    case 'send':
      return [effect.operation];
    case 'obeyed':
      return [effect.released ? 'released' : 'secured'];
    case 'refused':
      return [`${effect.released ? 'release' : 'secure'} refused`];
    case 'startTimer':
      return [`${effect.timer} in ${effect.ms}`];
    case 'remember':
      return [`remember office ${effect.begun.office}, emergency ${effect.begun.emergency}`];
    case 'cancelTimer':
      return [];
    default:
      return effect satisfies never;
  }
}

const ending = [block, done, lock, failed('refused')];
const forgotten = ['remember office false, emergency false', 'secured'];

describe('what SALTO is told of a door', () => {
  it.each<[string, readonly SaltoDoorInput[], readonly string[]]>([
    ['a passage is an opening', [passage], ['passage in 5000', 'open']],
    ['which SALTO makes', [passage, done], ['released']],
    ['and whose end the lock sees to itself', [passage, done, lock], ['secured']],
    ['nothing is told of a door that is locked anyway', [lock], ['secured']],
    [
      'open hours are office mode, remembered before they begin',
      [holdOpen],
      ['remember office true, emergency false', 'startOfficeMode'],
    ],
    ['which is released once SALTO agrees', [holdOpen, done], ['released']],
    ['and ends', [holdOpen, done, lock], ['endOfficeMode']],
    ['for good', [holdOpen, done, lock, done], ['remember office false, emergency false', 'secured']],
    ['fire is an emergency opening', [evacuate], ['remember office false, emergency true', 'emergencyOpen']],
    ['with an end', [evacuate, done, lock], ['endOfEmergency']],
    [
      'a lockdown shuts SALTO’s own cards out',
      [block],
      ['remember office false, emergency true', 'emergencyClose'],
    ],
    ['fire in a lockdown opens at once', [block, done, evacuate], ['emergencyOpen']],
    [
      'a lockdown of an open door does not wait for office mode',
      [holdOpen, done, block],
      ['remember office true, emergency true', 'emergencyClose'],
    ],
    ['office mode ends after the emergency', [holdOpen, done, block, done, lock, done], ['endOfficeMode']],
    ['a passage is told before office mode ends', [holdOpen, done, passage], ['passage in 5000', 'open']],
    ['one operation at a time', [holdOpen, evacuate], []],
    [
      'and then the next',
      [holdOpen, evacuate, done],
      ['remember office true, emergency true', 'emergencyOpen'],
    ],
    [
      'a passage that failed is not made up for',
      [passage, failed('notSent')],
      ['release refused', 'secured'],
    ],
    ['nor when it is unknown whether it was made', [passage, failed('unknown'), timer('retry')], []],
    ['an opening for somebody who has given up is no news', [passage, lock, done], ['secured']],
    [
      'an opening that failed is told also when its time is over',
      [passage, lock, failed('unknown')],
      ['release refused', 'secured'],
    ],
    ['what lasts is told again', [evacuate, failed('unknown')], ['release refused', 'retry in 10000']],
    [
      'soon where SALTO was not told of it at all',
      [evacuate, failed('notSent')],
      ['release refused', 'retry in 2000'],
    ],
    ['until SALTO agrees', [evacuate, failed('notSent'), timer('retry')], ['emergencyOpen']],
    [
      'a lockdown that SALTO refuses is no release',
      [block, failed('refused')],
      ['secure refused', 'retry in 10000'],
    ],
    ['another order does not wait for the retry', [evacuate, failed('unknown'), block], ['emergencyClose']],
    [
      'nobody waits behind an emergency that does not end',
      [block, done, passage, failed('unknown')],
      ['release refused', 'retry in 10000'],
    ],
  ])('%s', (_, inputs, expected) => {
    expect(effectsOf(inputs)).toEqual(expected);
  });

  it('opens again a second before the lock locks, for as long as a longer passage lasts', () => {
    const long: SaltoDoorInput = { kind: 'passage', forMs: 15_000 };
    expect(effectsOf([long, done])).toEqual(['released', 'again in 5000']);
    expect(effectsOf([long, done, timer('again')])).toEqual(['open']);
    expect(effectsOf([long, done, lock, timer('again')])).toEqual([]);
    expect(effectsOf([long, done, timer('passage'), timer('again')])).toEqual([]);
  });

  it('ends after a crash what it had begun, and nothing else', () => {
    expect(effectsOf([lock], { office: true, emergency: true })).toEqual(['endOfEmergency']);
    expect(effectsOf([lock, done], { office: true, emergency: true })).toEqual(['endOfficeMode']);
    expect(effectsOf([lock], nothingBegun)).toEqual(['secured']);
  });

  it('takes no refusal for an end: a door that may stand open stays a fault until SALTO agrees', () => {
    const begun = { office: true, emergency: false };
    expect(effectsOf([lock, failed('refused')], begun)).toEqual(['secure refused', 'retry in 10000']);
    expect(effectsOf([lock, failed('refused'), timer('retry'), done], begun)).toEqual([
      'remember office false, emergency false',
      'secured',
    ]);
  });

  it.each<[string, readonly SaltoDoorInput[], readonly string[]]>([
    ['ended a lockdown, it is told again', [block, done, seen('none')], ['emergencyClose']],
    ['made a lockdown of a fire, it is told again', [evacuate, done, seen('close')], ['emergencyOpen']],
    ['obeyed, nothing is told', [block, done, seen('close')], []],
    ['refuses to end what is over, it is over', [...ending, seen('none')], forgotten],
    ['refuses to end what goes on, that rests', [...ending, seen('close')], []],
    ['is said not to have obeyed and has, it has', [evacuate, failed('unknown'), seen('open')], ['released']],
    ['begins an emergency by itself, it is left alone', [lock, seen('close')], []],
    ['has no lockdown while that is being told, it is waited for', [block, seen('none')], []],
    ['refuses a lockdown, that rests', [block, failed('refused'), seen('none')], []],
  ])('where SALTO %s', (_, inputs, expected) => {
    expect(effectsOf(inputs)).toEqual(expected);
  });

  it('brings SALTO to where the last order wants it, whatever fails on the way', () => {
    type Salto = { office: boolean; emergency: SaltoEmergency };
    const act = (salto: Salto, operation: DoorOperation): void => {
      if (operation === 'startOfficeMode') salto.office = true;
      if (operation === 'endOfficeMode') salto.office = false;
      if (operation === 'emergencyOpen') salto.emergency = 'open';
      if (operation === 'emergencyClose') salto.emergency = 'close';
      if (operation === 'endOfEmergency') salto.emergency = 'none';
    };
    const order = fc.constantFrom(passage, lock, block, holdOpen, evacuate);
    const answer = fc.constantFrom(
      'done',
      'refused',
      'notSent',
      'lost',
      'lostAfter',
      'crash',
      'retry',
      'again',
      'passage',
      'look',
      'endedThere',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(order, answer), { maxLength: 40 }), order, (inputs, last) => {
        const salto: Salto = { office: false, emergency: 'none' };
        let begun = nothingBegun;
        let state: SaltoDoorState = initialSaltoDoor(begun);
        let sent: DoorOperation | undefined;
        let wanted: SaltoDoorInput = lock;
        const take = (input: SaltoDoorInput): void => {
          const step = stepSaltoDoor(state, input, openTimeMs);
          state = step.state;
          for (const effect of step.effects) {
            if (effect.kind === 'remember') begun = effect.begun;
            if (effect.kind !== 'send') continue;
            expect(sent).toBeUndefined();
            sent = effect.operation;
            // Nobody is let in while the order is another one.
            if (sent === 'open') expect([wanted.kind, state.passage]).toEqual(['passage', 5_000]);
            if (sent === 'startOfficeMode') expect(begun.office).toBe(true);
            if (sent.startsWith('emergency')) expect(begun.emergency).toBe(true);
          }
        };
        const order = (input: SaltoDoorInput): void => {
          wanted = input;
          take(input);
        };
        const answerWith = (what: string): void => {
          if (what === 'retry' || what === 'again' || what === 'passage') {
            take(timer(what));
            return;
          }
          if (what === 'look') {
            take(seen(salto.emergency));
            return;
          }
          if (what === 'endedThere') {
            salto.emergency = 'none';
            return;
          }
          if (what === 'crash') {
            sent = undefined;
            state = initialSaltoDoor(begun);
            order(lock);
            return;
          }
          const operation = sent;
          if (operation === undefined) return;
          sent = undefined;
          if (what === 'done' || what === 'lostAfter') act(salto, operation);
          if (what === 'done') take(done);
          else take(failed(what === 'refused' || what === 'notSent' ? what : 'unknown'));
        };
        for (const input of inputs) {
          if (typeof input === 'string') answerWith(input);
          else order(input);
        }
        order(last);
        for (let i = 0; i < 6; i += 1) {
          answerWith('done');
          answerWith('retry');
          answerWith('look');
        }
        const kind = last.kind;
        if (kind === 'evacuate') expect(salto.emergency).toBe('open');
        else if (kind === 'block') expect(salto.emergency).toBe('close');
        else expect(salto).toEqual({ office: kind === 'holdOpen', emergency: 'none' });
        if (kind === 'lock') expect(begun).toEqual(nothingBegun);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what SALTO says of a door', () => {
  it.each([
    ['closed', 'open', [{ kind: 'monitor', open: true }]],
    ['open', 'open', []],
    [
      'open',
      'leftOpen',
      [
        { kind: 'monitor', open: true },
        { kind: 'alarm', alarm: 'DoorOpenTooLong', active: true },
      ],
    ],
    [
      'leftOpen',
      'closed',
      [
        { kind: 'alarm', alarm: 'DoorOpenTooLong', active: false },
        { kind: 'monitor', open: false },
      ],
    ],
    [
      'closed',
      'intrusion',
      [
        { kind: 'monitor', open: true },
        { kind: 'alarm', alarm: 'DoorForcedOpen', active: true },
      ],
    ],
    ['intrusion', 'emergencyClose', [{ kind: 'alarm', alarm: 'DoorForcedOpen', active: false }]],
    ['closed', 'emergencyOpen', []],
  ] as const)('%s, then %s', (before, now, expected) => {
    expect(inputsOf(before, now)).toEqual(expected);
  });
});
