import { crc32 } from 'node:zlib';
import type { GrantSubject } from '../core/access/facts.ts';
import type { DoorId } from '../core/dataset.ts';

/** Thirty-two bits, as a signed integer. Several rows may share them: whoever finds one by it compares the row itself. */
const bitsOf = (text: string): number => crc32(text) | 0;

/** Of a credential or guest. */
export const hashKey = (hash: string): number => bitsOf(hash);
/** Of a grant. */
export const grantKey = (subject: GrantSubject, door: DoorId): number =>
  bitsOf(`${subject.kind}:${subject.id}:${door}`);
