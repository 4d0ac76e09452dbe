import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestId, ResidentId } from '../../controller/core/dataset.ts';
import {
  type DoorEffect,
  type DoorInput,
  type DoorMachineState,
  initialDoor,
  isReleased,
  modeOf,
  stepDoor,
} from '../../controller/core/door/machine.ts';

const times = { accessTimeMs: 5_000, extendedAccessTimeMs: 15_000, relockOn: 'close' as const };
const wiring = { hasMonitor: true, rex: 'release' as const, fire: 'release' as const };
const door = { times, wiring };
const resident = { kind: 'resident' as const, id: ResidentId.parse('r1') };
const granted: DoorInput = { kind: 'accessGranted', extended: false, subject: resident };

/** Plays inputs in turn; the effects are those of the last one. */
function play(inputs: readonly DoorInput[], start = initialDoor(false), config: typeof door = door) {
  let state: DoorMachineState = { ...start, open: start.open ?? false };
  let effects: readonly DoorEffect[] = [];
  for (const input of inputs) ({ state, effects } = stepDoor(state, input, config));
  return {
    state,
    effects,
    reports: effects.flatMap((effect) => (effect.kind === 'report' ? [effect.report] : [])),
  };
}

describe('a door', () => {
  it('is released for its access time when access is granted', () => {
    const { state, effects } = play([granted]);
    expect(modeOf(state)).toBe('Accessed');
    expect(effects).toEqual([{ kind: 'release' }, { kind: 'startTimer', timer: 'access', ms: 5_000 }]);
  });

  it('gives people with accessible timing the extended time', () => {
    const { effects } = play([{ kind: 'accessGranted', extended: true }]);
    expect(effects).toContainEqual({ kind: 'startTimer', timer: 'access', ms: 15_000 });
  });

  it('says who took access when the door opens, and locks when it closes', () => {
    const opened = play([granted, { kind: 'monitor', open: true }]);
    expect(opened.reports).toContainEqual({ type: 'AccessTaken', subject: resident });
    const closed = play([granted, { kind: 'monitor', open: true }, { kind: 'monitor', open: false }]);
    expect(modeOf(closed.state)).toBe('Locked');
    expect(closed.effects).toContainEqual({ kind: 'secure' });
  });

  it.each([
    ['open', [granted, { kind: 'monitor', open: true }], true],
    ['close', [granted, { kind: 'monitor', open: true }], false],
    ['timeout', [granted, { kind: 'monitor', open: true }, { kind: 'monitor', open: false }], false],
  ] as const)('relocks on %s', (relockOn, inputs, secured) => {
    const { state } = play(inputs, initialDoor(false), {
      wiring,
      times: { ...times, relockOn },
    } as unknown as typeof door);
    expect(isReleased(state, wiring)).toBe(!secured);
  });

  it('gives a use back when nobody opened the door', () => {
    const guest = GuestId.parse('g1');
    const { reports, effects } = play([
      { kind: 'accessGranted', extended: false, subject: { kind: 'guest', id: guest }, countedUse: guest },
      { kind: 'timer', timer: 'access' },
    ]);
    expect(reports).toEqual([
      { type: 'AccessNotTaken', subject: { kind: 'guest', id: guest }, giveBackUse: guest },
    ]);
    expect(effects).toContainEqual({ kind: 'secure' });
  });

  it('says nothing of access not taken where no monitor could tell', () => {
    const { reports } = play([granted, { kind: 'timer', timer: 'access' }], initialDoor(false), {
      times,
      wiring: { ...wiring, hasMonitor: false },
    });
    expect(reports).toEqual([]);
  });

  it('stays shut to credentials in lockdown, and still lets people out', () => {
    const locked = play([{ kind: 'lockdown', on: true }, granted]);
    expect(isReleased(locked.state, wiring)).toBe(false);
    const out = play([
      { kind: 'lockdown', on: true },
      { kind: 'rex', active: true },
    ]);
    expect(modeOf(out.state)).toBe('LockedDown');
    expect(out.effects).toContainEqual({ kind: 'release' });
  });

  it('ends an access at once when lockdown begins', () => {
    const { state, effects } = play([granted, { kind: 'lockdown', on: true }]);
    expect(modeOf(state)).toBe('LockedDown');
    expect(effects).toContainEqual({ kind: 'secure' });
    expect(effects).toContainEqual({ kind: 'cancelTimer', timer: 'access' });
  });

  it('is released by fire in every mode, and goes back to what holds then', () => {
    const burning = play([
      { kind: 'lockdown', on: true },
      { kind: 'fire', active: true },
    ]);
    expect(burning.reports).toEqual([{ type: 'FireReleased' }, { type: 'DoorMode', mode: 'Unlocked' }]);
    expect(burning.effects).toContainEqual({ kind: 'release' });
    const over = stepDoor(burning.state, { kind: 'fire', active: false }, door);
    expect(modeOf(over.state)).toBe('LockedDown');
    expect(over.effects).toContainEqual({ kind: 'secure' });
  });

  it('is not released by an access granted in a fire once fire is over and lockdown holds', () => {
    const { state } = play([
      { kind: 'fire', active: true },
      { kind: 'lockdown', on: true },
      granted,
      { kind: 'fire', active: false },
    ]);
    expect(isReleased(state, wiring)).toBe(false);
  });

  it('ignores the fire input where it is wired to ignore it', () => {
    const { state } = play([{ kind: 'fire', active: true }], initialDoor(false), {
      times,
      wiring: { ...wiring, fire: 'ignore' },
    } as unknown as typeof door);
    expect(isReleased(state, wiring)).toBe(false);
  });

  it('keeps the way out free while the REX button is pressed', () => {
    const held = play([
      { kind: 'rex', active: true },
      { kind: 'timer', timer: 'egress' },
    ]);
    expect(isReleased(held.state, wiring)).toBe(true);
    const released = play([
      { kind: 'rex', active: true },
      { kind: 'rex', active: false },
      { kind: 'timer', timer: 'egress' },
    ]);
    expect(isReleased(released.state, wiring)).toBe(false);
  });

  it('only reports REX where the hardware releases by itself, and expects the door to open', () => {
    const config = { times, wiring: { ...wiring, rex: 'report' } } as unknown as typeof door;
    const pressed = play([{ kind: 'rex', active: true }], initialDoor(false), config);
    expect(pressed.reports).toEqual([{ type: 'RequestToExit', released: false }]);
    expect(pressed.effects).not.toContainEqual({ kind: 'release' });
    const opened = play(
      [
        { kind: 'rex', active: true },
        { kind: 'monitor', open: true },
      ],
      initialDoor(false),
      config,
    );
    expect(opened.reports.map(({ type }) => type)).toEqual(['DoorMonitor']);
  });

  it('reports a door forced open, and its end', () => {
    const forced = play([{ kind: 'monitor', open: true }]);
    expect(forced.reports.map(({ type }) => type)).toEqual(['DoorMonitor', 'DoorForcedOpen']);
    const ended = stepDoor(forced.state, { kind: 'monitor', open: false }, door);
    expect(ended.effects).toContainEqual({ kind: 'report', report: { type: 'DoorForcedOpenEnded' } });
  });

  it('does not call a door forced that stood open when the controller started', () => {
    const { effects } = stepDoor(initialDoor(false), { kind: 'monitor', open: true }, door);
    expect(effects).toEqual([{ kind: 'report', report: { type: 'DoorMonitor', open: true } }]);
  });

  it('puts reports before movements, so that they are committed first', () => {
    const { effects } = play([{ kind: 'fire', active: true }]);
    const kinds = effects.map(({ kind }) => kind);
    expect(kinds.indexOf('release')).toBeGreaterThan(kinds.lastIndexOf('report'));
  });
});

