import { describe, expect, it } from 'vitest';
import { RefusalCounter } from '../../controller/app/refusal-counter.ts';

function counter() {
  const due: (() => void)[] = [];
  const reports: string[] = [];
  const refusals = new RefusalCounter(
    {
      after(_ms, run) {
        due.push(run);
        return { cancel: () => {} };
      },
    },
    (message, reason, count) => reports.push(`${message} ${reason} ${count}`),
  );
  const minuteEnds = (): void => {
    for (const run of due.splice(0)) run();
  };
  return { refusals, reports, minuteEnds };
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
});
