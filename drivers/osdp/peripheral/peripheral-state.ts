/** A simulated peripheral (PD): reader, keypad, inputs and outputs. */

import { nothingPending } from '../frame/parser.ts';
import type { Command } from '../messages/command.ts';
import type { Key } from '../messages/keypad.ts';
import type { Capability } from '../messages/pdcap.ts';
import type { PdId } from '../messages/pdid.ts';
import type { Reply } from '../messages/reply.ts';
import type { LocalStatus, ReaderState } from '../messages/status.ts';
import type { Session } from '../secure/session.ts';
import type { SessionKeys } from '../secure/session-keys.ts';
import type { Fault } from './faults.ts';

export interface PeripheralSettings {
  readonly address: number;
  readonly id: PdId;
  /** 8 bytes. */
  readonly cuid: Uint8Array;
  readonly capabilities: readonly Capability[];
  /** Absent: in installation mode, where SCBK-D is taken. */
  readonly scbk?: Uint8Array;
  readonly inputs: number;
  readonly outputs: number;
}

interface Output {
  readonly on: boolean;
  /** Then it goes back to the other state. */
  readonly untilMs?: number;
}

export type PeripheralChannel =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'challenged';
      readonly keys: SessionKeys;
      readonly rndA: Uint8Array;
      readonly rndB: Uint8Array;
    }
  | { readonly kind: 'up'; readonly session: Session };

export interface PeripheralState {
  readonly settings: PeripheralSettings;
  readonly address: number;
  readonly scbk: Uint8Array | undefined;
  readonly pending: Uint8Array;
  readonly channel: PeripheralChannel;
  /** Of the last command; undefined since the power came. */
  readonly sequence: number | undefined;
  /** The last command as it came, and its answer: a repeated one gets the same again. */
  readonly last: { readonly command: string; readonly reply: Uint8Array } | undefined;
  readonly heardMs: number;
  /** What the next polls will hear, in order. */
  readonly reports: readonly Reply[];
  readonly local: LocalStatus;
  readonly readers: readonly ReaderState[];
  readonly inputs: readonly boolean[];
  readonly outputs: readonly Output[];
  readonly fault: Fault | undefined;
  /** So many more answers are at fault. */
  readonly faultTimes: number;
}

/** What a person does to it. */
export type PeripheralAction =
  | { readonly kind: 'press'; readonly keys: readonly Key[] }
  | { readonly kind: 'card'; readonly bits: number; readonly data: Uint8Array }
  | { readonly kind: 'tamper'; readonly tamper: boolean }
  | { readonly kind: 'input'; readonly input: number; readonly active: boolean }
  | { readonly kind: 'powerCut' }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly times: number };

export type PeripheralEffect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly afterMs: number }
  /** It was told to, and did: lights, sounds, texts, outputs, keys. */
  | { readonly kind: 'did'; readonly command: Command };

export interface PeripheralStep {
  readonly state: PeripheralState;
  readonly effects: readonly PeripheralEffect[];
}

export const newPeripheral = (settings: PeripheralSettings): PeripheralState => ({
  settings,
  address: settings.address,
  scbk: settings.scbk,
  pending: nothingPending,
  channel: { kind: 'none' },
  sequence: undefined,
  last: undefined,
  heardMs: 0,
  reports: [],
  local: { tamper: false, powerFailure: false },
  readers: ['normal'],
  inputs: Array.from({ length: settings.inputs }, () => false),
  outputs: Array.from({ length: settings.outputs }, () => ({ on: false })),
  fault: undefined,
  faultTimes: 0,
});
