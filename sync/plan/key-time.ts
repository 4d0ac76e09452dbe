import type { ClockReading, EpochMs } from '../../controller/core/access/facts.ts';
import type { KeyTime } from '../protocol/keys.ts';

/**
 * By which time the validity of keys is judged (PROTOCOL "Signatures"). Before the first welcome since the start `nbf`
 * is not judged: a device that was off while the keys were changed would otherwise refuse the very welcome that tells
 * it the time.
 */
export function keyTime(clock: {
  readonly reading: ClockReading;
  readonly floor: EpochMs;
  /** A welcome has been accepted since the start. */
  readonly welcomed: boolean;
}): KeyTime {
  const known = clock.welcomed || clock.reading.state === 'trusted';
  const nowMs = known ? clock.reading.now : clock.floor;
  return { nowS: Math.floor(nowMs / 1_000), notBeforeJudged: clock.welcomed };
}
