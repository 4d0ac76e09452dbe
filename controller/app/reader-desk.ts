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
import { type ReaderOutcome, readerTexts } from '../core/reader/reader-texts.ts';
import { type LastRead, takeRead } from '../core/reader/repeated-reads.ts';
import type { AccessAnswer, Presented } from '../ports/access-control.ts';
import type { Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { StorageFault } from '../ports/journal.ts';
import type {
  DecodedCard,
  KeyFailure,
  ReaderAccess,
  ReaderDevice,
  ReaderInput,
  ReaderLine,
  ReaderStatus,
} from '../ports/reader.ts';
import { denialAfterMs } from './denial-time.ts';
import type { Log } from './log.ts';
import { readerEvent, standingEvent } from './reader-events.ts';
import { ReaderSteadiness } from './reader-steadiness.ts';
import type { Recorder } from './recorder.ts';

/** After its window a key that was sent may still prove itself; a rotation takes a second. Then nothing is waited for. */
const afterWindowMs = 5_000;
const rotateWithinMs = 30_000;

const opensToPeople: ReadonlySet<DoorMode> = new Set(['Accessed', 'Unlocked', 'LockedOpen']);

/** For a person to put the card away and find the keys; for one who needs longer, to hold it there again. */
const codeWithinMs = 20_000;

export interface ReaderSetup {
  readonly door: DoorId;
  readonly line: ReaderLine;
}

export interface ReaderDeskParts {
  readonly readers: ReadonlyMap<string, ReaderSetup>;
  readonly access: ReaderAccess;
  readonly recorder: Pick<Recorder, 'commit'>;
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  readonly log: Log;
  readonly onChange: () => void;
}

export type KeyOutcome =
  | { readonly kind: 'keyed'; readonly device: ReaderDevice }
  | { readonly kind: 'failed'; readonly why: KeyFailure }
  /** Another reader's window is open, or this one is not known, has no keys or works with the one that it has. */
  | { readonly kind: 'refused'; readonly why: 'unknownReader' | 'keyless' | 'busy' | 'online' };

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
  /** One window at a time. */
  #keying:
    | {
        readonly reader: string;
        readonly resolve: (outcome: KeyOutcome) => void;
        timer: { cancel(): void };
      }
    | undefined;
  /** Readers that show that their door opens. */
  readonly #green = new Set<string>();
  /** Answers whose time has not come. */
  readonly #late = new Set<{ cancel(): void }>();
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
    for (const timer of this.#late) timer.cancel();
    this.#late.clear();
    if (this.#keying !== undefined) this.#keyed(this.#keying.reader, { kind: 'failed', why: 'notOnline' });
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

  /**
   * A reader that works would be out of service for as long as the window: it is rotated. `gone`: who asked for it is; a
   * window that nobody watches is closed.
   */
  commission(reader: string, windowMs: number, gone: AbortSignal): Promise<KeyOutcome> {
    if (this.#desks.get(reader)?.standing.state === 'online')
      return Promise.resolve({ kind: 'refused', why: 'online' });
    return this.#key(reader, { withinMs: windowMs + afterWindowMs, why: 'windowClosed' }, (keying) => {
      const place = this.#place(reader);
      if (!this.#record([{ type: 'ReaderCommissioning', severity: 'notice', ...place, windowMs }])) {
        this.#keyed(reader, { kind: 'failed', why: 'storage' });
        return;
      }
      const asked = this.#keying;
      gone.addEventListener('abort', () => {
        if (asked === undefined || asked !== this.#keying) return;
        asked.timer.cancel();
        asked.timer = this.#endAfter(reader, { withinMs: afterWindowMs, why: 'windowClosed' });
        keying.closeWindow(reader);
      });
      keying.commission(reader, windowMs);
    });
  }

  rotate(reader: string): Promise<KeyOutcome> {
    return this.#key(reader, { withinMs: rotateWithinMs, why: 'notOnline' }, (keying) => {
      if (this.#record([{ type: 'ReaderRotating', severity: 'notice', ...this.#place(reader) }]))
        keying.rotate(reader);
      else this.#keyed(reader, { kind: 'failed', why: 'storage' });
    });
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

  /** `end`: how it ends where nothing more is heard of it. */
  #key(
    reader: string,
    end: { readonly withinMs: number; readonly why: KeyFailure },
    order: (keying: NonNullable<ReaderLine['keying']>) => void,
  ): Promise<KeyOutcome> {
    const setup = this.#parts.readers.get(reader);
    const refused = (why: Extract<KeyOutcome, { kind: 'refused' }>['why']): Promise<KeyOutcome> =>
      Promise.resolve({ kind: 'refused', why });
    if (setup === undefined) return refused('unknownReader');
    if (setup.line.keying === undefined) return refused('keyless');
    if (this.#keying !== undefined) return refused('busy');
    const { promise, resolve } = Promise.withResolvers<KeyOutcome>();
    this.#keying = { reader, resolve, timer: this.#endAfter(reader, end) };
    order(setup.line.keying);
    return promise;
  }

  #endAfter(
    reader: string,
    { withinMs, why }: { readonly withinMs: number; readonly why: KeyFailure },
  ): { cancel(): void } {
    return this.#parts.timers.after(withinMs, () => this.#take(reader, { kind: 'keyFailed', why }));
  }

  #take(reader: string, input: ReaderInput): void {
    const desk = this.#desks.get(reader);
    if (desk === undefined || this.#closed) return;
    switch (input.kind) {
      case 'read':
        this.#read(reader, desk, input);
        return;
      case 'misread':
        this.#show(reader, 'misread');
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
        this.#keyed(reader, { kind: 'keyed', device: input.device });
        return;
      case 'keyFailed':
        this.#record([readerEvent(input, this.#place(reader))]);
        this.#keyed(reader, { kind: 'failed', why: input.why });
        return;
      default:
        input satisfies never;
    }
  }

  #keyed(reader: string, outcome: KeyOutcome): void {
    if (this.#keying?.reader !== reader) return;
    const { resolve, timer } = this.#keying;
    this.#keying = undefined;
    timer.cancel();
    resolve(outcome);
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
      this.#answer(reader, this.#parts.access.present(at, presented));
    }
  }

  #typed(reader: string, desk: Desk, digits: string): void {
    const { access, timers } = this.#parts;
    const at = this.#at(reader);
    const card = this.#drop(desk);
    // Before anything is looked up.
    let late: AccessAnswer | undefined;
    const timer = timers.after(denialAfterMs, () => {
      this.#late.delete(timer);
      if (late !== undefined) this.#answer(reader, late);
    });
    const answer =
      card === undefined
        ? access.present(at, { kind: 'code', digits })
        : access.presentCardAndCode(at, card, digits);
    if (answer.outcome === 'deny') {
      late = answer;
      this.#late.add(timer);
    } else {
      timer.cancel();
      this.#answer(reader, answer);
    }
  }

  #hold(reader: string, desk: Desk, card: Presented): void {
    this.#drop(desk);
    const timer = this.#parts.timers.after(codeWithinMs, () => {
      desk.held = undefined;
    });
    desk.held = { card, timer };
    this.#show(reader, 'codeWanted');
  }

  #drop(desk: Desk): Presented | undefined {
    const { held } = desk;
    desk.held = undefined;
    held?.timer.cancel();
    return held?.card;
  }

  #answer(reader: string, { outcome, reason, opensForMs }: AccessAnswer): void {
    const faulty = reason === 'storageFault' || reason === 'doorFault';
    this.#show(reader, outcome === 'grant' ? 'granted' : faulty ? 'fault' : 'denied', opensForMs);
  }

  /** A reader says no longer that the door opens than it does: it may have relocked behind somebody, or be locked down. */
  doorStands(door: DoorId, mode: DoorMode): void {
    if (opensToPeople.has(mode)) return;
    for (const [reader, setup] of this.#parts.readers)
      if (setup.door === door && this.#green.delete(reader)) setup.line.endShow(reader);
  }

  #show(reader: string, outcome: ReaderOutcome, forMs?: number): void {
    if (outcome === 'granted') this.#green.add(reader);
    else this.#green.delete(reader);
    const feedback = { outcome, text: readerTexts[outcome], ...(forMs === undefined ? {} : { forMs }) };
    this.#parts.readers.get(reader)?.line.show(reader, feedback);
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

  #place(reader: string): { readonly reader: string; readonly door: DoorId } {
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
