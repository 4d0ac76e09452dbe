import { describe, expect, it } from 'vitest';
import { GuestId, ResidentId } from '../../controller/core/dataset.ts';
import { alarmsOf } from '../../controller/core/door/alarms.ts';
import { stepDoor } from '../../controller/core/door/machine.ts';
import { isReleased, modeOf } from '../../controller/core/door/modes.ts';
import {
  type DoorConfiguration,
  type DoorEffect,
  type DoorInput,
  type DoorMachineState,
  type DoorTimes,
  type DoorWiring,
  initialDoor,
} from '../../controller/core/door/state.ts';

const times: DoorTimes = {
  accessTimeMs: 5_000,
  extendedAccessTimeMs: 15_000,
  openTooLongMs: 30_000,
  preAlarmMs: 10_000,
  relockOn: 'close',
};
const wiring: DoorWiring = { hasMonitor: true, rex: 'release', fire: 'release', opensUnasked: false };
const door: DoorConfiguration = { times, wiring };
const resident = { kind: 'resident' as const, id: ResidentId.parse('r1') };
const granted: DoorInput = { kind: 'accessGranted', extended: false, subject: resident };

const locked: DoorEffect = { kind: 'order', order: { kind: 'lock' } };
const reported = (effects: readonly DoorEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'report' ? [effect.report] : []));
const orders = (effects: readonly DoorEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'order' ? [effect.order.kind] : []));

/** So many milliseconds pass. */
interface Pause {
  readonly kind: 'pause';
  readonly ms: number;
}
const pause = (ms: number): Pause => ({ kind: 'pause', ms });

/** Plays inputs in turn; the effects are those of the last one. */
function play(inputs: readonly (DoorInput | Pause)[], start = initialDoor(), config = door) {
  let state: DoorMachineState = { ...start, open: start.open ?? false };
  let effects: readonly DoorEffect[] = [];
  let nowMs = 1;
  for (const input of inputs) {
    if (input.kind === 'pause') nowMs += input.ms;
    else ({ state, effects } = stepDoor(state, input, config, nowMs));
  }
  return {
    state,
    effects,
    reports: reported(effects),
  };
}

