import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mustBeginAnew } from '../../controller/core/disk-health.ts';
import {
  diskState,
  isLow,
  isScarce,
  mayGrowReserve,
  reserveSliceBytes,
  reserveWantedBytes,
  usedPercentOf,
} from '../../controller/core/disk-space.ts';

const mib = 1024 * 1024;
const disk = (totalBytes: number, usedPercent: number) => {
  const usedBytes = Math.round((totalBytes * usedPercent) / 100);
  return { usedBytes, availableBytes: totalBytes - usedBytes };
};

describe('the alarm about the disk', () => {
  it.each([
    [79.9, false, false],
    [80, false, true],
    [100, false, true],
    [79.9, true, true],
    [75, true, true],
    [74.9, true, false],
    [75, false, false],
  ])('at %s %% used, standing: %s, then stands: %s', (usedPercent, was, stands) => {
    expect(isLow(was, disk(1_000 * mib, usedPercent))).toBe(stands);
  });

  it('begins and ends at most once while the use moves to and fro within five per cent', () => {
    const within = fc.double({ min: 75, max: 79.99, noNaN: true });
    fc.assert(
      fc.property(fc.array(within), fc.boolean(), (uses, was) => {
        let low = was;
        for (const use of uses) low = isLow(low, disk(1_000 * mib, use));
        expect(low).toBe(was);
      }),
    );
  });

  it('takes a file system without a block for full', () => {
    expect(usedPercentOf({ usedBytes: 0, availableBytes: 0 })).toBe(100);
  });
});

describe('the reserve', () => {
  it.each([
    [4, 0.5],
    [24, 0.5],
    [64, 1.25],
    [256, 5],
    [512, 8],
    [32_000, 8],
  ])('of a disk of %s MiB is %s MiB', (total, reserve) => {
    expect(reserveWantedBytes(disk(total * mib, 50)) / mib).toBe(reserve);
  });

  it('is built up to its size or not at all, and never makes the disk scarce', () => {
    const bytes = fc.integer({ min: 0, max: 600 * mib });
    fc.assert(
      fc.property(bytes, bytes, (usedBytes, free) => {
        const wantedBytes = reserveWantedBytes({ usedBytes, availableBytes: free });
        let keptBytes = 0;
        let availableBytes = free;
        while (mayGrowReserve({ usedBytes, availableBytes }, { wantedBytes, keptBytes })) {
          keptBytes += reserveSliceBytes;
          availableBytes -= reserveSliceBytes;
        }
        const size = { wantedBytes, keptBytes };
        expect(keptBytes).toBeLessThanOrEqual(wantedBytes);
        if (keptBytes > 0) expect(isScarce(false, { usedBytes, availableBytes }, size)).toBe(false);
        // Where there is room for all of it, shedding ends with it.
        if (free >= 4 * wantedBytes) expect(isScarce(true, { usedBytes, availableBytes }, size)).toBe(false);
      }),
    );
  });
});

describe('telemetry', () => {
  const wantedBytes = 8 * mib;
  const left = (availableBytes: number) => ({ usedBytes: 1_000 * mib, availableBytes });
  it.each([
    ['is recorded while a reserve’s worth is left', false, wantedBytes, wantedBytes, false],
    ['is shed when less is left', false, wantedBytes - 1, wantedBytes, true],
    ['stays shed until twice as much is free', true, 2 * wantedBytes - 1, wantedBytes, true],
    ['stays shed until the reserve is whole', true, 100 * wantedBytes, wantedBytes - 1, true],
    ['is recorded again when both are so', true, 2 * wantedBytes, wantedBytes, false],
    ['is recorded while the reserve of a new device is built', false, 100 * wantedBytes, 0, false],
  ])('%s', (_, was, available, keptBytes, shed) => {
    expect(isScarce(was, left(available), { wantedBytes, keptBytes })).toBe(shed);
  });
});

it.each([
  [{ low: false, scarce: false, refusing: false }, 'ample'],
  [{ low: true, scarce: false, refusing: false }, 'low'],
  [{ low: false, scarce: true, refusing: false }, 'reserve'],
  [{ low: true, scarce: true, refusing: false }, 'reserve'],
  [{ low: true, scarce: true, refusing: true }, 'full'],
] as const)('%o is shown as %s', (flags, state) => {
  expect(diskState(flags)).toBe(state);
});

it.each([
  ['unreadable', 1, true],
  ['sound', 1, false],
  ['refused', 2, false],
  ['sound', 3, true],
  ['refused', 3, true],
] as const)('a database found %s at check %i: begin anew %s', (soundness, checks, anew) => {
  expect(mustBeginAnew(soundness, checks)).toBe(anew);
});
