/**
 * A secure channel that is up, from either end: each message's MAC is the beginning of the next one's. What holds:
 *
 * - Opening needs a MAC that is right for this very place in the conversation: a replay, a message out of turn and a
 *   message of another session all have a wrong one.
 * - A message that was refused leaves the session as it was; who got it ends the session.
 */
import { macBytes, scs } from '../frame/constants.ts';
import type { Frame, ReceivedFrame } from '../frame/frame.ts';
import { encodeFrame } from '../frame/writer.ts';
import type { Message } from '../messages/codes.ts';
import { sameBytes } from './aes.ts';
import { decryptData, encryptData, macOf } from './chain.ts';
import type { SessionKeys } from './session-keys.ts';

export interface Session {
  readonly keys: SessionKeys;
  /** Of the last message, whoever sent it: 16 bytes. */
  readonly mac: Uint8Array;
}

/** `plain`: without protection. `block`: of a type that has no place here. */
export type SessionRefusal = 'plain' | 'block' | 'mac' | 'padding';

export type Opened =
  | { readonly kind: 'opened'; readonly session: Session; readonly message: Message }
  | { readonly kind: 'refused'; readonly refusal: SessionRefusal };

type Envelope = Pick<Frame, 'address' | 'reply' | 'sequence' | 'check'>;

/** @throws FrameTooLongError */
export function seal(
  { keys, mac }: Session,
  envelope: Envelope,
  { code, data }: Message,
): { readonly session: Session; readonly bytes: Uint8Array } {
  const clear = data.length === 0;
  const [bare, withData] = blockTypes(envelope.reply);
  let sent = mac;
  const bytes = encodeFrame(
    {
      ...envelope,
      security: { type: clear ? bare : withData, data: new Uint8Array(0) },
      code,
      data: clear ? data : encryptData(keys, mac, data),
    },
    (covered) => {
      sent = macOf(keys, mac, covered);
      return sent;
    },
  );
  return { session: { keys, mac: sent }, bytes };
}

export function open({ keys, mac }: Session, frame: ReceivedFrame): Opened {
  const { security, code, covered } = frame;
  if (security === undefined || frame.mac === undefined) return refused(security ? 'block' : 'plain');
  const [bare, withData] = blockTypes(frame.reply);
  if (security.data.length > 0 || (security.type !== bare && security.type !== withData))
    return refused('block');
  const expected = macOf(keys, mac, covered);
  if (!sameBytes(expected.subarray(0, macBytes), frame.mac)) return refused('mac');
  const clear = security.type === bare;
  // Data without encryption has no business here, whoever signed it.
  if (clear && frame.data.length > 0) return refused('block');
  const data = clear ? frame.data : decryptData(keys, mac, frame.data);
  if (data === undefined) return refused('padding');
  return { kind: 'opened', session: { keys, mac: expected }, message: { code, data } };
}

const blockTypes = (reply: boolean): readonly [bare: number, withData: number] =>
  reply ? [scs.reply, scs.replyWithData] : [scs.command, scs.commandWithData];

const refused = (refusal: SessionRefusal): Opened => ({ kind: 'refused', refusal });
