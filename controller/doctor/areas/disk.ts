import {
  type DiskSpace,
  type DiskState,
  diskState,
  isLow,
  isScarce,
  reserveWantedBytes,
  usedPercentOf,
} from '../../core/disk-space.ts';
import { type Finding, finderOf } from '../finding.ts';

export const diskKinds = {
  diskRoomy: { level: 'ok', says: 'The disk of {folder} is {percent} % full; {free} MB are free.' },
  diskLow: {
    level: 'warn',
    says: 'The disk of {folder} is {percent} % full; {free} MB are free.',
    wayOut:
      'Make room: old logs and set-aside databases first (du -xh {folder}; journalctl --vacuum-size=50M).',
  },
  diskNearlyFull: {
    level: 'fail',
    says: 'The disk of {folder} is nearly full: telemetry is not recorded, and what is left is for access events.',
    wayOut:
      'Make room at once: old logs and set-aside databases first (du -xh {folder}; journalctl --vacuum-size=50M).',
  },
  diskFull: {
    level: 'fail',
    says: 'The disk of {folder} is full: no door opens but for people who leave.',
    wayOut:
      'Make room at once: old logs and set-aside databases first (du -xh {folder}; journalctl --vacuum-size=50M).',
  },
  inodesLow: {
    level: 'warn',
    says: 'The file system of {folder} has room for {files} more files only.',
    wayOut: 'Delete what consists of many small files (df -i; du --inodes -x / | sort -n | tail).',
  },
  diskReadOnly: {
    level: 'fail',
    says: 'The file system of {folder} is read-only: nothing can be recorded, so no door opens.',
    wayOut:
      'After errors of a disk the kernel does this: look at dmesg, replace the disk if it fails, then mount it to be written again.',
  },
  diskUnknown: {
    level: 'warn',
    says: 'The disk of {folder} does not say how full it is ({reason}).',
    wayOut: 'See whether the folder is there and its disk is mounted.',
  },
} as const;

export type DiskFacts =
  | {
      readonly kind: 'disk';
      readonly folder: string;
      readonly space: DiskSpace;
      /** Of the space kept for access events. */
      readonly reserveBytes: number;
      /** Absent: the file system has no limit of its own. */
      readonly freeFiles?: number;
      readonly readOnly: boolean;
    }
  | { readonly kind: 'unknown'; readonly folder: string; readonly reason: string };

/** A start makes less than a hundred. */
const fewFiles = 1_000;

const found = finderOf(diskKinds);

const codes = {
  ample: 'diskRoomy',
  low: 'diskLow',
  reserve: 'diskNearlyFull',
  full: 'diskFull',
} as const satisfies Readonly<Record<DiskState, keyof typeof diskKinds>>;

/** @param running as the running controller says; undefined where none can be asked. */
export function judgeDisk(facts: DiskFacts, running: DiskState | undefined): readonly Finding[] {
  const { folder } = facts;
  if (facts.kind === 'unknown') return [found('diskUnknown', { folder, reason: facts.reason })];
  if (facts.readOnly) return [found('diskReadOnly', { folder })];
  const { space, freeFiles, reserveBytes } = facts;
  const state = running ?? stateOf(space, reserveBytes);
  const detail = {
    folder,
    percent: Math.floor(usedPercentOf(space)),
    free: Math.floor(space.availableBytes / 1_000_000),
  };
  return [
    found(codes[state], detail),
    ...(freeFiles !== undefined && freeFiles < fewFiles
      ? [found('inodesLow', { folder, files: freeFiles })]
      : []),
  ];
}

/** What a controller that starts now would make of it. */
function stateOf(space: DiskSpace, keptBytes: number): DiskState {
  return diskState({
    low: isLow(false, space),
    scarce: isScarce(false, space, { wantedBytes: reserveWantedBytes(space), keptBytes }),
    refusing: space.availableBytes + keptBytes === 0,
  });
}
