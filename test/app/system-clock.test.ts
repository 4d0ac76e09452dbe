import { describe, expect, it } from 'vitest';
import { SystemClock, systemTimers } from '../../controller/app/system-clock.ts';
import { HandTime, noon } from '../support/hand-time.ts';

describe('a welcome', () => {
  it('is off by half its round trip at most, and drifts from there', () => {
    const time = new HandTime();
    const clock = new SystemClock(time, 0);
    time.pass(300);
    clock.setFromWelcome({ time: noon, atMonotonicMs: 150 });
    expect(clock.status()).toMatchObject({ state: 'trusted', now: noon + 150, ageMs: 150 });
    expect(clock.status().errorMs).toBeCloseTo(150, 1);
    time.pass(7 * 86_400_000);
    expect(clock.status().errorMs).toBeCloseTo(10_150, 1);
  });
});

describe('a timer', () => {
  it('of more than 24 days is not over at once, as a bare one of Node would be', async () => {
    let early = false;
    const long = systemTimers.after(366 * 86_400_000, () => {
      early = true;
    });
    await new Promise<void>((resolve) => {
      systemTimers.after(20, resolve);
    });
    long.cancel();
    expect(early).toBe(false);
  });
});
