import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepSession } from '../../../drivers/salto/session/session-machine.ts';
import {
  initialSession,
  maxWaiting,
  type SessionEffect,
  type SessionInput,
  type SessionSetup,
  type SessionState,
  type SessionTimer,
} from '../../../drivers/salto/session/session-state.ts';
import { frameOf } from '../../../drivers/salto/ship/frame.ts';
import { infoCall } from '../../../drivers/salto/ship/info.ts';

const setup: SessionSetup = {
  dialect: { encoding: 'utf-8', names: {} },
  timing: { connectWithinMs: 3_000, retryMinMs: 1_000, retryMaxMs: 30_000 },
};
const answer = frameOf(
  Buffer.from('<RequestResponse><RequestName>GetInfo</RequestName><Params/></RequestResponse>'),
);
const call = (id: number, urgent = true): SessionInput => ({
  kind: 'call',
  call: { id, call: infoCall, withinMs: 5_000, urgent },
});
const lastingCall = (id: number): SessionInput => ({
  kind: 'call',
  call: { id, call: infoCall, withinMs: 5_000, urgent: true, lasts: true },
});
const received = (bytes: Uint8Array): SessionInput => ({ kind: 'received', bytes });
const timer = (name: SessionTimer): SessionInput => ({ kind: 'timer', timer: name });

/** The machine after these inputs, and the effects of the last one in short. */
function sessionAfter(...inputs: readonly SessionInput[]): {
  state: SessionState;
  effects: readonly string[];
} {
  let state = initialSession;
  let effects: readonly SessionEffect[] = [];
  for (const input of inputs) ({ state, effects } = stepSession(state, input, setup, 0.5));
  return { state, effects: effects.map(inShort) };
}

function inShort(effect: SessionEffect): string {
  switch (effect.kind) {
    case 'startTimer':
      return `start ${effect.timer} ${effect.ms}`;
    case 'cancelTimer':
      return `cancel ${effect.timer}`;
    case 'outcome':
      return `${effect.id}: ${effect.outcome.kind === 'fault' ? effect.outcome.fault : effect.outcome.kind}`;
    case 'connect':
    case 'disconnect':
    case 'send':
      return effect.kind;
    default:
      return effect satisfies never;
  }
}

const open: SessionInput = { kind: 'open' };
const connected: SessionInput = { kind: 'connected' };
const lost: SessionInput = { kind: 'lost' };

