import { scs } from './constants.ts';

export interface SecurityBlock {
  /** `scs` in constants.ts, or one that we do not know. */
  readonly type: number;
  /** What follows the type; one byte in the handshake, none in the session. */
  readonly data: Uint8Array;
}

export interface Frame {
  /** 0–0x7F, without the reply bit. */
  readonly address: number;
  readonly reply: boolean;
  /** 0–3. */
  readonly sequence: number;
  readonly check: 'crc16' | 'checksum';
  readonly security?: SecurityBlock;
  /** Of the command or reply; always in clear. */
  readonly code: number;
  /** Without the MAC; encrypted under SCS_17 and SCS_18. */
  readonly data: Uint8Array;
}

/** What the parser found: its check is right, which says nothing about who sent it. */
export interface ReceivedFrame extends Frame {
  /** The 4 bytes that a session's frame brings (SCS_15–18). */
  readonly mac?: Uint8Array;
  /** From the start byte to the end of `data`: what a MAC covers. */
  readonly covered: Uint8Array;
}

export const hasMac = (security: SecurityBlock | undefined): boolean =>
  security !== undefined && security.type >= scs.command && security.type <= scs.replyWithData;
