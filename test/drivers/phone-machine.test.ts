import { describe, expect, it } from 'vitest';
import {
  idlePhone,
  type PhoneAction,
  type PhoneEffect,
  type PhoneInput,
  type PhonePreset,
  type PhoneState,
  stepPhone,
} from '../../drivers/sim/phone/phone-machine.ts';
import { viewOf } from '../../drivers/sim/phone/phone-view.ts';

interface Played {
  readonly state: PhoneState;
  readonly effects: readonly PhoneEffect[];
}

const play = (inputs: readonly PhoneInput[], from = idlePhone): Played =>
  inputs.reduce<Played>(
    ({ state, effects }, input) => {
      const step = stepPhone(state, input);
      return { state: step.state, effects: step.effect === undefined ? effects : [...effects, step.effect] };
    },
    { state: from, effects: [] },
  );

const dial = (leg = 'a'): PhoneInput => ({ kind: 'dial', leg, target: 'phone' });
const connect = (leg = 'a'): PhoneInput => ({ kind: 'connect', leg });
const hangUp = (leg = 'a'): PhoneInput => ({ kind: 'hangUp', leg });
const act = (kind: 'answer' | 'decline' | 'hangUp'): PhoneInput => ({ kind: 'act', action: { kind } });
const press = (digit: '0' | '9'): PhoneInput => ({ kind: 'act', action: { kind: 'press', digit } });
const preset = (name: PhonePreset): PhoneInput => ({ kind: 'preset', preset: name });
const tell = (tone: 'opened' | 'endsSoon', leg = 'a'): PhoneInput => ({ kind: 'tell', leg, tone });

const idle: readonly PhoneInput[] = [];
const dialled = [dial()];
const ringing = [dial(), connect()];
const answered = [...ringing, act('answer')];
const silent = [preset('silent'), dial(), connect()];

const seen = (inputs: readonly PhoneInput[]) => {
  const { line, why, digits, heard } = viewOf(play(inputs).state);
  return [line, why, digits, heard.join(' ')];
};

