import { createHash, createHmac } from 'node:crypto';
import { eventFormWriter, rowForm, type WireRow } from '../../controller/core/hash-forms.ts';

const eventForm = eventFormWriter();
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

export const rowHash = (row: WireRow): string => sha256(rowForm(row));
export const eventHash = (previousHash: string, body: string): string =>
  sha256(eventForm(previousHash, body));
export const chunkHash = (message: Uint8Array): string => sha256(message);
/** What rests of a code, card or tag; `form` is one of `codeForm`, `bitsForm`, `textForm`. */
export const credentialHash = (siteKey: Uint8Array, form: string): string =>
  createHmac('sha256', siteKey).update(form).digest('hex');
