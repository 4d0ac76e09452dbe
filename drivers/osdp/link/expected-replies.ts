import type { CommandKind } from '../messages/command.ts';
import type { ReplyKind } from '../messages/reply.ts';

const ack: readonly ReplyKind[] = ['ACK'];

/** What answers what. NAK and BUSY answer everything. */
const answers: Readonly<Record<CommandKind, readonly ReplyKind[]>> = {
  POLL: ['ACK', 'RAW', 'KEYPAD', 'LSTATR', 'ISTATR', 'OSTATR', 'RSTATR'],
  ID: ['PDID'],
  CAP: ['PDCAP'],
  LSTAT: ['LSTATR'],
  ISTAT: ['ISTATR'],
  OSTAT: ['OSTATR'],
  RSTAT: ['RSTATR'],
  OUT: ['ACK', 'OSTATR'],
  LED: ack,
  BUZ: ack,
  TEXT: ack,
  COMSET: ['COM'],
  KEYSET: ack,
  CHLNG: ['CCRYPT'],
  SCRYPT: ['RMAC_I'],
  ABORT: ack,
  KEEPACTIVE: ack,
};

export const answersTo = (command: CommandKind, reply: ReplyKind): boolean =>
  answers[command].includes(reply);