describe('the simulated line', () => {
  it.each<[name: string, inputs: readonly PhoneInput[], seen: readonly (string | undefined)[]]>([
    ['is idle at first', idle, ['idle', undefined, '', '']],
    ['is dialled until the next turn', dialled, ['dialled', undefined, '', '']],
    ['rings', ringing, ['ringing', undefined, '', '']],
    ['is answered', answered, ['answered', undefined, '', '']],
    ['keeps the digits in order', [...answered, press('9'), press('0')], ['answered', undefined, '90', '']],
    [
      'lets tones be heard',
      [...answered, tell('opened'), tell('endsSoon')],
      ['answered', undefined, '', 'opened endsSoon'],
    ],
    [
      'keeps what was heard',
      [...answered, tell('opened'), hangUp()],
      ['ended', 'consoleHungUp', '', 'opened'],
    ],
    ['sounds no tone while it rings', [...ringing, tell('opened')], ['ringing', undefined, '', '']],
    ['sounds no tone of another leg', [...answered, tell('opened', 'b')], ['answered', undefined, '', '']],
    ['was declined', [...ringing, act('decline')], ['ended', 'declined', '', '']],
    ['was hung up by the person', [...answered, act('hangUp')], ['ended', 'hungUp', '', '']],
    ['was hung up by the console while it rang', [...ringing, hangUp()], ['ended', 'consoleHungUp', '', '']],
    ['was hung up by the console at once', [...dialled, hangUp()], ['ended', 'consoleHungUp', '', '']],
    ['is no other leg’s to hang up', [...ringing, hangUp('b')], ['ringing', undefined, '', '']],
    ['stays ended as it ended', [...ringing, act('decline'), hangUp()], ['ended', 'declined', '', '']],
    ['stays silent', silent, ['dialled', undefined, '', '']],
    ['was busy', [preset('busy'), dial(), connect()], ['ended', 'busy', '', '']],
    [
      'rings the next leg',
      [...answered, press('9'), dial('b'), connect('b')],
      ['ringing', undefined, '', ''],
    ],
  ])('%s', (_, inputs, expected) => {
    expect(seen(inputs)).toEqual(expected);
  });

  it.each(['busy', 'unavailable', 'unknownNumber', 'failed'] as const)(
    'under the preset %s ends every leg so, until another is chosen',
    (why) => {
      const { effects } = play([
        preset(why),
        dial(),
        connect(),
        dial('b'),
        connect('b'),
        preset('rings'),
        dial('c'),
        connect('c'),
      ]);
      expect(effects.filter(({ kind }) => kind === 'tell')).toEqual([
        { kind: 'tell', event: { leg: 'a', kind: 'ended', why } },
        { kind: 'tell', event: { leg: 'b', kind: 'ended', why } },
        { kind: 'tell', event: { leg: 'c', kind: 'ringing' } },
      ]);
    },
  );

  it('meets a call by the preset at the moment of dialling, and leaves a call that rings alone', () => {
    expect(seen([dial(), preset('busy'), connect()])).toEqual(['ringing', undefined, '', '']);
    expect(seen([...ringing, preset('busy')])).toEqual(['ringing', undefined, '', '']);
  });

  it('tells the whole conversation, one event a step', () => {
    const { effects } = play([...answered, press('9'), tell('opened'), act('hangUp')]);
    expect(effects).toEqual([
      { kind: 'connectLater', leg: 'a' },
      { kind: 'tell', event: { leg: 'a', kind: 'ringing' } },
      { kind: 'tell', event: { leg: 'a', kind: 'answered' } },
      { kind: 'tell', event: { leg: 'a', kind: 'digit', digit: '9' } },
      { kind: 'tell', event: { leg: 'a', kind: 'ended', why: 'hungUp' } },
    ]);
  });

  it.each<[name: string, inputs: readonly PhoneInput[], told: readonly string[]]>([
    ['hung up before the next turn', [dial(), hangUp(), connect()], []],
    ['overtaken by another leg before the next turn', [dial(), dial('b'), connect()], []],
    ['hung up while it rings', [...ringing, hangUp(), connect()], ['ringing']],
    ['connected twice', [...ringing, connect()], ['ringing']],
    ['hung up while they talk', [...answered, hangUp(), press('9')], ['ringing', 'answered']],
    ['overtaken while they talk', [...answered, dial('b'), press('9')], ['ringing', 'answered']],
  ])('tells nothing more of a leg that was %s', (_, inputs, told) => {
    const events = play(inputs).effects.flatMap((effect) =>
      effect.kind === 'tell' ? [effect.event.kind] : [],
    );
    expect(events).toEqual(told);
  });

  it('keeps the last digits only, however many are pressed', () => {
    const { digits } = viewOf(
      play([...answered, press('0'), ...Array.from({ length: 24 }, () => press('9'))]).state,
    );
    expect(digits).toBe('9'.repeat(24));
  });
});

describe('what the person does', () => {
  const states: Readonly<Record<string, readonly PhoneInput[]>> = {
    idle,
    dialled,
    silent,
    ringing,
    answered,
    ended: [...ringing, act('decline')],
  };
  const fits: Readonly<Record<PhoneAction['kind'], string>> = {
    answer: 'ringing',
    decline: 'ringing',
    hangUp: 'answered',
    press: 'answered',
  };
  const actions = [act('answer'), act('decline'), act('hangUp'), press('9')];
  const table = Object.keys(states).flatMap((name) =>
    actions.map((action) => [action.kind === 'act' ? action.action.kind : '', name, action] as const),
  );

  it.each(table)('%s while %s: done where it fits, else a sentence and nothing', (kind, name, action) => {
    const { state } = play(states[name] ?? []);
    const step = stepPhone(state, action);
    if (fits[kind as PhoneAction['kind']] === name) expect(step.effect).toMatchObject({ kind: 'tell' });
    else {
      expect(step).toEqual({
        state,
        effect: { kind: 'refuse', sentence: expect.stringMatching(/^[A-Z].+\.$/) as string },
      });
    }
  });
});
