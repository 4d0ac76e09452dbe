import { createHmac, randomBytes } from 'node:crypto';
import type { ResidentId } from '../core/dataset.ts';

/**
 * What stands for a resident in the browser: the row's id may be made of a legal name that the resident does not show.
 * The same for as long as the process lives, so that a page's list keeps its rows; another after every start.
 */
export class EntryHandles {
  readonly #key = randomBytes(32);

  of(id: ResidentId): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url').slice(0, 22);
  }
}