describe('a session with a SHIP server', () => {
  it('sends one call at a time, in the order of asking', () => {
    expect(sessionAfter(open, connected, call(1)).effects).toEqual(['start call 1 5000', 'send']);
    expect(sessionAfter(open, connected, call(1), call(2)).effects).toEqual(['start call 2 5000']);
    expect(sessionAfter(open, connected, call(1), call(2), received(answer)).effects).toEqual([
      'cancel call 1',
      '1: params',
      'send',
    ]);
  });

  it('leaves whoever only looks in the pause after a failure', () => {
    expect(sessionAfter(open, lost, call(1, false)).effects).toEqual(['1: unreachable']);
    expect(sessionAfter(call(1, false)).effects).toContain('connect');
  });

  it('connects at once where somebody waits at a door, whatever the pause', () => {
    expect(sessionAfter(open, lost).effects).toContain('start retry 1500');
    expect(sessionAfter(open, lost, call(1)).effects).toEqual([
      'start call 1 5000',
      'cancel retry',
      'connect',
      'start connect 3000',
    ]);
  });

  it('tells those who wait at once that there is no way to the server', () => {
    expect(sessionAfter(open, call(1), call(2), lost).effects).toEqual([
      'cancel connect',
      'disconnect',
      'cancel call 1',
      '1: unreachable',
      'cancel call 2',
      '2: unreachable',
      'start retry 1500',
    ]);
    expect(sessionAfter(open, call(1), timer('connect')).effects).toContain('1: unreachable');
  });

  it('fails only the call under way when the connection is lost, and sends the others on a new one', () => {
    const { state, effects } = sessionAfter(open, connected, call(1), call(2), lost);
    expect(effects).toEqual([
      'cancel connect',
      'disconnect',
      'cancel call 1',
      '1: cut',
      'cancel retry',
      'connect',
      'start connect 3000',
    ]);
    expect(stepSession(state, connected, setup, 0).effects.map(inShort)).toEqual(['cancel connect', 'send']);
  });

  it.each([
    ['notShip', Buffer.from('HTTP/1.1 400')],
    ['oversized', Buffer.from('STP/00/99999999/')],
    ['notXml', frameOf(Buffer.from('<html>'))],
    ['notText', frameOf(Uint8Array.of(0xff))],
    ['otherReply', frameOf(Buffer.from('<RequestResponse><RequestName>A</RequestName></RequestResponse>'))],
  ])('fails only the call under way for an answer that is %s', (fault, bytes) => {
    const { effects } = sessionAfter(open, connected, call(1), call(2), received(bytes));
    expect(effects).toContain(`1: ${fault}`);
    expect(effects).toContain('disconnect');
    expect(effects).toContain('connect');
    expect(effects.join()).not.toContain('2:');
  });

  it('ends a connection on which more comes than was asked for', () => {
    const twice = Buffer.concat([answer, answer]);
    expect(sessionAfter(open, connected, call(1), call(2), received(twice)).effects).toEqual([
      'cancel call 1',
      '1: params',
      'cancel connect',
      'disconnect',
      'cancel retry',
      'connect',
      'start connect 3000',
    ]);
    expect(sessionAfter(open, connected, received(answer)).effects).toContain('disconnect');
  });

  it('never sends what has waited until its time was over', () => {
    const { state, effects } = sessionAfter(open, connected, call(1), call(2), timer('call 2'));
    expect(effects).toEqual(['2: tooLate']);
    expect(stepSession(state, received(answer), setup, 0).effects.map(inShort)).toEqual([
      'cancel call 1',
      '1: params',
    ]);
  });

  it('gives what lasts its time from when it is sent, however long others take', () => {
    expect(sessionAfter(open, connected, lastingCall(1)).effects).toEqual(['start call 1 5000', 'send']);
    expect(sessionAfter(open, connected, call(1), lastingCall(2)).effects).toEqual([]);
    expect(sessionAfter(open, connected, call(1), lastingCall(2), received(answer)).effects).toEqual([
      ...['cancel call 1', '1: params'],
      ...['start call 2 5000', 'send'],
    ]);
    const { state } = sessionAfter(open, connected, call(1), lastingCall(2), timer('call 1'));
    expect(stepSession(state, connected, setup, 0).effects.map(inShort)).toEqual([
      ...['cancel connect', 'start call 2 5000', 'send'],
    ]);
  });

  it('gives up on a server that does not answer', () => {
    expect(sessionAfter(open, connected, call(1), timer('call 1')).effects).toEqual([
      'cancel connect',
      'disconnect',
      'cancel call 1',
      '1: silent',
      'start retry 1500',
    ]);
  });

  it('waits longer after each failure in a row, up to a bound, and begins anew after an answer', () => {
    const failures: SessionInput[] = [open];
    const pauses: (string | undefined)[] = [];
    for (let i = 0; i < 7; i += 1) {
      failures.push(lost);
      pauses.push(sessionAfter(...failures).effects.at(-1));
      failures.push(timer('retry'));
    }
    expect(pauses).toEqual(
      [1_500, 2_500, 4_500, 8_500, 15_500, 15_500, 15_500].map((ms) => `start retry ${ms}`),
    );
    const well = [...failures, connected, call(1), received(answer), lost];
    expect(sessionAfter(...well).effects.at(-1)).toBe('start retry 1500');
  });

  it('keeps no more waiting than a console can have', () => {
    const asked = Array.from({ length: maxWaiting + 1 }, (_, i) => call(i));
    expect(sessionAfter(open, ...asked, call(999)).effects).toEqual(['999: tooLate']);
  });

  it('fails what is left when it is closed, and whatever is asked later', () => {
    expect(sessionAfter(open, connected, call(1), call(2), { kind: 'close' }).effects).toEqual([
      'cancel connect',
      'cancel retry',
      'disconnect',
      'cancel call 1',
      '1: closed',
      'cancel call 2',
      '2: closed',
    ]);
    expect(sessionAfter({ kind: 'close' }, call(1)).effects).toEqual(['1: closed']);
  });

  it('gives every call one outcome and sends none twice or late, whatever happens in whatever order', () => {
    const anything = fc.oneof(
      fc.constantFrom('call', 'lastingCall'),
      fc.constantFrom<SessionInput>(open, connected, lost, timer('retry'), timer('connect')),
      fc.uint8Array({ maxLength: 20 }).map(received),
      fc.constant(received(answer)),
      fc.constantFrom(received(answer.subarray(0, 9)), received(answer.subarray(9))),
      fc.nat(9).map((id) => timer(`call ${id}`)),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (inputs) => {
        let state = initialSession;
        let asked = 0;
        const outcomes = new Map<number, number>();
        const started = new Set<string>();
        const isOnTheWay = (): boolean => state.phase.kind === 'calling';
        const take = (input: SessionInput): void => {
          // Only a timer that runs fires.
          if (input.kind === 'timer' && input.timer.startsWith('call ') && !started.has(input.timer)) return;
          if (input.kind === 'timer') started.delete(input.timer);
          const step = stepSession(state, input, setup, 0);
          for (const effect of step.effects) {
            if (effect.kind === 'startTimer') started.add(effect.timer);
            if (effect.kind === 'cancelTimer') started.delete(effect.timer);
            if (effect.kind !== 'outcome') continue;
            outcomes.set(effect.id, (outcomes.get(effect.id) ?? 0) + 1);
          }
          const sends = step.effects.filter(({ kind }) => kind === 'send').length;
          state = step.state;
          if (state.phase.kind === 'calling') expect(started).toContain(`call ${state.phase.call.id}`);
          expect(sends).toBeLessThanOrEqual(1);
          if (sends === 1) expect(isOnTheWay()).toBe(true);
        };
        for (const input of inputs) {
          take(typeof input !== 'string' ? input : input === 'call' ? call(asked) : lastingCall(asked));
          if (typeof input === 'string') asked += 1;
        }
        take({ kind: 'close' });
        expect([...outcomes.values()].every((count) => count === 1)).toBe(true);
        expect(outcomes.size).toBe(asked);
      }),
      { numRuns: 500 },
    );
  });
});
