import { comparePlaces, type Place } from './place.ts';

interface SnapshotPlace extends Place {
  readonly snapshot: string;
}

export type ManifestVerdict =
  | 'stage'
  /** The one that is being fetched. */
  | 'same'
  /** Behind the cursor, or at the cursor and not asked for. */
  | 'old'
  /** Not above the one that is being fetched. */
  | 'notHigher';

/** The rules of PROTOCOL "Snapshot" on which manifests a device takes up. */
export function judgeManifest(
  state: {
    readonly cursor: Place;
    readonly staged: SnapshotPlace | undefined;
    /** A request for a snapshot is outstanding, after a digest mismatch or a new epoch. */
    readonly snapshotRequested: boolean;
    /**
     * A request for chunks of `staged` has gone unanswered: the head-end may hold that snapshot no longer, and answers
     * with its newest, which may be of the same place.
     */
    readonly chunksUnanswered: boolean;
  },
  manifest: SnapshotPlace,
): ManifestVerdict {
  const { cursor, staged, snapshotRequested, chunksUnanswered } = state;
  if (manifest.snapshot === staged?.snapshot) return 'same';
  const ahead = comparePlaces(manifest, cursor);
  const above = staged === undefined ? 1 : comparePlaces(manifest, staged);
  const standsIn = above === 0 && chunksUnanswered;
  if (ahead < 0 || (ahead === 0 && !snapshotRequested && !standsIn)) return 'old';
  return above > 0 || standsIn ? 'stage' : 'notHigher';
}
