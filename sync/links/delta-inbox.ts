import type { CloudListener } from '../../controller/ports/cloud.ts';
import type { Delta, Replica } from '../../controller/ports/replica.ts';
import { judgeDelta, takesAway } from '../plan/delta.ts';
import { type Delta as DeltaMessage, RowOp } from '../protocol/messages.ts';
import type { CursorReport } from './cursor-report.ts';
import type { Requester } from './requester.ts';

/** Applies deltas, each in one transaction before its PUBACK (PROTOCOL "Delta"). */
export class DeltaInbox {
  readonly #replica: Replica;
  readonly #listener: CloudListener;
  readonly #requests: Requester;
  readonly #cursor: CursorReport;

  constructor(parts: {
    readonly replica: Replica;
    readonly listener: CloudListener;
    readonly requests: Requester;
    readonly cursor: CursorReport;
  }) {
    this.#replica = parts.replica;
    this.#listener = parts.listener;
    this.#requests = parts.requests;
    this.#cursor = parts.cursor;
  }

  receive(message: DeltaMessage): void {
    // Dropped while a snapshot is swapped in; the cursor fetches it again.
    if (this.#replica.applying) return;
    const verdict = judgeDelta(this.#replica.cursor(), message);
    switch (verdict) {
      case 'olderEpoch':
      case 'duplicate':
        this.#cursor.tell();
        break;
      case 'newerEpoch':
        this.#requestSnapshot();
        break;
      case 'gap':
        this.#requests.ask({ need: 'deltas' });
        break;
      case 'next':
        this.#apply(message);
        break;
      default:
        verdict satisfies never;
    }
  }

  #apply(message: DeltaMessage): void {
    const ops = RowOp.array().safeParse(message.ops);
    const delta: Delta | undefined = ops.success ? { ...message, ops: ops.data } : undefined;
    const outcome = delta === undefined ? undefined : this.#replica.applyDelta(delta);
    if (delta === undefined || outcome?.kind !== 'applied') {
      this.#listener.messageRefused({ message: 'delta', reason: 'digestMismatch' });
      this.#requestSnapshot();
      return;
    }
    this.#requests.settle('deltas');
    if (takesAway(delta.ops)) this.#cursor.flush();
    if (outcome.refusals.length > 0) this.#listener.rowsRefused(outcome.refusals);
  }

  /** A snapshot that is already asked for or on its way is not asked for again. */
  #requestSnapshot(): void {
    if (this.#requests.outstanding === 'snapshot' || this.#requests.outstanding === 'chunks') return;
    this.#requests.ask({ need: 'snapshot' });
  }
}
