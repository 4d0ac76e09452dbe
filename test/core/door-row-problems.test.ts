import { describe, expect, it } from 'vitest';
import { rowProblems } from '../../controller/core/door/row-problems.ts';
import { aDoor } from '../support/rows.ts';

const around = { hasMonitor: true, hasSchedule: () => true, interlockPeers: 1 };

describe('a door’s row', () => {
  it('that asks for what can be is no problem', () => {
    const all = { lockedOpenSchedule: 'day', firstIn: true, twoPerson: true };
    const passback = { antipassback: { from: 'street', to: 'house', kind: 'soft' } };
    expect(rowProblems(aDoor('lobby', { ...all, ...passback }), around)).toEqual([]);
    expect(rowProblems(aDoor('lobby', { interlockGroup: 'mantrap' }), around)).toEqual([]);
  });

  it.each([
    [
      { extendedAccessTimeMs: 1_000 },
      {},
      'its extended access time (1 s) is shorter than the ordinary one (5 s).',
    ],
    [{ openTooLongMs: 4_000, preAlarmMs: 0 }, {}, 'it stands open too long after 4 s'],
    [{ preAlarmMs: 30_000 }, {}, 'its pre-alarm (30 s) is not shorter'],
    [{ lockedOpenSchedule: 'day' }, { hasSchedule: () => false }, 'its hours "day" are not in the dataset'],
    [{ firstIn: true }, {}, 'has no hours to wait in'],
    [{ interlockGroup: 'mantrap' }, { interlockPeers: 0 }, 'it is alone in the interlock "mantrap"'],
    [{ interlockGroup: 'mantrap', lockedOpenSchedule: 'day' }, {}, 'the other doors of the group stay shut'],
    [{ interlockGroup: 'mantrap' }, { hasMonitor: false }, 'no door monitor: only its release is known'],
    [
      { antipassback: { from: 'a', to: 'b', kind: 'hard' } },
      { hasMonitor: false },
      'nobody can tell who went through',
    ],
  ])('%j is told: %j, %s', (fields, more, sentence) => {
    const problems = rowProblems(aDoor('lobby', fields), { ...around, ...more });
    expect(problems).toEqual([expect.stringContaining(sentence)]);
  });
});
