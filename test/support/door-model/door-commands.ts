/** What can happen to a door, as commands of fast-check, and doors for it to happen to. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { GuestId, ResidentId } from '../../../controller/core/dataset.ts';
import type {
  Contact,
  DoorInput,
  DoorReport,
  LineFault,
  OpenHours,
  OperatorMode,
} from '../../../controller/core/door/state.ts';
import type { DoorModel, ModelledDoor, Person } from './door-model.ts';
import type { DrivenDoor } from './driven-door.ts';

type Command = fc.Command<DoorModel, DrivenDoor>;

const sentence = (report: DoorReport): string =>
  Object.entries(report)
    .map((field) => JSON.stringify(field))
    .sort()
    .join();
const sentences = (reports: readonly DoorReport[]): readonly string[] => reports.map(sentence).sort();

/** What must agree at every instant, timers that are due included: how the door stands, and what has been told since. */
function agree(model: DoorModel, real: DrivenDoor): void {
  model.settle();
  expect([real.seen, ...sentences(real.takeTold())]).toEqual([model.seen, ...sentences(model.takeTold())]);
}

class Play implements Command {
  readonly #input: DoorInput;
  readonly #onModel: (model: DoorModel) => void;

  constructor(input: DoorInput, onModel: (model: DoorModel) => void) {
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
    return JSON.stringify(this.#input);
  }
}

/** What often happens in a row, at once. */
class Scene implements Command {
  readonly #plays: readonly Play[];

  constructor(plays: readonly Play[]) {
    this.#plays = plays;
  }

  check(): boolean {
    return true;
  }

  run(model: DoorModel, real: DrivenDoor): void {
    for (const play of this.#plays) play.run(model, real);
  }

  toString(): string {
    return this.#plays.join(', ');
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

const ann = { kind: 'resident' as const, id: ResidentId.parse('ann') };
const gus = { kind: 'guest' as const, id: GuestId.parse('gus') };
const people: readonly Omit<Person, 'extended'>[] = [
  { subject: ann },
  { subject: ann },
  { subject: ann, fromAfar: true },
  { subject: gus, countedUse: gus.id },
  // Somebody whom a telephone let in.
  {},
];
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

const flag = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const press = (active: boolean): Play => new Play({ kind: 'rex', active }, (model) => model.press(active));
const move = (open: boolean): Play => new Play({ kind: 'monitor', open }, (model) => model.move(open));
const breaks = (contact: Contact, fault: LineFault | undefined): Play =>
  new Play({ kind: 'line', contact, fault }, (model) => model.setLine(contact, fault));

const grant = fc
  .record({ person: fc.constantFrom(...people), extended: flag(2) })
  .map(({ person, extended }) => {
    const input = { ...person, extended };
    return new Play({ kind: 'accessGranted', ...input }, (model) => model.grant(input));
  });
const rex = fc.boolean().map(press);
const monitor = fc.boolean().map(move);
const enters = fc
  .record({ granted: grant, shuts: fc.boolean() })
  .map(({ granted, shuts }) => new Scene([granted, move(true), ...(shuts ? [move(false)] : [])]));
const leaves = fc
  .record({ shuts: flag(2), lets: fc.boolean() })
  .map(
    ({ shuts, lets }) =>
      new Scene([press(true), move(true), ...(lets ? [press(false)] : []), ...(shuts ? [move(false)] : [])]),
  );
const bolt = fc
  .boolean()
  .map((locked) => new Play({ kind: 'lockMonitor', locked }, (model) => model.setBolt(locked)));
const hours = fc
  .constantFrom<OpenHours>('closed', 'firstIn', 'firstIn', 'open')
  .map((next) => new Play({ kind: 'hours', hours: next }, (model) => model.setHours(next)));
const pass = fc
  .oneof(
    fc.integer({ min: 1, max: 4_000 }),
    fc.integer({ min: 1, max: 40_000 }),
    fc.constantFrom(2_999, 3_000, 4_999, 5_000, 15_000, 28_000, 30_000, 61_000),
  )
  .map((ms) => new Pass(ms));
const line = fc
  .record({
    contact: fc.constantFrom(...contacts, 'lockMonitor' as const),
    faults: fc.array(fc.constantFrom(...faults, undefined), { minLength: 1, maxLength: 2 }),
  })
  .map(({ contact, faults: inTurn }) => new Scene(inTurn.map((fault) => breaks(contact, fault))));
const fire = flag(1).map(
  (active) =>
    new Play({ kind: 'fire', active }, (model) => {
      model.fireInput = active;
    }),
);
const tamper = fc.boolean().map(
  (active) =>
    new Play({ kind: 'tamper', active }, (model) => {
      model.tampered = active;
    }),
);
const chatter = flag(2).map(
  (active) =>
    new Play({ kind: 'monitorChatters', active }, (model) => {
      model.chatters = active;
    }),
);
const lockdown = flag(3).map(
  (on) =>
    new Play({ kind: 'lockdown', on }, (model) => {
      model.lockdown = on;
    }),
);
const operator = fc.oneof(fc.constant(undefined), fc.constantFrom(...modes)).map(
  (mode) =>
    new Play({ kind: 'operator', mode }, (model) => {
      model.operator = mode;
    }),
);
const ownAlarm = fc
  .record({
    alarm: fc.constantFrom('DoorForcedOpen' as const, 'DoorOpenTooLong' as const),
    active: fc.boolean(),
  })
  .map(
    ({ alarm, active }) =>
      new Play({ kind: 'alarm', alarm, active }, (model) => model.setOwnAlarm(alarm, active)),
  );
/** What happens seldom, or lasts: most of the time a door is ordinarily locked. */
const seldom = [hours, fire, tamper, lockdown, operator, line, chatter, ownAlarm];

export const doorCommands = ({ wiring }: ModelledDoor): fc.Arbitrary<Iterable<Command>> =>
  fc.commands(
    [
      ...[grant, grant, rex, pass, pass, pass, bolt],
      ...(wiring.hasMonitor ? [monitor, monitor, enters, leaves] : []),
      fc.oneof(...seldom),
      fc.oneof(...seldom),
      fc.oneof(hours, line),
    ],
    // Without a size, a run has ten at most.
    { maxCommands: 40, size: 'max' },
  );

export const modelledDoors: fc.Arbitrary<ModelledDoor> = fc.record({
  times: fc.record({
    accessTimeMs: fc.constantFrom(1_000, 5_000),
    extendedAccessTimeMs: fc.constantFrom(5_000, 15_000),
    openTooLongMs: fc.constantFrom(3_000, 30_000),
    preAlarmMs: fc.constantFrom(0, 2_000, 20_000, 30_000),
    relockOn: fc.constantFrom('open' as const, 'close' as const, 'timeout' as const),
  }),
  wiring: fc.record({
    hasMonitor: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    rex: fc.constantFrom('release' as const, 'report' as const),
    fire: fc.constantFrom('release' as const, 'ignore' as const),
    opensUnasked: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, fc.constant(true)),
  }),
  strike: fc.record({
    failMode: fc.constantFrom('fail-secure' as const, 'fail-safe' as const),
    activeLow: fc.boolean(),
  }),
});
