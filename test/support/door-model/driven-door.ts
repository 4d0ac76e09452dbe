import { stepDoor } from '../../../controller/core/door/machine.ts';
import {
  type DoorConfiguration,
  type DoorEffect,
  type DoorInput,
  type DoorMachineState,
  type DoorReport,
  type DoorTimer,
  initialDoor,
} from '../../../controller/core/door/state.ts';

/** The real machine with timers that run by a count of milliseconds, and a strike that does what it is ordered. */
export class DrivenDoor {
  readonly #door: DoorConfiguration;
  readonly #due = new Map<DoorTimer, number>();
  state: DoorMachineState = initialDoor();
  now = 1;
  released = false;
  /** Everything that was told, in order. */
  readonly told: DoorReport[] = [];
  readonly standing = new Set<string>();

  constructor(door: DoorConfiguration) {
    this.#door = door;
  }

  take(input: DoorInput): void {
    const step = stepDoor(this.state, input, this.#door);
    this.state = step.state;
    for (const effect of step.effects) this.#execute(effect);
  }

  /** When the next timer ends, if one ends before `until`. */
  nextDue(until: number): number {
    return Math.min(until, ...this.#due.values());
  }

  /** Time passes up to `at`; nothing is due before it. */
  passTo(at: number): void {
    this.now = at;
    for (const [timer, due] of this.#due) {
      if (due > at) continue;
      this.#due.delete(timer);
      this.take({ kind: 'timer', timer });
    }
  }

  #execute(effect: DoorEffect): void {
    switch (effect.kind) {
      case 'report':
        this.told.push(effect.report);
        this.#note(effect.report.type);
        return;
      case 'order':
        this.released = effect.order.kind !== 'lock' && effect.order.kind !== 'block';
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

  /** An alarm stands from its event to the event of its end. */
  #note(type: string): void {
    if (type.endsWith('Ended')) this.standing.delete(type.slice(0, -'Ended'.length));
    else this.standing.add(type);
  }
}
