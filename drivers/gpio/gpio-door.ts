/** A wired door: a relay for its lock, and a line for each contact. What cannot be opened is said, and tried again. */

import type { DoorId } from '../../controller/core/dataset.ts';
import type { Contact } from '../../controller/core/door/state.ts';
import type { Timers } from '../../controller/ports/clock.ts';
import type { DoorHardware, DoorHardwareInput } from '../../controller/ports/door-hardware.ts';
import { NamedTimers } from '../../controller/ports/named-timers.ts';
import { ContactWatch } from './contact-watch.ts';
import { faultOf, type Gpio, type GpioFault, type GpioOutput, type LineRef, nameOf } from './gpio.ts';
import type { GpioWatchdog } from './watchdog.ts';

interface StrikeWiring {
  readonly ref: LineRef;
  /** The relay is energised by the low voltage. */
  readonly activeLow: boolean;
  /** `fail-secure`: energised to release (a strike); `fail-safe`: energised to hold (a magnet). */
  readonly failMode: 'fail-secure' | 'fail-safe';
  /** How the lock is left before the first order, and once the controller is gone. */
  readonly safeState: 'secured' | 'released';
}

export interface ContactWiring {
  readonly ref: LineRef;
  /** The contact says yes by the low voltage: open, locked, pressed, alarm, tampered with. */
  readonly activeLow: boolean;
  readonly debounceMs: number;
}

export interface GpioDoorParts {
  readonly door: DoorId;
  readonly strike: StrikeWiring;
  readonly contacts: Readonly<Partial<Record<Contact, ContactWiring>>>;
  /** The backend that this device is configured to use. @throws GpioFault where it cannot work */
  readonly backend: () => Gpio;
  readonly watchdog: Pick<GpioWatchdog, 'guard' | 'safe'>;
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  /** What this door's fire input says is heard by the doors that follow it. */
  readonly onFire: (active: boolean) => void;
}

type Part = 'strike' | Contact;

/** How soon what could not be opened, or has been lost, is tried again. */
const tryAgainMs = 5_000;
/** How often the relay is looked at, in case another program moves it. */
const lookMs = 1_000;

const names: Readonly<Record<Part, string>> = {
  strike: 'relay',
  monitor: 'door monitor',
  lockMonitor: 'lock monitor',
  rex: 'request to exit',
  fire: 'fire input',
  tamper: 'tamper contact',
};

export class GpioDoor implements DoorHardware {
  readonly simulated = false;
  readonly settles = 'atOnce';
  readonly opensUnasked = false;
  readonly door: DoorId;
  readonly #parts: GpioDoorParts;
  readonly #watches = new Map<Contact, ContactWatch>();
  readonly #timers: NamedTimers<Part>;
  /** What is wrong with each part, as a sentence without its full stop. */
  readonly #problems = new Map<Part, string>();
  readonly #deaf = new Set<Contact>();
  #strike: GpioOutput | undefined;
  #listener: ((input: DoorHardwareInput) => void) | undefined;
  /** What the fire input says that this door follows; `undefined` before its first word. */
  #fireElsewhere: boolean | undefined;
  /** The latest order; before the first, the safe state. */
  #released: boolean;

  constructor(parts: GpioDoorParts) {
    this.door = parts.door;
    this.#parts = parts;
    this.#timers = new NamedTimers(parts.timers);
    this.#released = parts.strike.safeState === 'released';
  }

  get hasMonitor(): boolean {
    return this.#parts.contacts.monitor !== undefined;
  }

