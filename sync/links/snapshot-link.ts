/**
 * Fetches snapshots (PROTOCOL "Snapshot"): takes up manifests, pulls chunks 4 at a time, has them staged durably, and the
 * complete one swapped in outside the message handler. A restart goes on with the missing chunks. A chunk has its PUBACK
 * when its hash is right; it is asked for again until all its rows are on disk.
 */
import type { Timers } from '../../controller/ports/clock.ts';
import type { CloudListener } from '../../controller/ports/cloud.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import type { Manifest, Replica } from '../../controller/ports/replica.ts';
import { judgeManifest } from '../plan/manifest.ts';
import { comparePlaces } from '../plan/place.ts';
import { chunkLabel } from '../protocol/chunk.ts';
import { chunkHash } from '../protocol/hashes.ts';
import { durations, limits } from '../protocol/limits.ts';
import { ChunkStaging } from './chunk-staging.ts';
import type { CursorReport } from './cursor-report.ts';
import type { LinkLog } from './link-log.ts';
import type { Requester } from './requester.ts';

/** After as many faults of one chunk the snapshot itself is refused. */
const faultsAllowed = 3;

interface Fetch {
  readonly manifest: Manifest;
  readonly missing: Set<number>;
  readonly faults: Map<number, number>;
  /** It is of the cursor's own place: the live rows are wrong and it puts them right. */
  readonly repairs: boolean;
  requested: readonly number[];
}

interface SnapshotLinkParts {
  readonly replica: Replica;
  readonly listener: CloudListener;
  readonly requests: Requester;
  readonly cursor: CursorReport;
  readonly timers: Timers;
  readonly log: LinkLog;
}

export class SnapshotLink {
  readonly #parts: SnapshotLinkParts;
  readonly #staging: ChunkStaging;
  #fetch: Fetch | undefined;
  /** The last one that was swapped in: late copies of its chunks are no forgeries. */
  #finished: string | undefined;
  #swap: { cancel(): void } | undefined;
  #swapping: Promise<void> = Promise.resolve();

