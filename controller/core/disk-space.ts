/** How full the disk of the state folder is, and what follows (DESIGN section 8). Sizes are as `df` counts them. */
export interface DiskSpace {
  readonly usedBytes: number;
  /** What this user may still write: without the blocks that the file system keeps for root. */
  readonly availableBytes: number;
}

/**
 * - `ample`, `low`: below and above the alarm's threshold; everything is recorded.
 * - `reserve`: hardly anything is left; telemetry is shed, access events may use up the reserve.
 * - `full`: the reserve is spent; what has to be recorded is refused, and with it every access.
 */
export type DiskState = 'ample' | 'low' | 'reserve' | 'full';

/** The space that is kept for access events. */
export interface ReserveSize {
  readonly wantedBytes: number;
  readonly keptBytes: number;
}

/** What was not recorded: telemetry by its type, and how many commits of other events the disk refused. */
export interface Shed {
  readonly counts: Readonly<Record<string, number>>;
  readonly refused: number;
}

const alarmAtPercent = 80;
const backBelowPercent = 75;
/** The reserve is given back and built up in slices: whoever else fills the disk gets hold of one at most. */
export const reserveSliceBytes = 256 * 1024;
const smallestReserve = 2 * reserveSliceBytes;
const largestReserve = 8 * 1024 * 1024;
const reserveShare = 0.02;

export const usedPercentOf = ({ usedBytes, availableBytes }: DiskSpace): number => {
  const total = usedBytes + availableBytes;
  return total === 0 ? 100 : (100 * usedBytes) / total;
};

/** @param was whether the alarm stands: it ends at a lower mark than it begins, so that it does not flutter. */
export const isLow = (was: boolean, space: DiskSpace): boolean =>
  usedPercentOf(space) >= (was ? backBelowPercent : alarmAtPercent);

/** 2 % of the disk, in whole slices: half a megabyte at least, 8 MiB at most. */
export function reserveWantedBytes({ usedBytes, availableBytes }: DiskSpace): number {
  const share = reserveShare * (usedBytes + availableBytes);
  const slices = Math.floor(share / reserveSliceBytes);
  return Math.min(largestReserve, Math.max(smallestReserve, slices * reserveSliceBytes));
}

/** Building the reserve up never makes the disk scarce: twice as much stays free. */
export const mayGrowReserve = (
  { availableBytes }: DiskSpace,
  { wantedBytes, keptBytes }: ReserveSize,
): boolean => keptBytes < wantedBytes && availableBytes >= 2 * wantedBytes + reserveSliceBytes;

/**
 * Whether telemetry is shed: from when less than a reserve is left beside the reserve, until the reserve is whole
 * again and twice as much is free.
 */
export const isScarce = (
  was: boolean,
  { availableBytes }: DiskSpace,
  { wantedBytes, keptBytes }: ReserveSize,
): boolean =>
  was ? keptBytes < wantedBytes || availableBytes < 2 * wantedBytes : availableBytes < wantedBytes;

export function diskState({
  low,
  scarce,
  refusing,
}: {
  readonly low: boolean;
  readonly scarce: boolean;
  readonly refusing: boolean;
}): DiskState {
  if (refusing) return 'full';
  if (scarce) return 'reserve';
  return low ? 'low' : 'ample';
}
