import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineMessage } from '../../../drivers/sip/engine-message.ts';
import {
  type Registration,
  type RegistrationInput,
  stepRegistration,
} from '../../../drivers/sip/registration.ts';
import {
  idleLine,
  type SipLine,
  type SipLineEffect,
  type SipLineInput,
  stepSipLine,
} from '../../../drivers/sip/sip-line.ts';

const uri = 'sip:204@x';
const dial = (leg: string): SipLineInput => ({ kind: 'dial', leg, uri });
const took = (leg: string, ok = true): SipLineInput => ({
  kind: 'message',
  nowMs: 0,
  message: { kind: 'response', ok, token: leg },
});
type Sign = Extract<EngineMessage, { kind: 'call' }>;
const sign = (what: Sign['what'], call = 'c1', param = '', nowMs = 0): SipLineInput => ({
  kind: 'message',
  nowMs,
  message: { kind: 'call', what, call, inbound: false, param },
});
const inbound: SipLineInput = {
  kind: 'message',
  nowMs: 0,
  message: { kind: 'call', what: 'incoming', call: 'in', inbound: true, param: '' },
};

function run(inputs: readonly SipLineInput[]): {
  readonly line: SipLine;
  readonly effects: readonly SipLineEffect[];
} {
  let line = idleLine;
  const effects: SipLineEffect[] = [];
  for (const input of inputs) {
    const step = stepSipLine(line, input);
    line = step.line;
    effects.push(...step.effects);
  }
  return { line, effects };
}

const told = (...inputs: readonly SipLineInput[]) =>
  run(inputs).effects.flatMap((effect) => (effect.kind === 'tell' ? [effect.event] : []));
const commands = (...inputs: readonly SipLineInput[]) =>
  run(inputs).effects.flatMap((effect) => (effect.kind === 'command' ? [effect.command] : []));