  constructor(parts: SnapshotLinkParts) {
    this.#parts = parts;
    this.#staging = new ChunkStaging({
      replica: parts.replica,
      timers: parts.timers,
      onEnd: (index, ending) => this.#ended(index, ending),
    });
  }

  /** Goes on with what was staged before a restart. */
  resume(): void {
    const staged = this.#parts.replica.staged();
    if (staged !== undefined) this.#begin(staged.manifest, staged.missing);
  }

  /** Nothing further is staged and no further swap begins; resolves when the one under way has ended. */
  async end(): Promise<void> {
    this.#staging.clear();
    this.#swap?.cancel();
    await this.#swapping;
    this.#swap?.cancel();
  }

  manifest(manifest: Manifest): void {
    const { replica, requests, cursor } = this.#parts;
    // Acknowledged and dropped, as deltas are: the cloud sends again what the cursor does not reach.
    if (replica.applying) return;
    const verdict = judgeManifest(
      {
        cursor: replica.cursor(),
        staged: this.#fetch?.manifest,
        snapshotRequested: requests.outstanding === 'snapshot',
        chunksUnanswered: requests.outstanding === 'chunks' && requests.unanswered,
      },
      manifest,
    );
    if (verdict === 'old') cursor.tell();
    if (verdict !== 'stage') return;
    replica.stageManifest(manifest);
    this.#begin(manifest, [...manifest.chunks.keys()]);
  }

  chunk(message: Uint8Array): void {
    const label = chunkLabel(message);
    if (label === undefined) {
      this.#refuse(message.length > limits.message ? 'oversize' : 'malformed');
      return;
    }
    const { snapshot, index } = label;
    const fetch = this.#fetch;
    if (fetch?.manifest.snapshot !== snapshot) {
      if (snapshot !== this.#finished) this.#refuse('unknownSnapshot');
      return;
    }
    const hash = fetch.manifest.chunks[index];
    if (hash === undefined) this.#fault(fetch, index, 'index');
    else if (chunkHash(message) !== hash) this.#fault(fetch, index, 'hash');
    // The last of all may come twice, and one swap is begun for it.
    else if (fetch.missing.has(index)) this.#staging.take(snapshot, index, message);
  }

  #ended(index: number, ending: 'staged' | 'content'): void {
    const fetch = this.#fetch;
    if (fetch === undefined) return;
    if (ending === 'content') {
      this.#fault(fetch, index, ending);
      return;
    }
    fetch.missing.delete(index);
    if (fetch.missing.size === 0) this.#complete();
    else if (!fetch.requested.some((wanted) => fetch.missing.has(wanted))) this.#request(fetch);
  }

  /** Deltas may have overtaken what is being fetched. */
  cursorMoved(): void {
    const { replica, requests } = this.#parts;
    const fetch = this.#fetch;
    if (fetch === undefined || replica.applying) return;
    const ahead = comparePlaces(fetch.manifest, replica.cursor());
    if (ahead > 0 || (ahead === 0 && fetch.repairs)) return;
    replica.dropStaged();
    this.#staging.clear();
    this.#fetch = undefined;
    this.#swap?.cancel();
    requests.settle('chunks');
    if (fetch.repairs) requests.ask({ need: 'snapshot' });
  }

  #begin(manifest: Manifest, missing: readonly number[]): void {
    const { replica, requests, log } = this.#parts;
    const { epoch, seq, rows } = manifest;
    log.info({ epoch, seq, rows, missing: missing.length }, 'fetching a snapshot');
    this.#staging.clear();
    this.#swap?.cancel();
    requests.settle('snapshot');
    const repairs = comparePlaces(manifest, replica.cursor()) === 0;
    this.#fetch = { manifest, missing: new Set(missing), faults: new Map(), repairs, requested: [] };
    if (missing.length === 0) this.#complete();
    else this.#request(this.#fetch);
  }

  #request(fetch: Fetch): void {
    this.#parts.requests.ask({
      need: 'chunks',
      snapshot: fetch.manifest.snapshot,
      indexes: () => {
        fetch.requested = [...fetch.missing].slice(0, limits.chunkIndexesPerRequest);
        return fetch.requested;
      },
    });
  }

  #fault(fetch: Fetch, index: number, reason: string): void {
    this.#refuse(reason);
    // A swap may be under way: then nothing is missing.
    if (!fetch.missing.has(index)) return;
    const faults = (fetch.faults.get(index) ?? 0) + 1;
    fetch.faults.set(index, faults);
    if (faults < faultsAllowed) {
      this.#request(fetch);
      return;
    }
    this.#parts.replica.dropStaged();
    this.#reject(fetch.manifest.snapshot);
  }

  #reject(snapshot: string): void {
    this.#staging.clear();
    this.#fetch = undefined;
    this.#parts.requests.ask({ need: 'snapshot', reject: snapshot });
  }

  #complete(): void {
    this.#parts.requests.settle('chunks');
    this.#swapAfter(0);
  }

  /** In a turn of its own, so that the last chunk gets its PUBACK. */
  #swapAfter(ms: number): void {
    this.#swap = this.#parts.timers.after(ms, () => {
      this.#swapping = this.#applyStaged();
    });
  }

  async #applyStaged(): Promise<void> {
    const { replica, listener, log } = this.#parts;
    const manifest = this.#fetch?.manifest;
    if (manifest === undefined) return;
    try {
      const outcome = await replica.applyStaged();
      if (outcome.kind === 'digestMismatch') {
        log.warn({ problem: outcome.problem }, 'a snapshot does not add up');
        this.#reject(manifest.snapshot);
        return;
      }
      this.#fetch = undefined;
      this.#finished = manifest.snapshot;
      log.info({ epoch: manifest.epoch, seq: manifest.seq, rows: manifest.rows }, 'snapshot is live');
      if (outcome.refusals.length > 0) listener.rowsRefused(outcome.refusals);
    } catch (error) {
      // Nobody above to throw to: the old version serves on, and the swap is tried again.
      const fault = error instanceof StorageFault ? error.code : String(error);
      log.warn({ fault }, 'a snapshot could not be swapped in');
      this.#swapAfter(durations.requestRepeatMaxMs);
    }
  }

  #refuse(reason: string): void {
    this.#parts.listener.messageRefused({ message: 'chunk', reason });
  }
}
