import { digestOf as sumOf, type WireRow } from '../../controller/core/hash-forms.ts';
import { rowHash } from '../../sync/protocol/hashes.ts';

/** The digest of these rows, from nothing. */
export const digestOf = (rows: Iterable<WireRow>): string => sumOf([...rows].map(rowHash));
