import {
  type ContactRate,
  chatterLookMs,
  countChange,
  lookAtRate,
  quiet,
} from '../core/door/contact-rate.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { DoorHardwareInput } from '../ports/door-hardware.ts';
import { NamedTimers } from '../ports/named-timers.ts';

/** What comes from a contact, and not as the answer to an order. */
export type ContactInput = Exclude<DoorHardwareInput, { readonly kind: 'obeyed' | 'refused' }>;

interface DoorContactsParts {
  readonly timers: Timers;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly pass: (input: ContactInput) => void;
  /** Told when a contact begins to chatter, every minute while it does, and (`calm`) at its end. */
  readonly tell: (contact: string, count: number, state: 'chattering' | 'calm') => void;
}

interface Known {
  rate: ContactRate;
  latest: ContactInput;
  passed: ContactInput | undefined;
}

const sameInput = (one: ContactInput, other: ContactInput | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** What lets people out passes at once, however often it has come. */
function isUrgent(input: ContactInput): boolean {
  if (input.kind === 'rex' || input.kind === 'fire') return input.active;
  return input.kind === 'line' && input.contact === 'fire' && input.fault !== undefined;
}

function nameOf(input: ContactInput): string {
  if (input.kind === 'line') return `${input.contact} line`;
  return input.kind === 'alarm' ? input.alarm : input.kind;
}

/** One door's contacts on their way to its machine: whatever they do, the machine and the disk have a bounded number to take. */
export class DoorContacts {
  readonly #parts: DoorContactsParts;
  readonly #known = new Map<string, Known>();
  readonly #looks: NamedTimers<string>;

  constructor(parts: DoorContactsParts) {
    this.#parts = parts;
    this.#looks = new NamedTimers(parts.timers);
  }

  take(input: ContactInput): void {
    const { clock, tell } = this.#parts;
    const name = nameOf(input);
    const known = this.#known.get(name) ?? { rate: quiet, latest: input, passed: undefined };
    this.#known.set(name, known);
    known.latest = input;
    const { rate, began } = countChange(known.rate, clock.monotonicMs());
    known.rate = rate;
    if (!rate.chattering) {
      this.#pass(known);
      return;
    }
    if (isUrgent(input) && !sameInput(input, known.passed)) this.#pass(known);
    if (!began) return;
    tell(name, rate.changes, 'chattering');
    this.#lookLater(name, known);
  }

  close(): void {
    this.#looks.cancelAll();
  }

  #pass(known: Known): void {
    known.passed = known.latest;
    this.#parts.pass(known.latest);
  }

  #lookLater(name: string, known: Known): void {
    this.#looks.start(name, chatterLookMs, () => this.#look(name, known));
  }

  #look(name: string, known: Known): void {
    const { clock, tell } = this.#parts;
    if (!sameInput(known.latest, known.passed)) this.#pass(known);
    const { rate, news } = lookAtRate(known.rate, clock.monotonicMs());
    known.rate = rate;
    if (news.kind !== 'nothing') tell(name, news.count, news.kind === 'calm' ? 'calm' : 'chattering');
    if (rate.chattering) this.#lookLater(name, known);
  }
}
