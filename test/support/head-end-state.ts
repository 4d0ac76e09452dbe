import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WireRow } from '../../controller/core/hash-forms.ts';
import { type OpenHeadEnd, openHeadEnd } from '../../sync/headend/open-head-end.ts';
import type { HeadEndStore } from '../../sync/headend/store/open-store.ts';
import { digestOf } from './digest-of.ts';

/** A head-end's books in a temporary state folder, closed and removed with the test. */
export function temporaryHeadEnd(): { readonly books: OpenHeadEnd; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-headend-'));
  const books = openHeadEnd({ stateDir: join(folder, 'state') });
  onTestFinished(() => {
    books.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { books, folder };
}

export const liveRows = (store: HeadEndStore): readonly WireRow[] =>
  store.dataset.rows().flatMap(({ row, ...rest }) => (row === null ? [] : [{ ...rest, row }]));

/** The digest over the live rows, reckoned anew. */
export const digestNow = (store: HeadEndStore): string => digestOf(liveRows(store));
