import type { DenyReason } from '../core/access/decision.ts';
import type { DoorId } from '../core/dataset.ts';

/** What a keypad or reader took in, before hashing. Never logged, never stored. */
export type Presented =
  /** Digits typed at a keypad, submitted by `#` or Enter. */
  | { readonly kind: 'code'; readonly digits: string }
  /** Bits of a card, fob or tag: left-aligned hex. */
  | { readonly kind: 'bits'; readonly bits: number; readonly hex: string }
  /** A tag sent as a line of text. */
  | { readonly kind: 'text'; readonly line: string };

export interface Sentence {
  readonly en: string;
  readonly fr: string;
}

export interface AccessAnswer {
  readonly outcome: 'grant' | 'deny';
  /** For programs and the log; people get `sentence`. */
  readonly reason?: DenyReason | 'storageFault' | 'doorFault';
  /** The committed event; absent when the disk refused it, and then nothing opened. */
  readonly seq?: number;
  readonly sentence: Sentence;
  /** Of a grant: how long this person may open the door. */
  readonly opensForMs?: number;
}

/** Where credentials come in. Synchronous: decided, committed and acted upon when it returns. */
export interface AccessControl {
  present(at: { readonly door: DoorId; readonly accessPoint: string }, presented: Presented): AccessAnswer;
}
