/** Which base keys are keys at all: random, and one reader's only. */
import { keyBytes } from '../messages/keyset.ts';
import { sameBytes } from './aes.ts';
import { defaultBaseKey } from './session-keys.ts';

export type KeyRefusal = 'length' | 'default' | 'repeated' | 'sequential' | 'inUse';

/** `others` are the keys of all other readers. Undefined: nothing is wrong with it. */
export function keyRefusal(key: Uint8Array, others: readonly Uint8Array[]): KeyRefusal | undefined {
  if (key.length !== keyBytes) return 'length';
  if (sameBytes(key, defaultBaseKey)) return 'default';
  if ([1, 2, 4, 8].some((period) => key.every((byte, i) => byte === key[i % period]))) return 'repeated';
  const step = steps(key)[0];
  if (steps(key).every((each) => each === step)) return 'sequential';
  return others.some((other) => sameBytes(key, other)) ? 'inUse' : undefined;
}

const steps = (key: Uint8Array): readonly number[] =>
  Array.from(key.subarray(1), (byte, i) => (byte - (key[i] ?? 0)) & 0xff);
