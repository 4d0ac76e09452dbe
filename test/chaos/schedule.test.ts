import { describe, expect, it } from 'vitest';
import { prngOf } from '../../scripts/chaos/prng.ts';
import { planRound, weights } from '../../scripts/chaos/schedule.ts';
import { calm, mishapOf, storm } from '../../scripts/chaos/weather.ts';

const plan = (seed: string) => planRound(prngOf(seed).fork('round 1'), 60_000);

describe('the schedule of a seed', () => {
  it('is the same each time, and another for another seed', () => {
    expect(plan('7')).toEqual(plan('7'));
    expect(plan('7')).not.toEqual(plan('8'));
  });

  it('does not depend on what else is drawn', () => {
    const prng = prngOf('7');
    prng.next();
    expect(planRound(prng.fork('round 1'), 60_000)).toEqual(plan('7'));
  });

  it('has every fault in the long run, and kills of devices most', () => {
    const faults = planRound(prngOf('long'), 3_600_000).map(({ fault }) => fault.kind);
    const counts = Map.groupBy(faults, (kind) => kind);
    expect(new Set(counts.keys())).toEqual(new Set(Object.keys(weights)));
    for (const [kind, found] of counts) {
      if (kind !== 'killDevice') expect(counts.get('killDevice')?.length).toBeGreaterThan(found.length);
    }
  });

  it('has no fault that it was not given', () => {
    const faults = planRound(prngOf('7'), 60_000, { killBroker: 1 });
    expect(new Set(faults.map(({ fault }) => fault.kind))).toEqual(new Set(['killBroker']));
  });
});

describe('the weather', () => {
  it('lets everything pass when it is calm', () => {
    expect([0, 0.5, 0.999].map((draw) => mishapOf(calm, draw))).toEqual([undefined, undefined, undefined]);
  });

  it('does each mishap as often as it says', () => {
    const prng = prngOf('weather');
    const counts = { drop: 0, duplicate: 0, delay: 0, reorder: 0, replay: 0, forge: 0 };
    const draws = 20_000;
    for (let n = 0; n < draws; n += 1) {
      const mishap = mishapOf(storm, prng.next());
      if (mishap !== undefined) counts[mishap] += 1;
    }
    for (const [mishap, count] of Object.entries(counts)) {
      expect(count / draws).toBeCloseTo(storm[mishap as keyof typeof counts], 2);
    }
  });
});
