import { describe, expect, it } from 'vitest';
import { type CallRecord, recall } from '../../controller/core/call/recall.ts';

const hour = 3_600_000;
const noon = Date.parse('2026-11-22T12:00:00.000Z');
const clock = { state: 'trusted', now: noon } as const;
const at = (ageMs: number): string => new Date(noon - ageMs).toISOString();
const started = (call: string, ageMs: number): CallRecord => ({ type: 'CallStarted', call, time: at(ageMs) });
const ended = (call: string, ageMs: number): CallRecord => ({ type: 'CallEnded', call, time: at(ageMs) });
const refused = (reason: string, ageMs: number): CallRecord => ({
  type: 'CallRefused',
  reason,
  time: at(ageMs),
});

describe('what the event log still knows of calls', () => {
  it('is the tries of the last day, on the present clock, oldest first', () => {
    const records = [started('a', 25 * hour), started('b', 23 * hour), refused('noNumber', hour)];
    expect(recall(records, clock, 1_000).made).toEqual([1_000 - 23 * hour, 1_000 - hour]);
  });

  it.each(['tooManyCalls', 'lineBusy', 'noPhone', 'phoneFault'])(
    'leaves out what was never a try: %s',
    (reason) => {
      expect(recall([refused(reason, hour)], clock, 0).made).toEqual([]);
    },
  );

  it('takes a try that lies after now for one of this moment: setting the clock back frees nothing', () => {
    expect(recall([started('a', -5 * hour)], clock, 7).made).toEqual([7]);
  });

  it('is counted back from the last call while nobody knows what time it is: the clock may show weeks ago', () => {
    const records = [started('a', 30 * hour), started('b', 2 * hour), started('c', hour)];
    const unknown = { state: 'unknown', now: noon - 480 * hour } as const;
    expect(recall(records, unknown, 7).made).toEqual([7 - hour, 7]);
    expect(recall(records, { state: 'unknown', now: noon }, 7).made).toEqual([7 - 2 * hour, 7 - hour]);
  });

  it('is which calls began and never ended', () => {
    const records = [
      started('a', 3 * hour),
      ended('a', 3 * hour),
      started('b', 2 * hour),
      started('c', hour),
    ];
    expect(recall(records, clock, 0).open).toEqual(['b', 'c']);
  });

  it('is nothing where nobody has called', () => {
    expect(recall([], clock, 0)).toEqual({ made: [], open: [] });
  });
});
