import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemTimers } from '../../controller/app/system-clock.ts';
import { digestOf, type WireRow } from '../../controller/core/hash-forms.ts';
import type { Manifest } from '../../controller/ports/replica.ts';
import type { Store } from '../../controller/store/open-store.ts';
import { packChunks } from '../../sync/headend/dataset/pack-chunks.ts';
import { CursorReport } from '../../sync/links/cursor-report.ts';
import { Requester } from '../../sync/links/requester.ts';
import { SnapshotLink } from '../../sync/links/snapshot-link.ts';
import { UpChannel } from '../../sync/links/up-channel.ts';
import { chunkLine } from '../../sync/protocol/chunk.ts';
import { chunkHash, rowHash } from '../../sync/protocol/hashes.ts';
import { parseJws } from '../../sync/protocol/jws.ts';
import { SyncRequest } from '../../sync/protocol/messages.ts';

interface Packed {
  readonly manifest: Manifest;
  readonly chunks: readonly Buffer[];
}

/** A snapshot of these rows, in chunks as the head-end packs them. */
export function packSnapshot(rows: readonly WireRow[], seq: number): Packed {
  const snapshot = randomUUID();
  const chunks = [...packChunks(snapshot, rows.map(chunkLine))];
  const digest = digestOf(rows.map(rowHash));
  return {
    manifest: { snapshot, epoch: 1, seq, rows: rows.length, digest, chunks: chunks.map(chunkHash) },
    chunks,
  };
}

/**
 * Has the device's own link fetch a snapshot from a cloud in this process, which sends each chunk that is asked for in a turn
 * of its own, as a socket would.
 * @returns from the manifest to all chunks staged, and from there to live.
 */
export async function bringSnapshot(
  { replica }: Store,
  { manifest, chunks }: Packed,
): Promise<{ readonly stagedMs: number; readonly appliedMs: number }> {
  const live = Promise.withResolvers<number>();
  const answer = async (jws: string): Promise<void> => {
    const payload = parseJws(Buffer.from(jws))?.payload ?? Buffer.alloc(0);
    const { indexes = [] } = SyncRequest.parse(JSON.parse(payload.toString()));
    for (const index of indexes) {
      await nextTurn();
      link.chunk(chunks[index] ?? Buffer.alloc(0));
    }
  };
  const channel = new UpChannel({
    device: 'bench',
    deviceKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    publish: (_topic, jws) => {
      answer(jws).catch(live.reject);
      return true;
    },
  });
  const link = new SnapshotLink({
    replica,
    requests: new Requester(channel, replica, systemTimers),
    cursor: new CursorReport(channel, replica, systemTimers),
    timers: systemTimers,
    log: {
      info: (_fields, message) => {
        if (message === 'snapshot is live') live.resolve(performance.now());
      },
      warn: (_fields, message) => live.reject(new Error(message)),
    },
    listener: {
      linkChanged: () => {},
      welcomed: () => {},
      rowsRefused: (refusals) => live.reject(new Error(`${refusals.length} rows were refused`)),
      messageRefused: ({ reason }) => live.reject(new Error(`a chunk was refused: ${reason}`)),
    },
  });
  const began = performance.now();
  link.manifest(manifest);
  while (!replica.applying) await nextTurn();
  const staged = performance.now();
  return { stagedMs: staged - began, appliedMs: (await live.promise) - staged };
}
