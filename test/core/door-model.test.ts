import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResidentId } from '../../controller/core/dataset.ts';
import { modeOf } from '../../controller/core/door/modes.ts';
import type {
  Contact,
  DoorConfiguration,
  DoorInput,
  LineFault,
  OpenHours,
  OperatorMode,
} from '../../controller/core/door/state.ts';
import { DoorModel } from '../support/door-model/door-model.ts';
import { DrivenDoor } from '../support/door-model/driven-door.ts';

type Command = fc.Command<DoorModel, DrivenDoor>;

const ann = { kind: 'resident' as const, id: ResidentId.parse('ann') };
const alarmed = [
  'DoorForcedOpen',
  'DoorOpenTooLong',
  'DoorTamper',
  'RequestToExitHeld',
  'InputFault',
] as const;

/** What must agree after every input, timers that are due included. */
function agree(model: DoorModel, real: DrivenDoor): void {
  model.settle();
  expect(modeOf(real.state)).toBe(model.mode);
  expect(real.released).toBe(model.released);
  const standing = {
    DoorForcedOpen: model.forced,
    DoorOpenTooLong: model.tooLong,
    DoorTamper: model.tampered,
    RequestToExitHeld: model.stuck,
    InputFault: model.faults.size > 0,
  };
  for (const alarm of alarmed.slice(0, 4))
    expect([alarm, real.standing.has(alarm)]).toEqual([alarm, standing[alarm]]);
  expect(Object.keys(real.state.lines).length > 0).toBe(standing.InputFault);
}

class Play implements Command {
  readonly #name: string;
  readonly #input: DoorInput;
  readonly #onModel: (model: DoorModel) => void;

  constructor(input: DoorInput, onModel: (model: DoorModel) => void) {
    this.#name = JSON.stringify(input);
    this.#input = input;
    this.#onModel = onModel;
  }

  check(): boolean {
    return true;
  }

  run(model: DoorModel, real: DrivenDoor): void {
    this.#onModel(model);
    real.take(this.#input);
    agree(model, real);
  }

  toString(): string {
    return this.#name;
  }
}

/** Time passes in steps from one timer to the next: both are compared at each of them, and in between. */
class Pass implements Command {
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
  }

  check(): boolean {
    return true;
  }

  run(model: DoorModel, real: DrivenDoor): void {
    const until = real.now + this.#ms;
    while (real.now < until) {
      const due = real.nextDue(until);
      if (due - 1 > real.now) {
        model.now = due - 1;
        agree(model, real);
      }
      model.now = due;
      // A model that is asked twice at one instant says the same twice.
      model.settle();
      real.passTo(due);
      agree(model, real);
    }
  }

  toString(): string {
    return `pass ${this.#ms} ms`;
  }
}

const modes: readonly (OperatorMode | undefined)[] = [
  undefined,
  'Locked',
  'Unlocked',
  'Blocked',
  'LockedDown',
  'LockedOpen',
];
const contacts: readonly Contact[] = ['monitor', 'lockMonitor', 'rex', 'fire', 'tamper'];
const faults: readonly (LineFault | undefined)[] = ['open', 'short', 'cut', undefined];

function setHours(model: DoorModel, hours: OpenHours): void {
  if (hours !== 'firstIn') model.firstIsIn = false;
  model.hours = hours;
}

function setLine(model: DoorModel, contact: Contact, fault: LineFault | undefined): void {
  if (fault === undefined) model.faults.delete(contact);
  else model.faults.add(contact);
  if (contact === 'fire') model.fireLine = fault !== undefined;
  if (contact === 'rex' && fault !== undefined) model.press(false);
}

const flag = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const grant = fc
  .record({ extended: flag(2), isHolder: fc.boolean() })
  .map(
    ({ extended, isHolder }) =>
      new Play({ kind: 'accessGranted', extended, ...(isHolder ? { subject: ann } : {}) }, (model) =>
        model.grant(extended, isHolder),
      ),
  );
const rex = fc.boolean().map((active) => new Play({ kind: 'rex', active }, (model) => model.press(active)));
const monitor = fc.boolean().map((open) => new Play({ kind: 'monitor', open }, (model) => model.move(open)));
const hours = fc
  .constantFrom<OpenHours>('closed', 'firstIn', 'firstIn', 'open')
  .map((next) => new Play({ kind: 'hours', hours: next }, (model) => setHours(model, next)));
const pass = fc
  .oneof(fc.integer({ min: 1, max: 40_000 }), fc.constantFrom(4_999, 5_000, 15_000, 30_000, 61_000))
  .map((ms) => new Pass(ms));
const line = fc
  .record({
    contact: fc.constantFrom(...contacts),
    fault: fc.constantFrom(...faults, undefined, undefined),
  })
  .map(
    ({ contact, fault }) =>
      new Play({ kind: 'line', contact, fault }, (model) => setLine(model, contact, fault)),
  );
/** What happens seldom, or lasts: most of the time a door is ordinarily locked. */
const seldom: readonly fc.Arbitrary<Command>[] = [
  hours,
  flag(3).map(
    (active) =>
      new Play({ kind: 'fire', active }, (model) => {
        model.fireInput = active;
      }),
  ),
  fc.boolean().map(
    (active) =>
      new Play({ kind: 'tamper', active }, (model) => {
        model.tampered = active;
      }),
  ),
  flag(3).map(
    (on) =>
      new Play({ kind: 'lockdown', on }, (model) => {
        model.lockdown = on;
      }),
  ),
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constantFrom(...modes)).map(
    (mode) =>
      new Play({ kind: 'operator', mode }, (model) => {
        model.operator = mode;
      }),
  ),
  line,
  fc.boolean().map((isLocked) => new Play({ kind: 'lockMonitor', locked: isLocked }, () => {})),
];

const commands = (hasMonitor: boolean): fc.Arbitrary<Command>[] => [
  ...[grant, grant, rex, pass, pass, pass],
  ...(hasMonitor ? [monitor, monitor, monitor] : []),
  fc.oneof(...seldom),
  fc.oneof(...seldom),
  fc.oneof(hours, line),
];

const configurations: fc.Arbitrary<DoorConfiguration> = fc.record({
  times: fc.record({
    accessTimeMs: fc.constantFrom(1_000, 5_000),
    extendedAccessTimeMs: fc.constantFrom(5_000, 15_000),
    openTooLongMs: fc.constantFrom(3_000, 30_000),
    preAlarmMs: fc.constantFrom(0, 2_000, 30_000),
    relockOn: fc.constantFrom('open' as const, 'close' as const, 'timeout' as const),
  }),
  wiring: fc.record({
    hasMonitor: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    rex: fc.constantFrom('release' as const, 'report' as const),
    fire: fc.constantFrom('release' as const, 'ignore' as const),
    opensUnasked: fc.constant(false),
  }),
});

describe('whatever happens to a door', () => {
  it('it stands as an independent model of it: never released beyond its time, never shut to REX or fire, no alarm dropped', () => {
    const plays = configurations.chain((door) =>
      fc.record({
        door: fc.constant(door),
        plays: fc.commands(commands(door.wiring.hasMonitor), { maxCommands: 40 }),
      }),
    );
    fc.assert(
      fc.property(plays, ({ door, plays: commandsToRun }) => {
        fc.modelRun(() => ({ model: new DoorModel(door), real: new DrivenDoor(door) }), commandsToRun);
      }),
      { numRuns: 2_000 },
    );
  });
});
