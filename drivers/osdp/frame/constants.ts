/** The frame's fixed parts (OSDP 2.2, clause 5.9). */

/** An idle byte before the frame, outside of length, check and MAC: it absorbs the line's turn-around. */
export const mark = 0xff;
export const startOfMessage = 0x53;
/** Set in the address of what a peripheral sends. */
export const replyBit = 0x80;
export const broadcastAddress = 0x7f;

export const sequenceMask = 0x03;
export const crcBit = 0x04;
export const securityBlockBit = 0x08;

/** Start, address, length (2), control. */
export const headerBytes = 5;
export const macBytes = 4;
/** The longest frame that OSDP allows; a length above it is noise. */
export const maxFrameBytes = 1440;
/** What fits, encrypted, into the 128 bytes that every peripheral must be able to take. */
export const maxCommandDataBytes = 111;

/** Security block types. 15 and 17 are commands, 16 and 18 replies; 17 and 18 carry encrypted data. */
export const scs = {
  chlng: 0x11,
  ccrypt: 0x12,
  scrypt: 0x13,
  rmacI: 0x14,
  command: 0x15,
  reply: 0x16,
  commandWithData: 0x17,
  replyWithData: 0x18,
} as const;
