import { setImmediate } from 'node:timers/promises';
import type { DoorId } from '../../../controller/core/dataset.ts';
import { StorageFault } from '../../../controller/ports/journal.ts';
import type { SaltoAuditEntry, SaltoLog } from '../../../controller/ports/salto.ts';
import type { CallOutcome } from '../session/session-state.ts';
import type { ShipCall } from '../ship/call.ts';
import type { DoorNaming } from '../ship/doors.ts';
import {
  type AuditEvent,
  type AuditPage,
  auditAfterCall,
  auditPageOf,
  compareIds,
  newestAuditCall,
} from './audit-trail.ts';
import { operationOf } from './operations.ts';

/** Of the trail's entries, those at this device's doors, or those of the whole building. */
export type AuditScope = 'ownDoors' | 'all';

export interface AuditReaderParts {
  readonly ask: (call: ShipCall) => Promise<CallOutcome>;
  readonly log: Pick<SaltoLog, 'lastAuditEntry' | 'takeAudit'>;
  readonly naming: DoorNaming;
  readonly scope: AuditScope;
  /** This device's door by what SALTO calls it. */
  readonly doorOf: (saltoDoor: string) => DoorId | undefined;
}

/**
 * `unread`: SALTO did not answer, or not with a trail; what was taken in stays so. `wentBack`: SALTO's ids have begun again
 * below the last one that was taken in; it is read on from the present end.
 */
export type AuditOutcome = 'read' | 'unread' | 'wentBack' | 'diskRefused';

const pageEntries = 100;
/** At one go; the doors' states are looked at in between. */
const pagesAtOnce = 20;

/**
 * Takes SALTO's audit trail into the event log, from the last entry on that was taken in. A page's events and its last id are
 * one transaction: whenever power fails, no entry is lost and none comes twice. A device that has never read begins with what
 * happens next, not with years of history.
 */
export class AuditReader {
  readonly #parts: AuditReaderParts;
  /** SALTO's trail is known to go on from what was taken in: it was seen to since the server was last away. */
  #isSame = false;

  constructor(parts: AuditReaderParts) {
    this.#parts = parts;
  }

  /** The server has been away: it may have come back with another database. */
  doubt(): void {
    this.#isSame = false;
  }

  /** Never rejects for anything that the server or the disk does. */
  async read(): Promise<AuditOutcome> {
    try {
      const { log, naming } = this.#parts;
      const last = log.lastAuditEntry();
      if (last !== undefined) return await this.#readAfter(last);
      const newest = await this.#page(newestAuditCall(naming));
      if (newest === undefined) return 'unread';
      log.takeAudit([], newest.events.at(-1)?.id ?? '0');
      return 'read';
    } catch (error) {
      if (error instanceof StorageFault) return 'diskRefused';
      throw error;
    }
  }

  async #readAfter(start: string): Promise<AuditOutcome> {
    let last = start;
    for (let pages = 0; pages < pagesAtOnce; pages += 1) {
      const page = await this.#page(auditAfterCall(last, pageEntries, this.#parts.naming));
      if (page === undefined) return 'unread';
      const from = last;
      // Whatever a server understands by "starting from": what was taken in does not come again.
      const fresh = page.events.filter(
        ({ id }, index, all) => compareIds(id, from) > 0 && id !== all[index - 1]?.id,
      );
      const newest = fresh.at(-1)?.id;
      if (newest === undefined) return this.#isSame ? 'read' : await this.#compareEnds(last);
      await this.#take(fresh);
      last = newest;
      this.#isSame = true;
      if (page.isLast) return 'read';
    }
    return 'read';
  }

  /** However much a server sends at once, doors have their turns in between. */
  async #take(events: readonly AuditEvent[]): Promise<void> {
    for (let at = 0; at < events.length; at += pageEntries) {
      if (at > 0) await setImmediate();
      const some = events.slice(at, at + pageEntries);
      const entries = some.map((event) => this.#entryOf(event)).filter((entry) => this.#isWanted(entry));
      this.#parts.log.takeAudit(entries, some.at(-1)?.id ?? '0');
    }
  }

  /** Nothing comes after what was taken in: either that is the end, or the end lies before it. */
  async #compareEnds(last: string): Promise<AuditOutcome> {
    const { log, naming } = this.#parts;
    const newest = await this.#page(newestAuditCall(naming));
    const end = newest?.events.at(-1)?.id ?? '0';
    if (newest === undefined || compareIds(end, last) >= 0) return this.#isSameEnd(newest);
    // A server that hands out its oldest entry for its newest has more after it.
    const more = await this.#page(auditAfterCall(end, 1, naming));
    if (more === undefined || more.events.some(({ id }) => compareIds(id, end) > 0))
      return this.#isSameEnd(more);
    log.takeAudit([], end);
    this.#isSame = true;
    return 'wentBack';
  }

  #isSameEnd(page: AuditPage | undefined): AuditOutcome {
    this.#isSame = page !== undefined;
    return page === undefined ? 'unread' : 'read';
  }

  async #page(call: ShipCall): Promise<AuditPage | undefined> {
    const outcome = await this.#parts.ask(call);
    return outcome.kind === 'params' ? auditPageOf(outcome.params) : undefined;
  }

  #isWanted({ door }: SaltoAuditEntry): boolean {
    return this.#parts.scope === 'all' || door !== undefined;
  }

  #entryOf({ id, operation, door, subject, exit, localTime }: AuditEvent): SaltoAuditEntry {
    const own = door === undefined ? undefined : this.#parts.doorOf(door);
    return {
      id,
      operation: operationOf(operation),
      code: operation,
      ...(own === undefined ? {} : { door: own }),
      ...(door === undefined ? {} : { saltoDoor: door }),
      ...(subject === undefined ? {} : { saltoSubject: subject }),
      exit,
      ...(localTime === undefined ? {} : { localTime }),
    };
  }
}
