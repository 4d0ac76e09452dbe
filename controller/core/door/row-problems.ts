/** What a door's row asks for that cannot be, in sentences for installers. It is never refused: the door works as far as it can. */
import type { Door } from '../dataset.ts';

export interface RowSurroundings {
  readonly hasMonitor: boolean;
  readonly hasSchedule: (id: NonNullable<Door['lockedOpenSchedule']>) => boolean;
  /** Other doors of this device in the same interlock group. */
  readonly interlockPeers: number;
}

const seconds = (ms: number): string => `${ms / 1_000} s`;

export function rowProblems(door: Door, around: RowSurroundings): readonly string[] {
  const problems: string[] = [];
  const { accessTimeMs, extendedAccessTimeMs, openTooLongMs, preAlarmMs } = door;
  if (extendedAccessTimeMs < accessTimeMs)
    problems.push(
      `its extended access time (${seconds(extendedAccessTimeMs)}) is shorter than the ordinary one (${seconds(accessTimeMs)}).`,
    );
  if (openTooLongMs < accessTimeMs)
    problems.push(
      `it stands open too long after ${seconds(openTooLongMs)}, and is released for ${seconds(accessTimeMs)}: the alarm waits for that.`,
    );
  if (preAlarmMs > 0 && preAlarmMs >= openTooLongMs)
    problems.push(
      `its pre-alarm (${seconds(preAlarmMs)}) is not shorter than the time that it may stand open (${seconds(openTooLongMs)}): there is none.`,
    );
  problems.push(...ruleProblems(door, around));
  return problems;
}

function ruleProblems(door: Door, { hasMonitor, hasSchedule, interlockPeers }: RowSurroundings): string[] {
  const problems: string[] = [];
  const { lockedOpenSchedule, firstIn, interlockGroup, antipassback } = door;
  if (lockedOpenSchedule !== undefined && !hasSchedule(lockedOpenSchedule))
    problems.push(`its hours "${lockedOpenSchedule}" are not in the dataset: it stays locked.`);
  if (firstIn === true && lockedOpenSchedule === undefined)
    problems.push('it waits for a first person, and has no hours to wait in.');
  if (interlockGroup !== undefined && interlockPeers === 0)
    problems.push(
      `it is alone in the interlock "${interlockGroup}" at this console, so nothing interlocks: a group works among the doors of one console.`,
    );
  if (interlockGroup !== undefined && lockedOpenSchedule !== undefined)
    problems.push(
      `it is interlocked in "${interlockGroup}" and has hours in which it stands unlocked: the other doors of the group stay shut then.`,
    );
  if (hasMonitor) return problems;
  if (antipassback !== undefined)
    problems.push('it has anti-passback and no door monitor: nobody can tell who went through.');
  if (interlockGroup !== undefined)
    problems.push(
      `it is interlocked in "${interlockGroup}" and has no door monitor: only its release is known, not whether it is open.`,
    );
  return problems;
}
