import { type BuzzerControl, decodeBuz, encodeBuz } from './buz.ts';
import { commandCodes, type DecodeFailure, isFailure, type Message, noData, viewOf } from './codes.ts';
import { type Communication, decodeCommunication, encodeCommunication } from './communication.ts';
import { blockBytes, exactly, randomBytes } from './handshake.ts';
import { decodeKeyset, encodeKeyset } from './keyset.ts';
import { decodeLed, encodeLed, type LedControl } from './led.ts';
import { decodeOut, encodeOut, type OutputControl } from './out.ts';
import { decodeText, encodeText, type TextOutput } from './text.ts';

export type Command =
  | {
      readonly kind: 'POLL' | 'ID' | 'CAP' | 'LSTAT' | 'ISTAT' | 'OSTAT' | 'RSTAT' | 'ABORT';
    }
  | { readonly kind: 'OUT'; readonly outputs: readonly OutputControl[] }
  | { readonly kind: 'LED'; readonly leds: readonly LedControl[] }
  | ({ readonly kind: 'BUZ' } & BuzzerControl)
  | ({ readonly kind: 'TEXT' } & TextOutput)
  | ({ readonly kind: 'COMSET' } & Communication)
  | { readonly kind: 'KEYSET'; readonly key: Uint8Array }
  | { readonly kind: 'CHLNG'; readonly rndA: Uint8Array }
  | { readonly kind: 'SCRYPT'; readonly cryptogram: Uint8Array }
  /** Keeps the channel and the reader's field alive for so long (whole milliseconds up to 65,535). */
  | { readonly kind: 'KEEPACTIVE'; readonly forMs: number };

export type CommandKind = Command['kind'];

export const encodeCommand = (command: Command): Message => ({
  code: commandCodes[command.kind],
  data: dataOf(command),
});

function dataOf(command: Command): Uint8Array {
  switch (command.kind) {
    case 'POLL':
    case 'LSTAT':
    case 'ISTAT':
    case 'OSTAT':
    case 'RSTAT':
    case 'ABORT':
      return noData;
    case 'ID':
    case 'CAP':
      // The standard form of the answer.
      return Uint8Array.of(0);
    case 'OUT':
      return encodeOut(command.outputs);
    case 'LED':
      return encodeLed(command.leds);
    case 'BUZ':
      return encodeBuz(command);
    case 'TEXT':
      return encodeText(command);
    case 'COMSET':
      return encodeCommunication(command);
    case 'KEYSET':
      return encodeKeyset(command.key);
    case 'CHLNG':
      return command.rndA;
    case 'SCRYPT':
      return command.cryptogram;
    case 'KEEPACTIVE':
      return Uint8Array.of(command.forMs & 0xff, command.forMs >> 8);
    default:
      return command satisfies never;
  }
}

const kinds = new Map<number, CommandKind>(
  Object.entries(commandCodes).map(([kind, code]) => [code, kind as CommandKind]),
);

/** What a peripheral was told, or what is wrong with it. */
export function decodeCommand({ code, data }: Message): Command | DecodeFailure {
  const kind = kinds.get(code);
  switch (kind) {
    case undefined:
      return 'unknownCommand';
    case 'POLL':
    case 'LSTAT':
    case 'ISTAT':
    case 'OSTAT':
    case 'RSTAT':
    case 'ABORT':
      return data.length === 0 ? { kind } : 'length';
    case 'ID':
    case 'CAP':
      return data.length === 1 ? { kind } : 'length';
    case 'OUT':
      return given(decodeOut(data), (outputs) => ({ kind, outputs }));
    case 'LED':
      return given(decodeLed(data), (leds) => ({ kind, leds }));
    case 'BUZ':
      return given(decodeBuz(data), (buzzer) => ({ kind, ...buzzer }));
    case 'TEXT':
      return given(decodeText(data), (text) => ({ kind, ...text }));
    case 'COMSET':
      return given(decodeCommunication(data), (communication) => ({ kind, ...communication }));
    case 'KEYSET':
      return given(decodeKeyset(data), (key) => ({ kind, key }));
    case 'CHLNG':
      return given(exactly(data, randomBytes), (rndA) => ({ kind, rndA }));
    case 'SCRYPT':
      return given(exactly(data, blockBytes), (cryptogram) => ({ kind, cryptogram }));
    case 'KEEPACTIVE':
      return given(exactly(data, 2), (forMs) => ({ kind, forMs: viewOf(forMs).getUint16(0, true) }));
    default:
      return kind satisfies never;
  }
}

const given = <T extends object>(
  decoded: T | DecodeFailure,
  make: (value: T) => Command,
): Command | DecodeFailure => (isFailure(decoded) ? decoded : make(decoded));
