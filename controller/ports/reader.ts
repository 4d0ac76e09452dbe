import type { Door, DoorId } from '../core/dataset.ts';
import type { ReaderState } from '../core/reader/reader-status.ts';
import type { ReaderOutcome } from '../core/reader/reader-texts.ts';
import type { AccessAnswer, AccessControl, Presented, Sentence } from './access-control.ts';

/** Something that a panel must refuse, as its driver names it. */
interface ReaderAlarm {
  readonly kind: 'alarm';
  /** `downgrade`: no channel, or one under the key that everybody knows. `identity`: another device. `mac`: a forged or altered message. */
  readonly alarm: 'downgrade' | 'identity' | 'mac' | 'nonsense';
  /** The driver's own word for it. */
  readonly refusal: string;
}

/** What a device says of itself under its own key. */
export interface ReaderDevice {
  readonly vendor: string;
  readonly model: number;
  readonly version: number;
  readonly serial: number;
  readonly firmware: string;
}

/** A card's printed numbers, by the format that its reader is configured for: for people only. */
export interface DecodedCard {
  readonly format: string;
  readonly facility?: string;
  readonly number: string;
}

export type ReaderInput =
  | { readonly kind: 'read'; readonly presented: Presented; readonly card?: DecodedCard }
  /** Parity is wrong: the person presents it again. */
  | { readonly kind: 'misread' }
  | { readonly kind: 'state'; readonly state: ReaderState; readonly problem?: string }
  | { readonly kind: 'tamper' | 'power'; readonly failing: boolean }
  | ReaderAlarm
  /** Who it is, whenever its channel comes up. */
  | { readonly kind: 'device'; readonly device: ReaderDevice }
  | { readonly kind: 'keyed'; readonly how: 'commissioned' | 'rotated'; readonly device: ReaderDevice }
  | { readonly kind: 'keyFailed'; readonly why: KeyFailure };

export type KeyFailure = 'notOnline' | 'windowClosed' | 'notTaken' | 'storage';

/** What the person at the reader sees and hears. */
export interface ReaderFeedback {
  readonly outcome: ReaderOutcome;
  readonly text: Sentence;
  /** Light and text stay for so long; absent: as the outcome's own pattern has it. */
  readonly forMs?: number;
}

/**
 * One line with readers on it. A reader that cannot work says so by `state`; it never becomes a simulated one. Inputs
 * other than `state` come from an authenticated reader only, where the hardware can authenticate.
 */
export interface ReaderLine {
  start(listener: (reader: string, input: ReaderInput) => void): void;
  /** As far as the reader can; nothing waits for it. */
  show(reader: string, feedback: ReaderFeedback): void;
  /** What is shown has ended before its time. */
  endShow(reader: string): void;
  /** Absent: readers without keys. */
  readonly keying?: ReaderKeying;
  close(): Promise<void>;
}

/** Outcomes come as `keyed` and `keyFailed`. */
export interface ReaderKeying {
  /**
   * Lets this one reader, in its installation mode, have a random key of its own within the window, also where the line or
   * the reader is only now put there.
   */
  commission(reader: string, windowMs: number): void;
  /** Nobody waits for it any more. A key that has been sent may still prove itself. */
  closeWindow(reader: string): void;
  /** Another key in place of the one in use; the reader is online. */
  rotate(reader: string): void;
}

/** What must not change without an operator. */
interface PinnedReader {
  /** Lowercase hex, as `vendor`. */
  readonly cuid: string;
  readonly vendor: string;
  readonly model: number;
  readonly serial: number;
}

export interface ReaderSecret {
  /** The key in use. */
  readonly scbk?: Uint8Array;
  /** On its way: the reader may have it or not. */
  readonly next?: { readonly key: Uint8Array; readonly how: 'commissioned' | 'rotated' };
  readonly pinned?: PinnedReader;
}

/** The keys of readers at rest. `keep` returns when it is on disk. */
export interface ReaderKeys {
  get(reader: string): ReaderSecret | undefined;
  /** Every key of every other reader. */
  keysOfOthers(reader: string): readonly Uint8Array[];
  /** @throws ReaderKeysFault; what was kept before still is */
  keep(reader: string, secret: ReaderSecret): void;
}

/** The file with the readers' keys cannot be read or written. */
export class ReaderKeysFault extends Error {
  readonly code = 'readerKeys';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReaderKeysFault';
  }
}

/** Where readers present what they have read. */
export interface ReaderAccess extends AccessControl {
  /** What the door asks for; undefined: the cloud has not told of it. */
  authenticationAt(door: DoorId): Door['authentication'] | undefined;
  presentCardAndCode(
    at: { readonly door: DoorId; readonly accessPoint: string },
    card: Presented,
    digits: string,
  ): AccessAnswer;
  /** A card whose code is awaited: only a lost one is told of. */
  cardSeen(at: { readonly door: DoorId; readonly accessPoint: string }, card: Presented): void;
}

/** For `vestibule status`, `vestibule reader list` and doctor. */
export interface ReaderStatus {
  readonly id: string;
  readonly door: string;
  readonly state: ReaderState;
  readonly problem?: string;
  readonly tamper?: true;
  readonly powerFailing?: true;
  /** Whether it is one that needs a key. */
  readonly keyed: boolean;
  readonly device?: ReaderDevice;
}
