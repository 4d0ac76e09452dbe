import { type DecodeFailure, isFailure, type Message, noData, replyCodes } from './codes.ts';
import { type Communication, decodeCommunication, encodeCommunication } from './communication.ts';
import { blockBytes, type ClientCryptogram, decodeCcrypt, encodeCcrypt, exactly } from './handshake.ts';
import { decodeKeypad, encodeKeypad, type KeyPresses } from './keypad.ts';
import { type Capability, decodePdCap, encodePdCap } from './pdcap.ts';
import { decodePdId, encodePdId, type PdId } from './pdid.ts';
import { decodeRaw, encodeRaw, type RawCard } from './raw.ts';
import {
  decodeLocalStatus,
  decodePoints,
  decodeReaderStates,
  encodeLocalStatus,
  encodePoints,
  encodeReaderStates,
  type LocalStatus,
  type ReaderState,
} from './status.ts';

export type Reply =
  | { readonly kind: 'ACK' | 'BUSY' }
  /** `nakReasons` in codes.ts, or one that we do not know. */
  | { readonly kind: 'NAK'; readonly reason: number }
  | ({ readonly kind: 'PDID' } & PdId)
  | { readonly kind: 'PDCAP'; readonly capabilities: readonly Capability[] }
  | ({ readonly kind: 'LSTATR' } & LocalStatus)
  | { readonly kind: 'ISTATR' | 'OSTATR'; readonly active: readonly boolean[] }
  | { readonly kind: 'RSTATR'; readonly readers: readonly ReaderState[] }
  | ({ readonly kind: 'RAW' } & RawCard)
  | ({ readonly kind: 'KEYPAD' } & KeyPresses)
  | ({ readonly kind: 'COM' } & Communication)
  | ({ readonly kind: 'CCRYPT' } & ClientCryptogram)
  | { readonly kind: 'RMAC_I'; readonly mac: Uint8Array };

export type ReplyKind = Reply['kind'];

export const encodeReply = (reply: Reply): Message => ({
  code: replyCodes[reply.kind],
  data: dataOf(reply),
});

function dataOf(reply: Reply): Uint8Array {
  switch (reply.kind) {
    case 'ACK':
    case 'BUSY':
      return noData;
    case 'NAK':
      return Uint8Array.of(reply.reason);
    case 'PDID':
      return encodePdId(reply);
    case 'PDCAP':
      return encodePdCap(reply.capabilities);
    case 'LSTATR':
      return encodeLocalStatus(reply);
    case 'ISTATR':
    case 'OSTATR':
      return encodePoints(reply.active);
    case 'RSTATR':
      return encodeReaderStates(reply.readers);
    case 'RAW':
      return encodeRaw(reply);
    case 'KEYPAD':
      return encodeKeypad(reply);
    case 'COM':
      return encodeCommunication(reply);
    case 'CCRYPT':
      return encodeCcrypt(reply);
    case 'RMAC_I':
      return reply.mac;
    default:
      return reply satisfies never;
  }
}

const kinds = new Map<number, ReplyKind>(
  Object.entries(replyCodes).map(([kind, code]) => [code, kind as ReplyKind]),
);

/** What a peripheral said, or what is wrong with it. */
export function decodeReply({ code, data }: Message): Reply | DecodeFailure {
  const kind = kinds.get(code);
  switch (kind) {
    case undefined:
      return 'unknownCommand';
    case 'ACK':
    case 'BUSY':
      return data.length === 0 ? { kind } : 'length';
    case 'NAK':
      // Some reasons bring a byte of detail along.
      return data[0] === undefined ? 'length' : { kind, reason: data[0] };
    case 'PDID':
      return given(decodePdId(data), (id) => ({ kind, ...id }));
    case 'PDCAP':
      return given(decodePdCap(data), (capabilities) => ({ kind, capabilities }));
    case 'LSTATR':
      return given(decodeLocalStatus(data), (status) => ({ kind, ...status }));
    case 'ISTATR':
    case 'OSTATR':
      return { kind, active: decodePoints(data) };
    case 'RSTATR':
      return given(decodeReaderStates(data), (readers) => ({ kind, readers }));
    case 'RAW':
      return given(decodeRaw(data), (card) => ({ kind, ...card }));
    case 'KEYPAD':
      return given(decodeKeypad(data), (presses) => ({ kind, ...presses }));
    case 'COM':
      return given(decodeCommunication(data), (communication) => ({ kind, ...communication }));
    case 'CCRYPT':
      return given(decodeCcrypt(data), (cryptogram) => ({ kind, ...cryptogram }));
    case 'RMAC_I':
      return given(exactly(data, blockBytes), (mac) => ({ kind, mac }));
    default:
      return kind satisfies never;
  }
}

const given = <T extends object>(
  decoded: T | DecodeFailure,
  make: (value: T) => Reply,
): Reply | DecodeFailure => (isFailure(decoded) ? decoded : make(decoded));