  start(listener: (input: DoorHardwareInput) => void): void {
    this.#listener = listener;
    this.#attempt('strike', () => this.#openStrike());
    for (const contact of Object.keys(this.#parts.contacts) as Contact[]) this.#watch(contact);
    if (this.#fireElsewhere !== undefined) this.#tell(inputOf('fire', this.#fireElsewhere));
    this.#look();
  }

  /** What the fire input says that this door follows, wired to another one; also before the start. */
  fireElsewhere(active: boolean): void {
    this.#fireElsewhere = active;
    this.#tell(inputOf('fire', active));
  }

  release(): void {
    this.#order(true);
  }

  secure(): void {
    this.#order(false);
  }

  close(): void {
    this.#listener = undefined;
    this.#timers.cancelAll();
    for (const watch of this.#watches.values()) watch.close();
    try {
      this.#strike?.set(this.#isEnergised(this.#parts.strike.safeState === 'released'));
      if (this.#strike !== undefined) this.#parts.watchdog.safe(this.door);
    } catch {
      // There is nobody left to tell; the watchdog, or the next start, tries again.
    }
    this.#strike?.close();
    this.#strike = undefined;
  }

  #isEnergised(released: boolean): boolean {
    return released === (this.#parts.strike.failMode === 'fail-secure');
  }

  #order(released: boolean): void {
    this.#released = released;
    if (this.#strike === undefined) throw new Error(this.#problems.get('strike') ?? 'the relay is not open');
    this.#strike.set(this.#isEnergised(released));
  }

  #openStrike(): void {
    const { strike, backend, watchdog } = this.#parts;
    const { ref, activeLow } = strike;
    const output = backend().openOutput(ref, { activeLow, active: this.#isEnergised(this.#released) });
    this.#strike = output;
    watchdog.guard(this.door, output.order(this.#isEnergised(strike.safeState === 'released')));
  }

  /** Another program may move a line of sysfs; a chip on a cable may vanish, and come back without what was set. */
  #look(): void {
    this.#later('strike', this.#strike === undefined ? tryAgainMs : lookMs, () => {
      let mended = false;
      const well = this.#attempt('strike', () => {
        mended = !this.#stands();
        if (this.#strike === undefined) this.#openStrike();
        else if (mended) this.#order(this.#released);
      });
      // An order that had been refused has been obeyed now.
      if (well && mended) this.#tell({ kind: 'obeyed', released: this.#released });
      this.#look();
    });
  }

  #stands(): boolean {
    try {
      return this.#strike?.read() === this.#isEnergised(this.#released);
    } catch (error) {
      this.#strike?.close();
      this.#strike = undefined;
      throw error;
    }
  }

  #watch(contact: Contact): void {
    const { contacts, backend, timers, monotonicMs } = this.#parts;
    const wiring = contacts[contact];
    if (wiring === undefined) return;
    const letsOut = contact === 'rex' || contact === 'fire';
    let level: boolean | undefined;
    this.#attempt(contact, () => {
      const watch = new ContactWatch(
        { gpio: backend(), timers, monotonicMs, letsOut, ...wiring },
        {
          onLevel: (active) => this.#level(contact, active),
          onChattering: (on) => this.#problem(contact, on ? chatters(contact, wiring.ref) : undefined),
          onFault: (fault) => {
            this.#problem(contact, problemOf(contact, fault));
            this.#dead(contact);
          },
        },
      );
      level = watch.start();
      this.#watches.set(contact, watch);
    });
    if (level === undefined) this.#dead(contact);
    else this.#level(contact, level);
  }

  #level(contact: Contact, active: boolean): void {
    if (this.#deaf.delete(contact)) this.#tell({ kind: 'line', contact, fault: undefined });
    this.#tell(inputOf(contact, active));
    if (contact === 'fire') this.#parts.onFire(active);
  }

  /** Nobody knows how the contact stands. Not said of the fire input: a driver that is lost must release no door. */
  #dead(contact: Contact): void {
    this.#watches.delete(contact);
    if (contact !== 'fire' && !this.#deaf.has(contact)) {
      this.#deaf.add(contact);
      this.#tell({ kind: 'line', contact, fault: 'cut' });
    }
    this.#later(contact, tryAgainMs, () => this.#watch(contact));
  }

  #later(part: Part, ms: number, run: () => void): void {
    if (this.#listener !== undefined) this.#timers.start(part, ms, run);
  }

  /** Whether it could be done; otherwise, what is wrong has been told. */
  #attempt(part: Part, work: () => void): boolean {
    try {
      work();
    } catch (error) {
      this.#problem(part, problemOf(part, faultOf(error)));
      return false;
    }
    this.#problem(part, undefined);
    return true;
  }

  #problem(part: Part, problem: string | undefined): void {
    if (problem === this.#problems.get(part)) return;
    if (problem === undefined) this.#problems.delete(part);
    else this.#problems.set(part, problem);
    const all = [...this.#problems.values()];
    this.#tell({ kind: 'fault', problem: all.length === 0 ? undefined : all.join('; ') });
  }

  #tell(input: DoorHardwareInput): void {
    this.#listener?.(input);
  }
}

const problemOf = (part: Part, { message }: GpioFault): string => `${names[part]}: ${message}`;

const chatters = (contact: Contact, ref: LineRef): string =>
  `${names[contact]}: ${nameOf(ref)} chatters; look for a loose wire`;

function inputOf(contact: Contact, active: boolean): DoorHardwareInput {
  switch (contact) {
    case 'monitor':
      return { kind: 'monitor', open: active };
    case 'lockMonitor':
      return { kind: 'lockMonitor', locked: active };
    case 'rex':
    case 'fire':
    case 'tamper':
      return { kind: contact, active };
    default:
      return contact satisfies never;
  }
}
