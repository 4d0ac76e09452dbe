/** The panel's half of setting up a secure channel: CHLNG → CCRYPT → SCRYPT → RMAC_I. Random bytes are given, not made. */
import { scs } from '../frame/constants.ts';
import type { ReceivedFrame, SecurityBlock } from '../frame/frame.ts';
import type { ClientCryptogram } from '../messages/handshake.ts';
import { sameBytes } from './aes.ts';
import type { Session } from './session.ts';
import {
  clientCryptogram,
  defaultBaseKey,
  deriveSessionKeys,
  initialMac,
  serverCryptogram,
} from './session-keys.ts';

/** `default` is SCBK-D, and used inside an operator's window only, to hand over the reader's own key. */
export type KeyChoice =
  | { readonly kind: 'own'; readonly key: Uint8Array }
  /** On its way to be the own one: the peripheral may have it by now. */
  | { readonly kind: 'next'; readonly key: Uint8Array }
  | { readonly kind: 'default'; readonly newKey: Uint8Array };

export type HandshakeRefusal =
  /** A handshake's answer without its security block, or with another's. */
  | 'handshakeBlock'
  /** The peripheral would use another key than the one asked for: SCBK-D in place of ours. */
  | 'keySelector'
  /** It does not have the key. */
  | 'cryptogram'
  /** Another peripheral than the pinned one. */
  | 'cuidChanged'
  | 'initialMac';

/** What has been agreed upon once CCRYPT was found right. */
export interface Agreed {
  readonly session: Session;
  readonly cryptA: Uint8Array;
  /** Lowercase hex. */
  readonly cuid: string;
}

const selectorOf = ({ kind }: KeyChoice): 0 | 1 => (kind === 'default' ? 0 : 1);

export const challengeBlock = (choice: KeyChoice): SecurityBlock => ({
  type: scs.chlng,
  data: Uint8Array.of(selectorOf(choice)),
});
export const proofBlock = (choice: KeyChoice): SecurityBlock => ({
  type: scs.scrypt,
  data: Uint8Array.of(selectorOf(choice)),
});

export function checkCcrypt(
  { security }: Pick<ReceivedFrame, 'security'>,
  { cuid, rndB, cryptogram }: ClientCryptogram,
  asked: { readonly choice: KeyChoice; readonly rndA: Uint8Array; readonly pinnedCuid?: string | undefined },
): Agreed | HandshakeRefusal {
  const { choice, rndA, pinnedCuid } = asked;
  if (security?.type !== scs.ccrypt || security.data.length !== 1) return 'handshakeBlock';
  if (security.data[0] !== selectorOf(choice)) return 'keySelector';
  const keys = deriveSessionKeys(choice.kind === 'default' ? defaultBaseKey : choice.key, rndA);
  if (!sameBytes(cryptogram, clientCryptogram(keys, rndA, rndB))) return 'cryptogram';
  if (pinnedCuid !== undefined && pinnedCuid !== cuid.toHex()) return 'cuidChanged';
  const cryptA = serverCryptogram(keys, rndA, rndB);
  return { session: { keys, mac: initialMac(keys, cryptA) }, cryptA, cuid: cuid.toHex() };
}

/** The channel is up when this says nothing. */
export function checkInitialMac(
  { security }: Pick<ReceivedFrame, 'security'>,
  mac: Uint8Array,
  { session }: Agreed,
): HandshakeRefusal | undefined {
  if (security?.type !== scs.rmacI || security.data.length !== 1) return 'handshakeBlock';
  // 1 says that the peripheral took our proof.
  return security.data[0] === 1 && sameBytes(mac, session.mac) ? undefined : 'initialMac';
}
