/**
 * The readers on one OSDP line, as the controller knows readers: keys become codes, cards are looked at for parity, outcomes
 * become light, sound and text. It brings their keys through in the order that survives a power cut at any moment: on disk
 * first, then to the reader; and the key before is forgotten only when the reader has shown that it has the new one.
 */
import { randomBytes } from 'node:crypto';
import type { Timers } from '../../controller/ports/clock.ts';
import {
  type DecodedCard,
  type ReaderFeedback,
  type ReaderInput,
  type ReaderKeying,
  type ReaderKeys,
  ReaderKeysFault,
  type ReaderLine,
} from '../../controller/ports/reader.ts';
import type { OpenLine } from '../serial/serial-line.ts';
import { entryTimeoutMs, type KeypadEntry, noEntry, stepEntry } from './credentials/keypad-entry.ts';
import { readWiegand, type WiegandCard } from './credentials/wiegand.ts';
import type { WiegandFormat } from './credentials/wiegand-formats.ts';
import { endCommands, feedbackCommands, keyBeep } from './feedback.ts';
import type { LinkRefusal, LinkReport, LinkRequest, LinkSettings } from './link/link-state.ts';
import type { Key } from './messages/keypad.ts';
import { OsdpBus } from './osdp-bus.ts';
import { keyRefusal } from './secure/key-rules.ts';

export interface OsdpReaderSetup {
  readonly name: string;
  readonly address: number;
  readonly reads: readonly ('keypad' | 'card' | 'tag')[];
  /** What its cards may be, by name; none: whatever it reads. */
  readonly formats: Readonly<Record<string, WiegandFormat>>;
  /** The languages of its display, one a row. */
  readonly display: readonly ('en' | 'fr')[];
  /** Whether keys are to sound; false where the keypad does it by itself. */
  readonly keyBeep: boolean;
}

export interface OsdpReadersParts {
  readonly readers: readonly OsdpReaderSetup[];
  readonly baudRate: number;
  readonly pollEveryMs: number;
  readonly open: OpenLine;
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly keys: ReaderKeys;
  readonly log: { warn(fields: object, message: string): void };
}

type Listener = (reader: string, input: ReaderInput) => void;

interface Typing {
  entry: KeypadEntry;
  timer: { cancel(): void } | undefined;
}

export class OsdpReaders implements ReaderLine {
  readonly keying: ReaderKeying;
  readonly #parts: OsdpReadersParts;
  readonly #bus: OsdpBus;
  readonly #typing = new Map<string, Typing>();
  #listener: Listener = () => {};
  /** Undefined before the port was opened for the first time. */
  #lineUp: boolean | undefined;

