/** Opening signed messages: nothing of a message is used before every check here has passed. */
import type { KeyObject } from 'node:crypto';
import { isSignedBy, parseJws, type UnverifiedJws } from './jws.ts';
import { isWithin, type KeyRing, type KeyTime } from './keys.ts';
import { limits } from './limits.ts';
import {
  type DownPayload,
  downMessages,
  type SignedDownName,
  type SignedUpName,
  type UpPayload,
  upMessages,
  type Welcome,
} from './messages.ts';
import { readStrictJson } from './strict-json.ts';

type OpenRefusal =
  | 'oversize'
  | 'malformed'
  | 'type'
  | 'unknownKey'
  | 'role'
  | 'keyTime'
  | 'signature'
  | 'schema'
  | 'audience';

export type Opened<T> =
  | { readonly kind: 'message'; readonly payload: T }
  | { readonly kind: 'refused'; readonly reason: OpenRefusal };

const refused = (reason: OpenRefusal): { kind: 'refused'; reason: OpenRefusal } => ({
  kind: 'refused',
  reason,
});

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

function readPayload<T>(jws: UnverifiedJws, schema: Schema<T>): T | undefined {
  const json = readStrictJson(jws.payload);
  if (json.kind === 'refused') return undefined;
  const parsed = schema.safeParse(json.value);
  return parsed.success ? parsed.data : undefined;
}

function signerOf(jws: UnverifiedJws, signer: string, ring: KeyRing, time: KeyTime): KeyObject | OpenRefusal {
  if (signer === 'root') return jws.kid === ring.root.kid ? ring.root.key : 'unknownKey';
  const trusted = ring.keys.get(jws.kid);
  if (trusted === undefined) return 'unknownKey';
  if (!trusted.roles.some((role) => role === signer)) return 'role';
  return isWithin(trusted, time) ? trusted.key : 'keyTime';
}

/**
 * By a welcome's time keys are judged from then on. One outside its own key's validity is from a clock that is wrong: whoever
 * took it would refuse the right ones, and every denial, for as long as its time stands.
 */
function isOfItsKeysTime(jws: UnverifiedJws, ring: KeyRing, { time }: Welcome): boolean {
  const key = ring.keys.get(jws.kid);
  return key !== undefined && isWithin(key, { nowS: Date.parse(time) / 1_000, notBeforeJudged: true });
}

/** Opens a downward message on the device. `audiences` are `building:<id>` and the device's own id. */
export function openDown<N extends SignedDownName>(
  name: N,
  message: Uint8Array,
  trust: { readonly ring: KeyRing; readonly time: KeyTime; readonly audiences: readonly string[] },
): Opened<DownPayload<N>> {
  if (message.length > limits.message) return refused('oversize');
  const jws = parseJws(message);
  if (jws === undefined) return refused('malformed');
  const { typ, signer, schema } = downMessages[name];
  if (jws.typ !== typ) return refused('type');
  const key = signerOf(jws, signer, trust.ring, trust.time);
  if (typeof key === 'string') return refused(key);
  if (!isSignedBy(jws, key)) return refused('signature');
  const payload = readPayload(jws, schema as unknown as Schema<DownPayload<N>>);
  if (payload === undefined) return refused('schema');
  if (!trust.audiences.includes(payload.aud)) return refused('audience');
  if (name === 'welcome' && !isOfItsKeysTime(jws, trust.ring, payload as Welcome)) return refused('keyTime');
  return { kind: 'message', payload };
}

/** Opens an upward message at the head-end: signed by the device's own key, `kid` and `iss` its id. */
export function openUp<N extends SignedUpName>(
  name: N,
  message: Uint8Array,
  device: { readonly id: string; readonly key: KeyObject },
): Opened<UpPayload<N>> {
  if (message.length > limits.message) return refused('oversize');
  const jws = parseJws(message);
  if (jws === undefined) return refused('malformed');
  const { typ, schema } = upMessages[name];
  if (jws.typ !== typ) return refused('type');
  if (jws.kid !== device.id) return refused('unknownKey');
  if (!isSignedBy(jws, device.key)) return refused('signature');
  const payload = readPayload(jws, schema as unknown as Schema<UpPayload<N>>);
  if (payload === undefined) return refused('schema');
  return payload.iss === device.id ? { kind: 'message', payload } : refused('audience');
}
