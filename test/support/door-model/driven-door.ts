import { DoorId } from '../../../controller/core/dataset.ts';
import { alarmsOf } from '../../../controller/core/door/alarms.ts';
import { stepDoor } from '../../../controller/core/door/machine.ts';
import { modeOf, releases } from '../../../controller/core/door/modes.ts';
import {
  type DoorEffect,
  type DoorInput,
  type DoorMachineState,
  type DoorReport,
  type DoorTimer,
  initialDoor,
} from '../../../controller/core/door/state.ts';
import { GpioDoor } from '../../../drivers/gpio/gpio-door.ts';
import { MemoryGpio } from '../../../drivers/gpio/memory-gpio.ts';
import type { ModelledDoor } from './door-model.ts';

/** Two may end at one instant: what ends a release does so before the bolt is judged by it. */
const timers: readonly DoorTimer[] = ['access', 'egress', 'rexHeld', 'open', 'bolt'];

const relay = { chip: 'board', line: 0 };

/** The real machine, with timers that run by a count of milliseconds, and its strike on the relay of a wired door. */
export class DrivenDoor {
  readonly #door: ModelledDoor;
  readonly #due = new Map<DoorTimer, number>();
  readonly #gpio = new MemoryGpio({ board: 1 });
  readonly #wires: GpioDoor;
  #state: DoorMachineState = initialDoor();
  #ordered = 'lock';
  /** Until when a lock would be open that times its passages by itself. */
  #passageUntil = 0;
  #told: DoorReport[] = [];
  now = 1;

  constructor(door: ModelledDoor) {
    this.#door = door;
    this.#wires = new GpioDoor({
      door: DoorId.parse('front'),
      strike: { ref: relay, safeState: 'secured', ...door.strike },
      contacts: {},
      backend: () => this.#gpio,
      watchdog: { guard: () => {}, safe: () => {} },
      timers: { after: () => ({ cancel: () => {} }) },
      monotonicMs: () => this.now,
      onFire: () => {},
    });
    this.#wires.start(() => {});
  }

  /** As it stands to anybody who looks: its mode, its order, the voltage at its relay, a lock that times itself, and its alarms. */
  get seen(): string {
    const alarms = [...alarmsOf(this.#state)].sort();
    const timesItself = this.#ordered !== 'passage' || this.now < this.#passageUntil ? this.#ordered : 'over';
    const isHigh = this.#gpio.isHigh(relay);
    return JSON.stringify([modeOf(this.#state), this.#ordered, isHigh, timesItself, alarms]);
  }

  /** What has been told since the last time. */
  takeTold(): readonly DoorReport[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }

  take(input: DoorInput): void {
    const step = stepDoor(this.#state, input, this.#door, this.now);
    this.#state = step.state;
    for (const effect of step.effects) this.#execute(effect);
  }

  /** When the next timer ends, if one ends before `until`. */
  nextDue(until: number): number {
    return Math.min(until, ...this.#due.values());
  }

  /** Time passes up to `at`; nothing is due before it. */
  passTo(at: number): void {
    this.now = at;
    for (const timer of timers) {
      if ((this.#due.get(timer) ?? Number.POSITIVE_INFINITY) > at) continue;
      this.#due.delete(timer);
      this.take({ kind: 'timer', timer });
    }
  }

  #execute(effect: DoorEffect): void {
    switch (effect.kind) {
      case 'report':
        this.#told.push(effect.report);
        return;
      case 'order':
        this.#ordered = effect.order.kind;
        if (effect.order.kind === 'passage') this.#passageUntil = this.now + effect.order.forMs;
        if (releases(effect.order)) this.#wires.release();
        else this.#wires.secure();
        return;
      case 'startTimer':
        this.#due.set(effect.timer, this.now + effect.ms);
        return;
      case 'cancelTimer':
        this.#due.delete(effect.timer);
        return;
      default:
        effect satisfies never;
    }
  }
}