describe('the line', () => {
  it('tells a leg’s signs, each once', () => {
    expect(
      told(
        dial('a'),
        took('a'),
        sign('ringing'),
        sign('ringing'),
        sign('answered'),
        sign('closed', 'c1', 'Connection reset by peer'),
      ),
    ).toEqual([
      { leg: 'a', kind: 'ringing' },
      { leg: 'a', kind: 'answered' },
      { leg: 'a', kind: 'ended', why: 'hungUp' },
    ]);
  });

  it('gives no leg the signs of a call that the engine has not begun for it', () => {
    expect(told(dial('a'), sign('ringing', 'old'), sign('closed', 'old', '486 Busy'))).toEqual([]);
    expect(
      told(
        dial('a'),
        took('a'),
        sign('ringing', 'c1'),
        { kind: 'hangUp', leg: 'a' },
        dial('b'),
        took('b'),
        sign('closed', 'c1'),
      ),
    ).toEqual([{ leg: 'a', kind: 'ringing' }]);
    expect(told(dial('a'), took('a'), sign('ringing', 'c1'), sign('answered', 'c2'))).toHaveLength(1);
  });

  it('ends a leg whose dial the engine refuses', () => {
    expect(told(dial('a'), took('a', false))).toEqual([{ leg: 'a', kind: 'ended', why: 'failed' }]);
    expect(told(dial('a'), took('x', false))).toEqual([]);
  });

  it('ends a leg whose number cannot be dialled, in a later turn', () => {
    const inVain: SipLineInput = { kind: 'dial', leg: 'a' };
    expect(run([inVain]).effects).toEqual([{ kind: 'impossibleLater', leg: 'a', why: 'unknownNumber' }]);
    const later: SipLineInput = { kind: 'impossible', leg: 'a', why: 'unknownNumber' };
    expect(told(inVain, later)).toEqual([{ leg: 'a', kind: 'ended', why: 'unknownNumber' }]);
    expect(told(inVain, { kind: 'hangUp', leg: 'a' }, later)).toEqual([]);
  });

  it('hangs up what was there before the next dial', () => {
    expect(commands(dial('a'), took('a'), dial('b'))).toEqual(['dial', 'hangup', 'dial']);
    expect(commands(dial('a'), took('a'), { kind: 'dialInVain', leg: 'b' })).toEqual(['dial', 'hangup']);
  });

  it('counts digits only between the answer and the end', () => {
    const nine = sign('digit', 'c1', '9');
    expect(told(dial('a'), took('a'), sign('ringing'), nine)).toHaveLength(1);
    expect(told(dial('a'), took('a'), sign('answered'), nine, sign('closed'), nine)).toEqual([
      { leg: 'a', kind: 'answered' },
      { leg: 'a', kind: 'digit', digit: '9' },
      { leg: 'a', kind: 'ended', why: 'failed' },
    ]);
  });

  it('counts a key once that comes both as RFC 4733 and as INFO, and twice when it is pressed twice', () => {
    const talking = [dial('a'), took('a'), sign('answered')];
    const at = (nowMs: number, digit = '9') => sign('digit', 'c1', digit, nowMs);
    expect(told(...talking, at(0), at(120))).toHaveLength(2);
    expect(told(...talking, at(0), at(200))).toHaveLength(3);
    expect(told(...talking, at(0), at(50, '8'), at(100))).toHaveLength(3);
  });

  it.each(['A', '', '99', 'toString'])('knows no key %j', (key) => {
    expect(told(dial('a'), took('a'), sign('answered'), sign('digit', 'c1', key))).toHaveLength(1);
  });

  it('takes the end of a call whose sound has failed for no goodbye', () => {
    expect(
      told(
        dial('a'),
        took('a'),
        sign('answered'),
        sign('audioFailed'),
        sign('closed', 'c1', 'Connection reset by peer'),
      ),
    ).toContainEqual({ leg: 'a', kind: 'ended', why: 'failed' });
  });

  it('lets nobody in', () => {
    expect(run([inbound]).effects).toEqual([
      { kind: 'command', command: 'hangup', token: '' },
      { kind: 'inboundRefused' },
    ]);
  });

  it('ends both calls where one comes in at the instant of a dial: the engine knows only the present one', () => {
    const { effects, line } = run([dial('a'), inbound]);
    expect(effects.slice(1)).toEqual([
      { kind: 'command', command: 'hangup', token: '' },
      { kind: 'command', command: 'hangup', token: '' },
      { kind: 'inboundRefused' },
      { kind: 'tell', event: { leg: 'a', kind: 'ended', why: 'failed' } },
    ]);
    expect(line.leg).toBeUndefined();
  });

  it('ends the leg when the engine is lost', () => {
    expect(told(dial('a'), took('a'), sign('answered'), { kind: 'engineLost' })).toContainEqual({
      leg: 'a',
      kind: 'ended',
      why: 'failed',
    });
    expect(told({ kind: 'engineLost' })).toEqual([]);
  });

  it('tells nothing of a leg after its end or its hang-up, whatever comes', () => {
    const anyInput = fc.oneof(
      fc
        .constantFrom('a', 'b', 'c')
        .chain((leg) =>
          fc.constantFrom<SipLineInput>(
            dial(leg),
            took(leg),
            took(leg, false),
            { kind: 'hangUp', leg },
            { kind: 'dialInVain', leg },
          ),
        ),
      fc
        .tuple(
          fc.constantFrom<Sign['what']>('ringing', 'answered', 'digit', 'audioFailed', 'closed'),
          fc.constantFrom('c1', 'c2', 'c3'),
        )
        .map(([what, call]) => sign(what, call, '9')),
      fc.constant<SipLineInput>({ kind: 'engineLost' }),
      fc.nat({ max: 100_000 }).map((nowMs): SipLineInput => ({ kind: 'unreadable', nowMs })),
      fc.constant(inbound),
    );
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
        let line = idleLine;
        let present: string | undefined;
        for (const input of inputs) {
          if (input.kind === 'dial' || input.kind === 'dialInVain') present = input.leg;
          if (input.kind === 'hangUp' && input.leg === present) present = undefined;
          const step = stepSipLine(line, input);
          line = step.line;
          for (const effect of step.effects) {
            if (effect.kind !== 'tell') continue;
            expect(effect.event.leg).toBe(present);
            if (effect.event.kind === 'ended') present = undefined;
          }
        }
      }),
    );
  });
});

