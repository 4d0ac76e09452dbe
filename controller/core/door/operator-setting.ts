import type { ClockReading, EpochMs } from '../access/facts.ts';
import type { OperatorMode } from './state.ts';

interface Setting {
  readonly mode: OperatorMode;
  readonly until?: EpochMs;
}

export type SettingState = 'holds' | 'waits' | 'over';

export const opens = (mode: OperatorMode): boolean => mode === 'Unlocked' || mode === 'LockedOpen';

/**
 * Whether an operator's mode holds now. While the clock is unknown `now` is the earliest that it may be: an end that is not
 * past yet may be long past, and a mode that opens waits until that is known.
 */
export function settingState({ mode, until }: Setting, { state, now }: ClockReading): SettingState {
  if (until === undefined) return 'holds';
  if (now >= until) return 'over';
  return state === 'unknown' && opens(mode) ? 'waits' : 'holds';
}
