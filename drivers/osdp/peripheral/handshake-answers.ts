/** The peripheral's half of the handshake. */
import { scs } from '../frame/constants.ts';
import type { ReceivedFrame, SecurityBlock } from '../frame/frame.ts';
import { nakReasons } from '../messages/codes.ts';
import type { Reply } from '../messages/reply.ts';
import { sameBytes } from '../secure/aes.ts';
import {
  clientCryptogram,
  defaultBaseKey,
  deriveSessionKeys,
  initialMac,
  serverCryptogram,
} from '../secure/session-keys.ts';
import type { PeripheralChannel, PeripheralState } from './peripheral-state.ts';

export interface HandshakeAnswer {
  readonly channel: PeripheralChannel;
  readonly reply: Reply;
  readonly block?: SecurityBlock;
}

const refused = (reason: number): HandshakeAnswer => ({
  channel: { kind: 'none' },
  reply: { kind: 'NAK', reason },
});

export function answerChallenge(
  { scbk, fault, settings }: PeripheralState,
  { security }: ReceivedFrame,
  rndA: Uint8Array,
  rndB: Uint8Array,
): HandshakeAnswer {
  if (fault === 'forgedCapability') return refused(nakReasons.secureChannelUnsupported);
  if (security?.type !== scs.chlng) return refused(nakReasons.securityConditionsNotMet);
  const asked = security.data[0];
  const downgrades = fault === 'defaultKey';
  // SCBK-D in installation mode only, and there nothing else.
  if (!downgrades && (asked === 0) !== (scbk === undefined))
    return refused(nakReasons.securityConditionsNotMet);
  const selector = downgrades || scbk === undefined ? 0 : 1;
  const keys = deriveSessionKeys(selector === 0 || scbk === undefined ? defaultBaseKey : scbk, rndA);
  const cryptogram = clientCryptogram(keys, rndA, rndB);
  return {
    channel: { kind: 'challenged', keys, rndA, rndB },
    reply: {
      kind: 'CCRYPT',
      cuid: fault === 'otherCuid' ? settings.cuid.map((byte) => byte ^ 0xff) : settings.cuid,
      rndB,
      cryptogram: fault === 'badCryptogram' ? cryptogram.map((byte) => byte ^ 0x01) : cryptogram,
    },
    block: { type: scs.ccrypt, data: Uint8Array.of(selector) },
  };
}

export function answerProof(
  { channel, fault }: PeripheralState,
  { security }: ReceivedFrame,
  cryptA: Uint8Array,
): HandshakeAnswer {
  if (channel.kind !== 'challenged' || security?.type !== scs.scrypt)
    return refused(nakReasons.securityConditionsNotMet);
  const { keys, rndA, rndB } = channel;
  if (!sameBytes(cryptA, serverCryptogram(keys, rndA, rndB)))
    return refused(nakReasons.securityConditionsNotMet);
  const mac = initialMac(keys, cryptA);
  return {
    channel: { kind: 'up', session: { keys, mac } },
    reply: { kind: 'RMAC_I', mac: fault === 'badInitialMac' ? mac.map((byte) => byte ^ 0x01) : mac },
    block: { type: scs.rmacI, data: Uint8Array.of(1) },
  };
}