describe('what the engine cannot read', () => {
  const unreadable = (nowMs: number): SipLineInput => ({ kind: 'unreadable', nowMs });
  const ended = { leg: 'a', kind: 'ended', why: 'failed' };

  it('ends a leg without a sign when it comes for the second time', () => {
    expect(told(dial('a'), took('a'), unreadable(0))).toEqual([]);
    expect(told(dial('a'), took('a'), unreadable(0), unreadable(500))).toEqual([ended]);
    expect(commands(dial('a'), took('a'), unreadable(0), unreadable(500))).toEqual(['dial', 'hangup']);
  });

  it('ends it also where it overtakes the engine’s word that it has taken the dial', () => {
    expect(told(dial('a'), unreadable(0), took('a'), unreadable(500))).toEqual([ended]);
  });

  it('means nothing to a leg that rings, or that there was not yet', () => {
    expect(told(dial('a'), took('a'), sign('ringing'), unreadable(0), unreadable(500))).toHaveLength(1);
    expect(told(unreadable(0), unreadable(500), dial('a'), took('a'), unreadable(600))).toEqual([]);
  });

  const another = [dial('b'), took('b'), unreadable(32_000), unreadable(32_500)];
  it.each([
    ['has ended by it', unreadable(500)],
    ['was given up', { kind: 'hangUp', leg: 'a' } as const],
  ])('and is sent again for 32 s ends no later leg, whether the first %s', (_, end) => {
    const first = [dial('a'), took('a'), unreadable(0), end];
    expect(told(...first, ...another)).not.toContainEqual({ ...ended, leg: 'b' });
    expect(told(...first, ...another, unreadable(34_000), unreadable(34_500))).toContainEqual({
      ...ended,
      leg: 'b',
    });
  });
});

describe('the registration', () => {
  const effects = (...inputs: readonly RegistrationInput[]) => {
    let registration: Registration = { kind: 'registered' };
    return inputs.flatMap((input) => {
      const step = stepRegistration(registration, input);
      registration = step.registration;
      return step.effects;
    });
  };
  const failed: RegistrationInput = { kind: 'failed', why: '403 Forbidden' };
  const begun: RegistrationInput = { kind: 'begun' };
  const silent: RegistrationInput = { kind: 'failed', why: 'Connection timed out' };
  const retryDue: RegistrationInput = { kind: 'retryDue' };
  const registered: RegistrationInput = { kind: 'registered' };
  const tooLong: RegistrationInput = { kind: 'tooLong' };

  it('that comes back in time is nobody’s business', () => {
    expect(effects(failed, failed, registered, registered)).toEqual([
      'startTimer',
      'cancelTimer',
      'cancelRetryTimer',
    ]);
  });

  it('that is gone too long is told once, and so is its return', () => {
    expect(effects(failed, tooLong, tooLong, failed, registered)).toEqual([
      'startTimer',
      'tellUnregistered',
      'cancelTimer',
      'cancelRetryTimer',
      'tellRegistered',
    ]);
  });

  it('of an engine that has just begun to ask is not asked for by anybody else', () => {
    expect(effects(begun)).toEqual(['startTimer', 'cancelRetryTimer']);
    expect(effects(silent, begun)).toEqual(['startTimer', 'startRetryTimer', 'cancelRetryTimer']);
  });

  it.each([
    'Connection timed out',
    'Connection refused',
    '503 Service Unavailable',
    '408 Request Timeout',
    '480 Temporarily Unavailable',
  ])('that came to nothing is tried again after a pause: %s', (why) => {
    expect(effects(begun, { kind: 'failed', why }, retryDue).slice(-2)).toEqual([
      'startRetryTimer',
      'register',
    ]);
  });

  it.each([
    '401 Unauthorized',
    '403 Forbidden',
    '404 Not Found',
    '407 Proxy Authentication Required',
    '600 Busy Everywhere',
    '603 Decline',
    '606 Not Acceptable',
  ])('that is refused is left to the engine’s long pauses: %s', (why) => {
    expect(effects(begun, { kind: 'failed', why }).slice(2)).toEqual([]);
  });

  it('that is back is not asked for by a timer that was late', () => {
    expect(effects(silent, registered, retryDue)).not.toContain('register');
  });

  it('that is back is not told as gone by a timer that was late', () => {
    expect(effects(failed, registered, tooLong)).not.toContain('tellUnregistered');
  });
});
