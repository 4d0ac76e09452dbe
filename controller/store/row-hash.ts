import { hash } from 'node:crypto';
import { rowForm, type WireRow } from '../core/hash-forms.ts';

/** A row's share of the digest (PROTOCOL "Rows, digest, event hash"). */
export const rowHash = (row: WireRow): string => hash('sha256', rowForm(row), 'hex');
