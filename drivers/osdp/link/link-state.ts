/** One peripheral as the panel sees it. */
import type { Command } from '../messages/command.ts';
import type { KeyPresses } from '../messages/keypad.ts';
import type { PdId } from '../messages/pdid.ts';
import type { Reply } from '../messages/reply.ts';
import type { LocalStatus, ReaderState } from '../messages/status.ts';
import type { Agreed, HandshakeRefusal, KeyChoice } from '../secure/handshake.ts';
import type { Session, SessionRefusal } from '../secure/session.ts';

export interface PdIdentity extends PdId {
  /** The client's unique id from the handshake, lowercase hex. */
  readonly cuid: string;
}

/** What must not change without an operator; the firmware may. */
type PinnedIdentity = Pick<PdIdentity, 'cuid' | 'vendor' | 'model' | 'serial'>;

export interface LinkSettings {
  /** 0–0x7E. */
  readonly address: number;
  readonly baudRate: number;
  readonly pollEveryMs: number;
  /** The base key, 16 bytes. Absent: never commissioned; nothing that it says is believed. */
  readonly scbk?: Uint8Array;
  /** A key that was on its way when the controller stopped: the peripheral may have it or not. */
  readonly nextScbk?: Uint8Array;
  /** How that key was on its way; absent: `rotated` where there is a key in use. A reader that was being commissioned may be another one. */
  readonly nextHow?: 'commissioned' | 'rotated';
  readonly pinned?: PinnedIdentity;
}

/**
 * `uncommissioned`: answers, and there is no key. `securing`: answers, no channel yet. `refused`: answers, and not as it
 * must. Only from an `online` peripheral come cards, keys and states.
 */
export type LinkStatus = 'offline' | 'uncommissioned' | 'securing' | 'refused' | 'online';

export type LinkRefusal =
  | HandshakeRefusal
  | SessionRefusal
  /** It would not set up a channel: by policy there is nothing without one. */
  | 'secureChannelRefused'
  | 'identityChanged'
  /** Not an answer to what was asked. */
  | 'unexpectedReply'
  | 'malformedReply';

/** What an application may ask for. Keys and handshakes are the link's own. */
type RequestCommand = Exclude<
  Command,
  { readonly kind: 'POLL' | 'ID' | 'CAP' | 'KEYSET' | 'CHLNG' | 'SCRYPT' }
>;

export interface LinkRequest {
  /** The application's, returned with the outcome. */
  readonly id: string;
  readonly command: RequestCommand;
}

export type RequestFailure = 'offline' | 'channelLost' | 'queueFull' | 'tooLong' | 'unexpectedReply';

export type LinkReport =
  | { readonly kind: 'status'; readonly status: LinkStatus; readonly cause: string }
  | { readonly kind: 'refused'; readonly refusal: LinkRefusal }
  | { readonly kind: 'identity'; readonly identity: PdIdentity }
  /** Left-aligned lowercase hex: `bitsForm` takes it as it is. */
  | { readonly kind: 'card'; readonly reader: number; readonly bits: number; readonly hex: string }
  | ({ readonly kind: 'keys' } & KeyPresses)
  | ({ readonly kind: 'local' } & LocalStatus)
  | { readonly kind: 'inputs' | 'outputs'; readonly active: readonly boolean[] }
  | { readonly kind: 'readers'; readonly readers: readonly ReaderState[] }
  | { readonly kind: 'answered'; readonly id: string; readonly reply: Reply }
  | {
      readonly kind: 'failed';
      readonly id: string;
      readonly why: RequestFailure | { readonly nak: number };
    }
  /** This new key is in use. Keep it, and forget the one before. */
  | {
      readonly kind: 'keyed';
      readonly how: 'commissioned' | 'rotated';
      readonly key: Uint8Array;
      readonly identity: PdIdentity;
    }
  /** The key before is still the right one. */
  | { readonly kind: 'keyFailed'; readonly why: 'notOnline' | 'windowClosed' | 'notTaken' };

export type Phase =
  /** ID in clear at sequence 0, which restarts the link. Its answer only says that somebody is there. */
  | { readonly kind: 'probing' }
  | { readonly kind: 'challenging'; readonly choice: KeyChoice }
  | { readonly kind: 'challenged'; readonly choice: KeyChoice; readonly rndA: Uint8Array }
  | { readonly kind: 'proving'; readonly choice: KeyChoice; readonly agreed: Agreed }
  | {
      readonly kind: 'secured';
      readonly choice: KeyChoice;
      readonly cuid: string;
      readonly session: Session;
      /** Comes before requests and polls. */
      readonly agenda: readonly Command[];
    };

/** The command whose answer is awaited or, after silence, that will be repeated as it was. */
export interface Outstanding {
  readonly command: Command;
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly tries: number;
  readonly sentAtMs: number;
  readonly busySinceMs?: number;
  readonly request?: string;
  /** In a secured phase: from which the answer is opened. */
  readonly session?: Session;
}

export interface LinkState {
  readonly settings: LinkSettings;
  readonly scbk: Uint8Array | undefined;
  /** Sent, or about to be; `tries` counts handshakes since. */
  readonly next:
    | { readonly key: Uint8Array; readonly how: 'commissioned' | 'rotated'; readonly tries: number }
    | undefined;
  /** An operator lets this one reader have its key over SCBK-D until then. */
  readonly window: { readonly newKey: Uint8Array; readonly untilMs: number } | undefined;
  readonly pinned: PinnedIdentity | undefined;
  readonly phase: Phase;
  /** Of the next new command. */
  readonly sequence: number;
  readonly outstanding: Outstanding | undefined;
  readonly requests: readonly LinkRequest[];
  /** When it wants the line. */
  readonly dueMs: number;
  readonly status: LinkStatus;
  readonly onlineSinceMs: number | undefined;
  /** When it last answered while it was online. */
  readonly heardMs: number;
  /** Channels lost or refused in a row. */
  readonly failures: number;
  /** Refusals that have been reported since it was last online or offline. */
  readonly told: readonly LinkRefusal[];
  /** Silent ones in a row. */
  readonly probes: number;
  readonly slowestReplyMs: number;
  /** The last state of each kind, as reported. */
  readonly reported: Readonly<Record<string, string>>;
}

export type LinkEffect =
  | { readonly kind: 'transmit'; readonly bytes: Uint8Array; readonly timeoutMs: number }
  /** The exchange is over: the line is somebody else's. */
  | { readonly kind: 'free' }
  | { readonly kind: 'report'; readonly report: LinkReport };

export interface LinkStep {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

export function newLink(settings: LinkSettings): LinkState {
  const { scbk, nextScbk, nextHow, pinned } = settings;
  return {
    settings,
    scbk,
    next:
      nextScbk === undefined
        ? undefined
        : { key: nextScbk, how: nextHow ?? (scbk === undefined ? 'commissioned' : 'rotated'), tries: 0 },
    window: undefined,
    pinned,
    phase: { kind: 'probing' },
    sequence: 0,
    outstanding: undefined,
    requests: [],
    dueMs: 0,
    status: 'offline',
    onlineSinceMs: undefined,
    heardMs: Number.NEGATIVE_INFINITY,
    failures: 0,
    told: [],
    probes: 0,
    slowestReplyMs: 0,
    reported: {},
  };
}

export const report = (of: LinkReport): LinkEffect => ({ kind: 'report', report: of });
