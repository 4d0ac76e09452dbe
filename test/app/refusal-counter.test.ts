import { describe, expect, it } from 'vitest';
import { RefusalCounter } from '../../controller/app/refusal-counter.ts';
import { HandTimers } from '../support/console-timers.ts';

function counter() {
  const timers = new HandTimers();
  const reports: string[] = [];
  const refusals = new RefusalCounter(timers, (message, reason, count) =>
    reports.push(`${message} ${reason} ${count}`),
  );
  return { refusals, reports, timers, minuteEnds: () => timers.pass(60_000) };
}

describe('refused messages', () => {
  it('are reported at once the first time, and counted for the rest of the minute', () => {
    const { refusals, reports, minuteEnds } = counter();
    for (let i = 0; i < 1_000; i += 1) refusals.count('delta', 'signature');
    expect(reports).toEqual(['delta signature 1']);
    minuteEnds();
    expect(reports).toEqual(['delta signature 1', 'delta signature 999']);
  });

  it('are told apart by message and reason', () => {
    const { refusals, reports } = counter();
    refusals.count('delta', 'signature');
    refusals.count('delta', 'audience');
    refusals.count('ack', 'signature');
    expect(reports).toHaveLength(3);
  });

  it('start afresh after a quiet minute', () => {
    const { refusals, reports, minuteEnds } = counter();
    refusals.count('delta', 'signature');
    minuteEnds();
    refusals.count('delta', 'signature');
    expect(reports).toEqual(['delta signature 1', 'delta signature 1']);
  });
  it('are reported to the last one when the counting ends within a minute', () => {
    const { refusals, reports, timers } = counter();
    for (let i = 0; i < 5; i += 1) refusals.count('delta', 'signature');
    refusals.count('ack', 'audience');
    refusals.close();
    expect(reports).toEqual(['delta signature 1', 'ack audience 1', 'delta signature 4']);
    expect(timers.pending).toBe(0);
  });
});