  constructor(parts: OsdpReadersParts) {
    const { readers, open, timers, nowMs, log } = parts;
    this.#parts = parts;
    this.keying = {
      commission: (reader, windowMs) => this.#commission(reader, windowMs),
      closeWindow: (reader) => {
        const { address } = this.#named(reader);
        this.#bus.feed({ kind: 'order', address, order: { kind: 'closeWindow' } });
      },
      rotate: (reader) => this.#rotate(reader),
    };
    this.#bus = new OsdpBus({
      peripherals: readers.map((reader) => this.#settings(reader)),
      open,
      timers,
      nowMs,
      onReport: (address, report) => this.#take(address, report),
      onLine: (fault) => {
        const before = this.#lineUp;
        this.#lineUp = fault === undefined;
        // Opened for the first time, or anew because of a silence: how each of them stands is told by itself.
        if (this.#lineUp && before !== false) return;
        for (const { name } of readers) {
          this.#listener(
            name,
            fault === undefined
              ? { kind: 'state', state: 'offline' }
              : { kind: 'state', state: 'lineDown', problem: fault.message },
          );
        }
      },
      onNoise: (noisy) => log.warn({ readers: readers.map(({ name }) => name), noisy }, 'noise on a line'),
    });
  }

  start(listener: Listener): void {
    this.#listener = listener;
    this.#bus.start();
  }

  show(reader: string, feedback: ReaderFeedback): void {
    const setup = this.#named(reader);
    for (const command of feedbackCommands(feedback, setup.display)) this.#order(setup, command);
  }

  endShow(reader: string): void {
    const setup = this.#named(reader);
    for (const command of endCommands(setup.display)) this.#order(setup, command);
  }

  async close(): Promise<void> {
    for (const { timer } of this.#typing.values()) timer?.cancel();
    await this.#bus.close();
  }

  #settings({ name, address }: OsdpReaderSetup): LinkSettings {
    const { baudRate, pollEveryMs, keys } = this.#parts;
    const { scbk, next, pinned } = keys.get(name) ?? {};
    return {
      ...{ address, baudRate, pollEveryMs },
      ...(scbk === undefined ? {} : { scbk }),
      ...(next === undefined ? {} : { nextScbk: next.key, nextHow: next.how }),
      ...(pinned === undefined ? {} : { pinned }),
    };
  }

  #order(setup: OsdpReaderSetup, command: LinkRequest['command']): void {
    const order = { kind: 'request', id: command.kind, command } as const;
    this.#bus.feed({ kind: 'order', address: setup.address, order });
  }

  #commission(reader: string, windowMs: number): void {
    const { nowMs, keys } = this.#parts;
    const { address } = this.#named(reader);
    const secret = keys.get(reader);
    // One that is on its way already may have arrived: another in its place could lose the reader.
    const newKey = secret?.next?.key ?? this.#newKey(reader);
    if (!this.#kept(reader, { ...secret, next: { key: newKey, how: 'commissioned' } })) return;
    const order = { kind: 'commission', newKey, untilMs: nowMs() + windowMs } as const;
    this.#bus.feed({ kind: 'order', address, order });
  }

  #rotate(reader: string): void {
    const secret = this.#parts.keys.get(reader);
    const { address } = this.#named(reader);
    if (secret?.next !== undefined) {
      // Whether it has that one is not known yet, and forgetting it could lose the reader.
      this.#listener(reader, { kind: 'keyFailed', why: 'notOnline' });
      return;
    }
    const newKey = this.#newKey(reader);
    if (!this.#kept(reader, { ...secret, next: { key: newKey, how: 'rotated' } })) return;
    this.#bus.feed({ kind: 'order', address, order: { kind: 'rotate', newKey } });
  }

  #newKey(reader: string): Uint8Array {
    const others = this.#parts.keys.keysOfOthers(reader);
    for (;;) {
      const key = new Uint8Array(randomBytes(16));
      if (keyRefusal(key, others) === undefined) return key;
    }
  }

  #kept(reader: string, secret: Parameters<ReaderKeys['keep']>[1]): boolean {
    try {
      this.#parts.keys.keep(reader, secret);
      return true;
    } catch (error) {
      if (!(error instanceof ReaderKeysFault)) throw error;
      this.#parts.log.warn({ reader, fault: error.code }, error.message);
      this.#listener(reader, { kind: 'keyFailed', why: 'storage' });
      return false;
    }
  }

  #take(address: number, report: LinkReport): void {
    const setup = this.#parts.readers.find((reader) => reader.address === address);
    if (setup === undefined) return;
    const { name } = setup;
    switch (report.kind) {
      case 'status':
        if (report.status !== 'online') this.#forget(name);
        // What the line's loss does to each of them has been told.
        if (this.#lineUp === true) this.#listener(name, { kind: 'state', state: report.status });
        return;
      case 'refused':
        this.#listener(name, {
          kind: 'alarm',
          alarm: alarmOf(report.refusal),
          refusal: report.refusal,
        });
        return;
      case 'identity':
        this.#listener(name, { kind: 'device', device: deviceOf(report.identity) });
        return;
      case 'card':
        this.#card(setup, report);
        return;
      case 'keys':
        if (setup.reads.includes('keypad')) this.#keys(setup, report.keys);
        return;
      case 'local':
        this.#listener(name, { kind: 'tamper', failing: report.tamper });
        this.#listener(name, { kind: 'power', failing: report.powerFailure });
        return;
      case 'keyed':
        this.#keyed(name, report);
        return;
      case 'keyFailed':
        this.#keyFailed(name, report.why);
        return;
      case 'inputs':
      case 'outputs':
      case 'readers':
      case 'answered':
      case 'failed':
        // A reader without light or display says so; whoever stands there has the door.
        return;
      default:
        report satisfies never;
    }
  }

  #card(
    { name, reads, formats }: OsdpReaderSetup,
    card: { readonly bits: number; readonly hex: string },
  ): void {
    if (!reads.includes('card') && !reads.includes('tag')) return;
    const judged = Object.entries(formats).map(([format, layout]) => ({
      format,
      read: readWiegand(layout, card),
    }));
    // Bits of another length are somebody's other card: denied as any that nobody knows, and recorded.
    const known = judged.filter(({ read }) => read !== 'length');
    const decoded = known.flatMap(({ format, read }) =>
      typeof read === 'object' ? [{ format, read }] : [],
    )[0];
    if (known.length > 0 && decoded === undefined) {
      this.#listener(name, { kind: 'misread' });
      return;
    }
    const { bits, hex } = card;
    this.#listener(name, {
      kind: 'read',
      presented: { kind: 'bits', bits, hex },
      ...(decoded === undefined ? {} : { card: printed(decoded.format, decoded.read) }),
    });
  }

  #keys(setup: OsdpReaderSetup, keys: readonly Key[]): void {
    const { name } = setup;
    const { nowMs, timers } = this.#parts;
    const typing = this.#typing.get(name) ?? { entry: noEntry, timer: undefined };
    this.#typing.set(name, typing);
    for (const key of keys) {
      const { entry, effects } = stepEntry(typing.entry, { kind: 'key', key, nowMs: nowMs() });
      typing.entry = entry;
      for (const effect of effects) {
        if (effect.kind === 'beep' && setup.keyBeep) this.#order(setup, keyBeep);
        if (effect.kind === 'entered')
          this.#listener(name, { kind: 'read', presented: { kind: 'code', digits: effect.digits } });
      }
    }
    typing.timer?.cancel();
    typing.timer =
      typing.entry.digits === ''
        ? undefined
        : timers.after(entryTimeoutMs, () => {
            typing.entry = noEntry;
          });
  }

  /** Whoever began to type goes on at another time, or is somebody else. */
  #forget(reader: string): void {
    this.#typing.get(reader)?.timer?.cancel();
    this.#typing.delete(reader);
  }

  #keyed(reader: string, { how, key, identity }: Extract<LinkReport, { kind: 'keyed' }>): void {
    const { cuid, vendor, model, serial } = identity;
    // Not kept: both keys still are, and the link finds out again which one the reader has.
    this.#kept(reader, { scbk: key, pinned: { cuid, vendor, model, serial } });
    this.#listener(reader, { kind: 'keyed', how, device: deviceOf(identity) });
  }

  #keyFailed(reader: string, why: Extract<LinkReport, { kind: 'keyFailed' }>['why']): void {
    const { next: _given, ...kept } = this.#parts.keys.get(reader) ?? {};
    this.#kept(reader, kept);
    this.#listener(reader, { kind: 'keyFailed', why });
  }

  #named(reader: string): OsdpReaderSetup {
    const setup = this.#parts.readers.find(({ name }) => name === reader);
    if (setup === undefined) throw new RangeError(`there is no reader ${reader} on this line`);
    return setup;
  }
}

const printed = (format: string, { facility, card }: WiegandCard): DecodedCard => ({
  format,
  ...(facility === undefined ? {} : { facility: String(facility) }),
  number: String(card),
});

const deviceOf = ({
  vendor,
  model,
  version,
  serial,
  firmware,
}: Extract<LinkReport, { kind: 'identity' }>['identity']) => ({ vendor, model, version, serial, firmware });

function alarmOf(refusal: LinkRefusal): 'downgrade' | 'identity' | 'mac' | 'nonsense' {
  switch (refusal) {
    case 'keySelector':
    case 'secureChannelRefused':
    case 'plain':
      return 'downgrade';
    case 'cuidChanged':
    case 'identityChanged':
    case 'cryptogram':
      return 'identity';
    case 'mac':
    case 'padding':
    case 'block':
    case 'handshakeBlock':
    case 'initialMac':
      return 'mac';
    case 'unexpectedReply':
    case 'malformedReply':
      return 'nonsense';
    default:
      return refusal satisfies never;
  }
}