describe('a door', () => {
  it('is released for its access time when access is granted', () => {
    const { state, effects } = play([granted]);
    expect(modeOf(state)).toBe('Accessed');
    expect(effects).toEqual([
      { kind: 'order', order: { kind: 'passage', forMs: 5_000, extended: false } },
      { kind: 'startTimer', timer: 'access', ms: 5_000 },
    ]);
  });

  it('gives people with accessible timing the extended time', () => {
    const { effects } = play([{ kind: 'accessGranted', extended: true }]);
    expect(effects).toContainEqual({ kind: 'startTimer', timer: 'access', ms: 15_000 });
  });

  it('shortens nobody’s extended time for whoever is let in next, until the door has opened', () => {
    const extended: DoorInput = { kind: 'accessGranted', extended: true };
    const opened = play([extended, { kind: 'monitor', open: true }, granted]);
    expect(opened.effects).toContainEqual({ kind: 'startTimer', timer: 'access', ms: 5_000 });
    const passage = (inputs: readonly (DoorInput | Pause)[], forMs: number, isExtended: boolean) =>
      expect(play(inputs).effects.filter(({ kind }) => kind !== 'report')).toEqual([
        { kind: 'order', order: { kind: 'passage', forMs, extended: isExtended } },
        { kind: 'startTimer', timer: 'access', ms: forMs },
      ]);
    passage([extended, granted], 15_000, true);
    // What remains of it is nobody else's: each has their own time, and the door shuts after the last.
    const chain = [extended, pause(8_000), granted, pause(4_000)];
    passage(chain.slice(0, 3), 7_000, true);
    passage([...chain, granted], 5_000, true);
    passage([...chain, granted, pause(4_000), granted], 5_000, false);
  });

  it('orders an exit during an access for the longer of the two', () => {
    const exit: DoorInput = { kind: 'rex', active: true };
    const orderAfter = (ms: number) =>
      play([{ kind: 'accessGranted', extended: true }, pause(ms), exit]).effects.find(
        ({ kind }) => kind === 'order',
      );
    expect(orderAfter(1_000)).toMatchObject({ order: { forMs: 14_000, extended: true } });
    expect(orderAfter(12_000)).toMatchObject({ order: { forMs: 5_000 } });
  });

  it('says who took access when the door opens, and locks when it closes', () => {
    const opened = play([granted, { kind: 'monitor', open: true }]);
    expect(opened.reports).toContainEqual({ type: 'AccessTaken', subject: resident });
    const closed = play([granted, { kind: 'monitor', open: true }, { kind: 'monitor', open: false }]);
    expect(modeOf(closed.state)).toBe('Locked');
    expect(closed.effects).toContainEqual(locked);
  });

  it.each([
    ['open', [granted, { kind: 'monitor', open: true }], true],
    ['close', [granted, { kind: 'monitor', open: true }], false],
    ['timeout', [granted, { kind: 'monitor', open: true }, { kind: 'monitor', open: false }], false],
  ] as const)('relocks on %s', (relockOn, inputs, secured) => {
    const { state } = play(inputs, initialDoor(), {
      wiring,
      times: { ...times, relockOn },
    });
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
    expect(effects).toContainEqual(locked);
  });

  it('lets everybody in who was let in before it opened: nobody’s use is given back', () => {
    const guest = GuestId.parse('g1');
    const gus = { kind: 'guest' as const, id: guest };
    const both: DoorInput[] = [
      { kind: 'accessGranted', extended: false, subject: gus, countedUse: guest },
      granted,
    ];
    expect(play(both).reports).toEqual([]);
    expect(play([...both, { kind: 'monitor', open: true }]).reports).toEqual([
      { type: 'DoorMonitor', open: true },
      { type: 'AccessTaken', subject: gus },
      { type: 'AccessTaken', subject: resident },
    ]);
    expect(play([...both, { kind: 'timer', timer: 'access' }]).reports).toEqual([
      { type: 'AccessNotTaken', subject: gus, giveBackUse: guest },
      { type: 'AccessNotTaken', subject: resident },
    ]);
  });

  it('gives a use back that the same guest has asked for twice', () => {
    const guest = GuestId.parse('g1');
    const gus = { kind: 'guest' as const, id: guest };
    const asked: DoorInput = { kind: 'accessGranted', extended: false, subject: gus, countedUse: guest };
    expect(play([asked, granted, asked]).reports).toEqual([
      { type: 'AccessNotTaken', subject: gus, giveBackUse: guest },
    ]);
    expect(play([asked, granted, asked, { kind: 'monitor', open: true }]).reports).toEqual([
      { type: 'DoorMonitor', open: true },
      { type: 'AccessTaken', subject: resident },
      { type: 'AccessTaken', subject: gus },
    ]);
  });

  it('says nothing of access not taken where no monitor could tell', () => {
    const { reports } = play([granted, { kind: 'timer', timer: 'access' }], initialDoor(), {
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
    expect(orders(out.effects)).toEqual(['passage']);
  });

  it('ends an access at once when lockdown begins', () => {
    const { state, effects } = play([granted, { kind: 'lockdown', on: true }]);
    expect(modeOf(state)).toBe('LockedDown');
    expect(effects).toContainEqual({ kind: 'order', order: { kind: 'block' } });
    expect(effects).toContainEqual({ kind: 'cancelTimer', timer: 'access' });
  });

  it('is released by fire in every mode, and goes back to what holds then', () => {
    const burning = play([
      { kind: 'lockdown', on: true },
      { kind: 'fire', active: true },
    ]);
    expect(burning.reports).toEqual([{ type: 'FireReleased' }, { type: 'DoorMode', mode: 'Unlocked' }]);
    expect(orders(burning.effects)).toEqual(['evacuate']);
    const over = stepDoor(burning.state, { kind: 'fire', active: false }, door, 1);
    expect(modeOf(over.state)).toBe('LockedDown');
    expect(over.effects).toContainEqual({ kind: 'order', order: { kind: 'block' } });
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

  it('tells of nobody who took access where nobody was let in, though the door stands open', () => {
    const { reports } = play([
      { kind: 'monitor', open: true },
      { kind: 'operator', mode: 'Blocked' },
      granted,
    ]);
    expect(reports).toEqual([]);
  });

  it('ignores the fire input where it is wired to ignore it', () => {
    const { state } = play([{ kind: 'fire', active: true }], initialDoor(), {
      times,
      wiring: { ...wiring, fire: 'ignore' },
    });
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
    const config: DoorConfiguration = { times, wiring: { ...wiring, rex: 'report' } };
    const pressed = play([{ kind: 'rex', active: true }], initialDoor(), config);
    expect(pressed.reports).toEqual([{ type: 'RequestToExit', released: false }]);
    expect(orders(pressed.effects)).toEqual([]);
    const opened = play(
      [
        { kind: 'rex', active: true },
        { kind: 'monitor', open: true },
      ],
      initialDoor(),
      config,
    );
    expect(opened.reports.map(({ type }) => type)).toEqual(['DoorMonitor']);
  });

  it('reports a door forced open, and its end', () => {
    const forced = play([{ kind: 'monitor', open: true }]);
    expect(forced.reports.map(({ type }) => type)).toEqual(['DoorMonitor', 'DoorForcedOpen']);
    const ended = stepDoor(forced.state, { kind: 'monitor', open: false }, door, 1);
    expect(ended.effects).toContainEqual({ kind: 'report', report: { type: 'DoorForcedOpenEnded' } });
  });

  it('does not call a door forced that stood open when the controller started', () => {
    const { effects } = stepDoor(initialDoor(), { kind: 'monitor', open: true }, door, 1);
    expect(reported(effects)).toEqual([{ type: 'DoorMonitor', open: true }]);
  });

  it('puts reports before movements, so that they are committed first', () => {
    const { effects } = play([{ kind: 'fire', active: true }]);
    const kinds = effects.map(({ kind }) => kind);
    expect(kinds.indexOf('order')).toBeGreaterThan(kinds.lastIndexOf('report'));
  });
});

describe('a lock that also lets people in by itself', () => {
  const salto: DoorConfiguration = { times, wiring: { ...wiring, opensUnasked: true } };
  const opened: DoorInput = { kind: 'monitor', open: true };

  it('is not forced when it opens, nor timed: who came in had perhaps a card', () => {
    const { reports, effects } = play([opened], initialDoor(), salto);
    expect(reports).toEqual([{ type: 'DoorMonitor', open: true }]);
    expect(effects.filter(({ kind }) => kind === 'startTimer')).toEqual([]);
  });

  it.each(['DoorForcedOpen', 'DoorOpenTooLong'] as const)(
    'judges %s itself, and says when it is over',
    (alarm) => {
      const begins: DoorInput = { kind: 'alarm', alarm, active: true };
      const ends: DoorInput = { kind: 'alarm', alarm, active: false };
      expect(play([opened, begins], initialDoor(), salto).reports).toEqual([{ type: alarm }]);
      expect(play([opened, begins, begins], initialDoor(), salto).reports).toEqual([]);
      const shut: DoorInput = { kind: 'monitor', open: false };
      expect(play([opened, begins, shut], initialDoor(), salto).reports).toEqual([
        { type: 'DoorMonitor', open: false },
      ]);
      expect(play([opened, begins, shut, ends], initialDoor(), salto).reports).toEqual([
        { type: `${alarm}Ended` },
      ]);
    },
  );

  it('is not believed where the door is wired to us', () => {
    const alarm: DoorInput = { kind: 'alarm', alarm: 'DoorForcedOpen', active: true };
    expect(play([alarm]).reports).toEqual([]);
  });
});

describe('what the lock is ordered', () => {
  const orderAfter = (inputs: readonly DoorInput[]) => orders(play(inputs).effects);
  const rex: DoorInput = { kind: 'rex', active: true };

  it.each<[string, readonly DoorInput[], readonly string[]]>([
    ['a second person: the passage anew, for locks that time themselves', [granted, granted], ['passage']],
    ['an exit during an access: the passage anew', [granted, rex], ['passage']],
    [
      'hours that begin during an access: to hold open',
      [granted, { kind: 'hours', hours: 'open' }],
      ['holdOpen'],
    ],
    ['an access while hours hold it open: nothing', [{ kind: 'hours', hours: 'open' }, granted], []],
    [
      'blocked: to be shut against its own credentials, too',
      [{ kind: 'operator', mode: 'Blocked' }],
      ['block'],
    ],
    [
      'unblocked: to lock as usual',
      [
        { kind: 'operator', mode: 'Blocked' },
        { kind: 'operator', mode: undefined },
      ],
      ['lock'],
    ],
    [
      'fire over hours: to evacuate',
      [
        { kind: 'hours', hours: 'open' },
        { kind: 'fire', active: true },
      ],
      ['evacuate'],
    ],
  ])('%s', (_, inputs, expected) => {
    expect(orderAfter(inputs)).toEqual(expected);
  });

  it('an access that outlasts the hours keeps it released to its end', () => {
    const hours = (open: boolean): DoorInput => ({ kind: 'hours', hours: open ? 'open' : 'closed' });
    const { state, effects } = play([hours(true), granted, hours(false)]);
    expect([modeOf(state), orders(effects)]).toEqual(['Accessed', ['passage']]);
    expect(orders(stepDoor(state, { kind: 'timer', timer: 'access' }, door, 1).effects)).toEqual(['lock']);
  });
});

describe('a door that stands open', () => {
  const opened: DoorInput = { kind: 'monitor', open: true };
  const openTimer = (inputs: readonly (DoorInput | Pause)[], config = door) =>
    play(inputs, initialDoor(), config).effects.find(
      (effect) => effect.kind === 'startTimer' && effect.timer === 'open',
    );

  it('may stand longer after a person with accessible timing', () => {
    expect(openTimer([granted, opened])).toMatchObject({ ms: 20_000 });
    expect(openTimer([{ kind: 'accessGranted', extended: true }, opened])).toMatchObject({ ms: 30_000 });
  });

  const extended: DoorInput = { kind: 'accessGranted', extended: true };
  const shut: DoorInput = { kind: 'monitor', open: false };
  const leaves: DoorInput = { kind: 'rex', active: true };
  it.each<[string, readonly (DoorInput | Pause)[], number]>([
    ['longer, though somebody else was let in before it opened', [extended, granted, opened], 30_000],
    ['longer, though somebody else goes through after them', [extended, opened, granted], 30_000],
    ['longer once they come to the open door', [granted, opened, extended], 30_000],
    [
      'no longer for those who were let in while they were awaited, once their time is over',
      [extended, pause(12_000), granted, pause(4_000), opened],
      20_000,
    ],
    ['no longer once it was shut', [extended, opened, shut, leaves, opened], 20_000],
    [
      'no longer after somebody who did not come',
      [extended, { kind: 'timer', timer: 'access' }, leaves, opened],
      20_000,
    ],
  ])('with accessible timing: may stand %s', (_, inputs, ms) => {
    expect(openTimer(inputs)).toMatchObject({ ms });
  });

  it.each([0, 30_000, 60_000])('has no pre-alarm of %i ms', (preAlarmMs) => {
    const config: DoorConfiguration = { times: { ...times, preAlarmMs }, wiring };
    expect(openTimer([granted, opened], config)).toMatchObject({ ms: 30_000 });
  });

  it('says nothing of access not taken while the line of its monitor is faulty', () => {
    const cut: DoorInput = { kind: 'line', contact: 'monitor', fault: 'cut' };
    expect(play([granted, cut, { kind: 'timer', timer: 'access' }]).reports).toEqual([]);
  });
});

describe('a bolt that contradicts the strike', () => {
  const bolt = (isLocked: boolean): DoorInput => ({ kind: 'lockMonitor', locked: isLocked });
  const line = (fault: 'open' | 'short' | 'cut' | undefined): DoorInput => ({
    ...{ kind: 'line', contact: 'lockMonitor' },
    fault,
  });
  const threeSeconds: DoorInput = { kind: 'timer', timer: 'bolt' };
  const doubts: DoorEffect = { kind: 'startTimer', timer: 'bolt', ms: 3_000 };
  const trusts: DoorEffect = { kind: 'cancelTimer', timer: 'bolt' };
  const types = (inputs: readonly DoorInput[], config = door) =>
    play(inputs, initialDoor(), config).reports.map(({ type }) => type);

  it('is a fault after three seconds, and until it obeys', () => {
    expect(play([bolt(false)]).effects).toContainEqual(doubts);
    const faulty = play([bolt(false), threeSeconds]);
    expect(faulty.reports).toEqual([{ type: 'LockFault', locked: false }]);
    expect(alarmsOf(faulty.state)).toEqual(['LockFault']);
    expect(types([bolt(false), threeSeconds, bolt(true)])).toEqual(['LockMonitor', 'LockFaultEnded']);
  });

  it.each(['open', 'short', 'cut'] as const)('is none while its line is %s: nobody knows', (fault) => {
    expect(play([bolt(false), line(fault)]).effects).toContainEqual(trusts);
    expect(types([bolt(false), line(fault), threeSeconds])).toEqual([]);
    expect(play([bolt(false), line(fault), line(undefined)]).effects).toContainEqual(doubts);
    expect(alarmsOf(play([bolt(false), threeSeconds, line(fault)]).state)).toContain('LockFault');
  });

  it('is none while the door is open; one that stands is not mended by opening the door', () => {
    const opened: DoorInput = { kind: 'monitor', open: true };
    const shut: DoorInput = { kind: 'monitor', open: false };
    expect(play([bolt(false), opened]).effects).toContainEqual(trusts);
    expect(play([bolt(false), opened, shut]).effects).toContainEqual(doubts);
    const faulty = [bolt(false), threeSeconds, opened];
    expect(types(faulty)).toEqual(['DoorMonitor', 'DoorForcedOpen']);
    expect(types([...faulty, shut])).toEqual(['DoorMonitor', 'DoorForcedOpenEnded']);
    expect(types([...faulty, granted])).toEqual(['AccessTaken', 'LockFaultEnded']);
  });

  it('is none while hardware lets somebody out by itself', () => {
    const config: DoorConfiguration = { times, wiring: { ...wiring, rex: 'report' } };
    const out: readonly DoorInput[] = [bolt(true), { kind: 'rex', active: true }, bolt(false)];
    expect(play(out, initialDoor(), config).effects).not.toContainEqual(doubts);
    const later: readonly DoorInput[] = [
      ...out,
      { kind: 'rex', active: false },
      { kind: 'timer', timer: 'egress' },
    ];
    expect(play(later, initialDoor(), config).effects).toContainEqual(doubts);
    expect(types([bolt(true), { kind: 'rex', active: true }, threeSeconds])).toEqual(['LockFault']);
  });
});
