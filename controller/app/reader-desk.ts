/**
 * The readers of this console: what they read goes to the access decision, the answer goes back to the person who stands
 * there, and how they stand is recorded. What holds:
 *
 * - A code that opens nothing is answered at one time, whatever the reason; each reader's keypad has a guess budget of its own.
 * - One read of a card is one request, however long it lies there.
 * - Where card and code are wanted, the card waits for the code at this reader, for a while, and is then forgotten.
 */

import type { DoorMode } from '../core/access/facts.ts';
import type { DoorId } from '../core/dataset.ts';
import { bitsForm, textForm } from '../core/hash-forms.ts';
import {
  newStanding,
  type ReaderStanding,
  settleWithinMs,
  stepStanding,
} from '../core/reader/reader-status.ts';
import { type LastRead, takeRead } from '../core/reader/repeated-reads.ts';
import type { Presented } from '../ports/access-control.ts';
import type { Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { StorageFault } from '../ports/journal.ts';
import type {
  DecodedCard,
  ReaderAccess,
  ReaderDevice,
  ReaderInput,
  ReaderLine,
  ReaderStatus,
} from '../ports/reader.ts';
import type { Log } from './log.ts';
import { ReaderAnswers, type ReaderSetup } from './reader-answers.ts';
import { type ReaderPlace, readerEvent, standingEvent } from './reader-events.ts';
import { type KeyedReader, type KeyOutcome, ReaderKeyWindow } from './reader-key-window.ts';
import { ReaderSteadiness } from './reader-steadiness.ts';
import type { Recorder } from './recorder.ts';

/** For a person to put the card away and find the keys; for one who needs longer, to hold it there again. */
const codeWithinMs = 20_000;

export interface ReaderDeskParts {
  readonly readers: ReadonlyMap<string, ReaderSetup>;
  readonly access: ReaderAccess;
  readonly recorder: Pick<Recorder, 'commit'>;
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  readonly log: Log;
  readonly onChange: () => void;
}

type ShownRead =
  | {
      readonly kind: 'shown';
      readonly presented: Exclude<Presented, { kind: 'code' }>;
      readonly card?: DecodedCard;
    }
  | { readonly kind: 'refused'; readonly why: 'unknownReader' | 'busy' | 'nothingRead' };

interface Desk {
  readonly steadiness: ReaderSteadiness;
  standing: ReaderStanding;
  last: readonly LastRead[];
  /** A card that waits for its code. */
  held: { readonly card: Presented; readonly timer: { cancel(): void } } | undefined;
  tamper: boolean;
  power: boolean;
  device: ReaderDevice | undefined;
  settling: { cancel(): void } | undefined;
  /** Somebody enrols a card: the next read is shown to them, and opens nothing. */
  showTo: ((read: ShownRead) => void) | undefined;
}

export class ReaderDesk {
  readonly #parts: ReaderDeskParts;
  readonly #desks: ReadonlyMap<string, Desk>;
  readonly #answers: ReaderAnswers;
  readonly #keys: ReaderKeyWindow;
  #closed = false;

  constructor(parts: ReaderDeskParts) {
    this.#parts = parts;
    this.#desks = new Map(
      parts.readers.entries().map(([reader, { door }]) => [
        reader,
        {
          steadiness: new ReaderSteadiness({
            place: { reader, door },
            timers: parts.timers,
            monotonicMs: parts.monotonicMs,
            record: (events) => void this.#record(events),
          }),
          standing: newStanding(parts.monotonicMs()),
          last: [],
          held: undefined,
          tamper: false,
          power: false,
          device: undefined,
          settling: undefined,
          showTo: undefined,
        },
      ]),
    );
    this.#answers = new ReaderAnswers(parts.readers, parts.timers);
    this.#keys = new ReaderKeyWindow({
      timers: parts.timers,
      find: (reader) => this.#find(reader),
      record: (event) => this.#record([event]),
      fail: (reader, why) => this.#take(reader, { kind: 'keyFailed', why }),
    });
  }

  start(): void {
    for (const [reader, desk] of this.#desks) this.#settleLater(reader, desk);
    for (const line of this.#lines()) line.start((reader, input) => this.#take(reader, input));
  }

  /** From now on nothing is presented or shown; the lines may take their time. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const desk of this.#desks.values()) {
      desk.held?.timer.cancel();
      desk.settling?.cancel();
      desk.steadiness.close();
      desk.showTo?.({ kind: 'refused', why: 'nothingRead' });
    }
    this.#answers.close();
    this.#keys.close();
    await Promise.all([...this.#lines()].map((line) => line.close()));
  }

  status(): readonly ReaderStatus[] {
    return [...this.#desks].map(([id, { standing, tamper, power, device }]) => {
      const setup = this.#parts.readers.get(id);
      return {
        id,
        door: setup?.door ?? '',
        state: standing.state,
        keyed: setup?.line.keying !== undefined,
        ...(standing.problem === undefined ? {} : { problem: standing.problem }),
        ...(tamper ? { tamper } : {}),
        ...(power ? { powerFailing: power } : {}),
        ...(device === undefined ? {} : { device }),
      };
    });
  }

  commission(reader: string, windowMs: number, gone: AbortSignal): Promise<KeyOutcome> {
    return this.#keys.commission(reader, windowMs, gone);
  }

  rotate(reader: string): Promise<KeyOutcome> {
    return this.#keys.rotate(reader);
  }

  /** What the next card or tag at this reader is, for the building file: presented to nobody else, unless who asked has `gone`. */
  readNext(reader: string, withinMs: number, gone: AbortSignal): Promise<ShownRead> {
    const desk = this.#desks.get(reader);
    if (desk === undefined) return Promise.resolve({ kind: 'refused', why: 'unknownReader' });
    if (desk.showTo !== undefined) return Promise.resolve({ kind: 'refused', why: 'busy' });
    const { promise, resolve } = Promise.withResolvers<ShownRead>();
    const nothingRead = (): void => desk.showTo?.({ kind: 'refused', why: 'nothingRead' });
    const timer = this.#parts.timers.after(withinMs, nothingRead);
    gone.addEventListener('abort', nothingRead);
    desk.showTo = (read) => {
      desk.showTo = undefined;
      gone.removeEventListener('abort', nothingRead);
      timer.cancel();
      resolve(read);
    };
    return promise;
  }

  doorStands(door: DoorId, mode: DoorMode): void {
    this.#answers.doorStands(door, mode);
  }

  #take(reader: string, input: ReaderInput): void {
    const desk = this.#desks.get(reader);
    if (desk === undefined || this.#closed) return;
    switch (input.kind) {
      case 'read':
        this.#read(reader, desk, input);
        return;
      case 'misread':
        this.#answers.show(reader, 'misread');
        return;
      case 'state':
        this.#stand(reader, desk, input);
        return;
      case 'tamper':
      case 'power':
        if (desk[input.kind] === input.failing) return;
        desk[input.kind] = input.failing;
        desk.steadiness.tell(input.kind, readerEvent(input, this.#place(reader)));
        this.#parts.onChange();
        return;
      case 'device':
        desk.device = input.device;
        return;
      case 'alarm':
        desk.steadiness.tell('alarm', readerEvent(input, this.#place(reader)));
        return;
      case 'keyed':
        desk.device = input.device;
        this.#record([readerEvent(input, this.#place(reader))]);
        this.#keys.ended(reader, { kind: 'keyed', device: input.device });
        return;
      case 'keyFailed':
        this.#record([readerEvent(input, this.#place(reader))]);
        this.#keys.ended(reader, { kind: 'failed', why: input.why });
        return;
      default:
        input satisfies never;
    }
  }

  #find(reader: string): KeyedReader | undefined {
    const setup = this.#parts.readers.get(reader);
    if (setup === undefined) return undefined;
    const isOnline = this.#desks.get(reader)?.standing.state === 'online';
    return { place: { reader, door: setup.door }, line: setup.line, isOnline };
  }

  #read(
    reader: string,
    desk: Desk,
    { presented, card }: Extract<ReaderInput, { readonly kind: 'read' }>,
  ): void {
    if (presented.kind === 'code') {
      this.#typed(reader, desk, presented.digits);
      return;
    }
    const read = { form: formOf(presented), atMs: this.#parts.monotonicMs() };
    const { last, fresh } = takeRead(desk.last, read);
    desk.last = last;
    if (!fresh) return;
    if (desk.showTo !== undefined) {
      desk.showTo({ kind: 'shown', presented, ...(card === undefined ? {} : { card }) });
      return;
    }
    const at = this.#at(reader);
    if (this.#parts.access.authenticationAt(at.door) === 'cardAndCode') {
      this.#parts.access.cardSeen(at, presented);
      this.#hold(reader, desk, presented);
    } else {
      this.#answers.answer(reader, this.#parts.access.present(at, presented));
    }
  }

  #typed(reader: string, desk: Desk, digits: string): void {
    const { access } = this.#parts;
    const at = this.#at(reader);
    const card = this.#drop(desk);
    this.#answers.typed(reader, () =>
      card === undefined
        ? access.present(at, { kind: 'code', digits })
        : access.presentCardAndCode(at, card, digits),
    );
  }

  #hold(reader: string, desk: Desk, card: Presented): void {
    this.#drop(desk);
    const timer = this.#parts.timers.after(codeWithinMs, () => {
      desk.held = undefined;
    });
    desk.held = { card, timer };
    this.#answers.show(reader, 'codeWanted');
  }

  #drop(desk: Desk): Presented | undefined {
    const { held } = desk;
    desk.held = undefined;
    held?.timer.cancel();
    return held?.card;
  }

  #stand(
    reader: string,
    desk: Desk,
    change: Omit<Extract<ReaderInput, { kind: 'state' }>, 'kind'> | undefined,
  ): void {
    const { standing, news } = stepStanding(
      desk.standing,
      change && {
        state: change.state,
        ...(change.problem === undefined ? {} : { problem: change.problem }),
      },
      this.#parts.monotonicMs(),
    );
    const changed = standing.state !== desk.standing.state || news !== undefined;
    desk.standing = standing;
    if (standing.state !== 'online') this.#drop(desk);
    if (news !== undefined)
      desk.steadiness.tell('standing', standingEvent(news, this.#place(reader), standing.problem));
    if (standing.state !== 'online' && standing.state !== standing.fault) this.#settleLater(reader, desk);
    if (changed) this.#parts.onChange();
  }

  #settleLater(reader: string, desk: Desk): void {
    desk.settling?.cancel();
    desk.settling = this.#parts.timers.after(settleWithinMs, () => this.#stand(reader, desk, undefined));
  }

  #at(reader: string): { readonly door: DoorId; readonly accessPoint: string } {
    return { door: this.#place(reader).door, accessPoint: `reader-${reader}` };
  }

  #place(reader: string): ReaderPlace {
    const setup = this.#parts.readers.get(reader);
    if (setup === undefined) throw new RangeError(`there is no reader ${reader}`);
    return { reader, door: setup.door };
  }

  /** Whether they are on disk. */
  #record(events: readonly EventDraft[]): boolean {
    try {
      this.#parts.recorder.commit(events);
      return true;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, "a reader's event could not be committed");
      return false;
    }
  }

  #lines(): ReadonlySet<ReaderLine> {
    return new Set(this.#parts.readers.values().map(({ line }) => line));
  }
}

const formOf = (presented: Exclude<Presented, { kind: 'code' }>): string =>
  presented.kind === 'bits' ? bitsForm(presented.bits, presented.hex) : textForm(presented.line);