describe('whatever happens to a door', () => {
  const input: fc.Arbitrary<DoorInput> = fc.oneof(
    fc.record({ kind: fc.constant('accessGranted' as const), extended: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('rex' as const, 'fire' as const), active: fc.boolean() }),
    fc.record({ kind: fc.constant('monitor' as const), open: fc.boolean() }),
    fc.record({ kind: fc.constant('lockdown' as const), on: fc.boolean() }),
    fc.record({
      kind: fc.constant('timer' as const),
      timer: fc.constantFrom('access' as const, 'egress' as const),
    }),
  );
  const relockOn = fc.constantFrom('open' as const, 'close' as const, 'timeout' as const);
  const wirings = fc.record({
    hasMonitor: fc.boolean(),
    rex: fc.constantFrom('release' as const, 'report' as const),
    fire: fc.constantFrom('release' as const, 'ignore' as const),
  });

  it('release and secure follow one another and agree with the state; a running timer stands behind every release but fire', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), relockOn, wirings, (inputs, relock, wired) => {
        const config = { times: { ...times, relockOn: relock }, wiring: wired };
        let state = initialDoor(false);
        let strike = false;
        let lockdown = false;
        let fire = false;
        const running = new Set<string>();
        for (const next of inputs) {
          // A timer that does not run cannot fire.
          if (next.kind === 'timer' && !running.delete(next.timer)) continue;
          if (next.kind === 'lockdown') lockdown = next.on;
          if (next.kind === 'fire' && wired.fire === 'release') fire = next.active;
          const step = stepDoor(state, next, config);
          state = step.state;
          for (const effect of step.effects) {
            if (effect.kind === 'startTimer') running.add(effect.timer);
            if (effect.kind === 'cancelTimer') running.delete(effect.timer);
            if (effect.kind === 'release' || effect.kind === 'secure') {
              expect(strike).toBe(effect.kind === 'secure');
              strike = effect.kind === 'release';
            }
          }
          expect(strike).toBe(isReleased(state, wired));
          if (fire) expect(strike).toBe(true);
          if (strike && !fire) expect(running.size).toBeGreaterThan(0);
          if (lockdown && !fire) {
            expect(modeOf(state)).toBe('LockedDown');
            if (strike) expect(running.has('egress')).toBe(true);
          }
          if (next.kind === 'rex' && next.active && wired.rex === 'release') expect(strike).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
