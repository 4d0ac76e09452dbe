import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../controller/app/system-clock.ts';
import { HandTime, noon } from '../support/hand-time.ts';

const second = 1_000;
const minute = 60 * second;
const day = 86_400 * second;

/** Minutes to weeks, and the years that a clock may be wrong by. */
const span = fc.oneof(
  fc.integer({ min: 0, max: 20 * minute }),
  fc.integer({ min: 0, max: 30 * day }),
  fc.integer({ min: 0, max: 60 * 365 * day }),
);
const skew = fc.tuple(fc.constantFrom(-1, 1), span).map(([sign, ms]) => sign * ms);

type Happening =
  | { readonly kind: 'passes'; readonly ms: number }
  | { readonly kind: 'welcome'; readonly off: number }
  | { readonly kind: 'ntpVouches'; readonly off: number }
  | { readonly kind: 'ntpDoubts' | 'ntpUnread' | 'noNtp' }
  | { readonly kind: 'clockSet'; readonly to: number }
  | { readonly kind: 'restart' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('passes' as const), ms: span }) },
  fc.record({ kind: fc.constant('welcome' as const), off: skew }),
  fc.record({ kind: fc.constant('ntpVouches' as const), off: skew }),
  fc.record({ kind: fc.constantFrom('ntpDoubts' as const, 'ntpUnread' as const, 'noNtp' as const) }),
  fc.record({ kind: fc.constant('clockSet' as const), to: fc.integer({ min: 0, max: 2 * noon }) }),
  fc.constant({ kind: 'restart' as const }),
);

/** A device and what was told to it, kept in the simplest words. */
class Device {
  time = new HandTime();
  #floor = 0;
  clock = new SystemClock(this.time, this.#floor);
  #welcomedAgoMs = Number.POSITIVE_INFINITY;
  #vouchedAgoMs = Number.POSITIVE_INFINITY;

  do(happening: Happening): void {
    const { clock, time } = this;
    switch (happening.kind) {
      case 'passes':
        time.pass(happening.ms);
        this.#welcomedAgoMs += happening.ms;
        this.#vouchedAgoMs += happening.ms;
        return;
      case 'welcome':
        clock.setFromWelcome({ time: Math.max(1, noon + happening.off), atMonotonicMs: time.monotonicMs() });
        this.#welcomedAgoMs = 0;
        return;
      case 'ntpVouches':
        time.setSystemClock(Math.max(0, noon + happening.off));
        clock.setFromNtp({ kind: 'disciplined', client: 'chrony', errorMs: 10 });
        this.#vouchedAgoMs = 0;
        return;
      case 'ntpDoubts':
        clock.setFromNtp({ kind: 'undisciplined', client: 'chrony', problem: 'is not synchronised' });
        this.#vouchedAgoMs = Number.POSITIVE_INFINITY;
        return;
      case 'noNtp':
        clock.setFromNtp({ kind: 'none' });
        this.#vouchedAgoMs = Number.POSITIVE_INFINITY;
        return;
      case 'ntpUnread':
        clock.setFromNtp({ kind: 'unreadable', problem: 'chronyc does not end' });
        return;
      case 'clockSet':
        time.setSystemClock(happening.to);
        return;
      case 'restart':
        this.#floor = clock.floor();
        this.time = new HandTime(time.rtc());
        this.clock = new SystemClock(this.time, this.#floor);
        this.#welcomedAgoMs = Number.POSITIVE_INFINITY;
        this.#vouchedAgoMs = Number.POSITIVE_INFINITY;
        return;
      default:
        happening satisfies never;
    }
  }

  /** Whether a trusted clock would have a right to be. */
  hasFreshEvidence(): boolean {
    return this.#welcomedAgoMs <= 11 * minute || this.#vouchedAgoMs <= 4 * minute;
  }
}

/** Checks after every step of random days; `before` is the status ahead of it. */
const always = (check: (device: Device, happened: Happening, before: ReturnType<typeof lookAt>) => void) =>
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const device = new Device();
      for (const happened of happenings) {
        const before = lookAt(device);
        device.do(happened);
        check(device, happened, before);
      }
    }),
    { numRuns: 500 },
  );

const lookAt = ({ clock }: Device) => ({ floor: clock.floor(), ...clock.status() });

describe('through any sequence of welcomes, NTP, set clocks, time and restarts', () => {
  it('the floor is lowered by welcomes only', () => {
    always((device, happened, before) => {
      if (happened.kind !== 'welcome') expect(device.clock.floor()).toBeGreaterThanOrEqual(before.floor);
    });
  });

  it('the floor is raised by welcomes and the time since them only', () => {
    always((device, happened, before) => {
      if (happened.kind === 'welcome') return;
      const passed = happened.kind === 'passes' ? happened.ms : 0;
      expect(device.clock.floor() - before.floor).toBeLessThanOrEqual(passed);
    });
  });

  it('now is never before the floor, neither of this run nor of the next', () => {
    always(({ clock, time }) => {
      expect(clock.reading().now).toBeGreaterThanOrEqual(clock.floor());
      const restarted = new SystemClock(time, clock.floor());
      expect(restarted.reading().now).toBeGreaterThanOrEqual(clock.floor());
    });
  });

  it('trusted is only what was welcomed within 11 minutes or vouched for within 4', () => {
    always((device) => {
      if (device.clock.reading().state === 'trusted') expect(device.hasFreshEvidence()).toBe(true);
    });
  });

  it('nobody moves a trusted or held time by setting the system’s clock, unless it is all there is', () => {
    always((device, happened, before) => {
      if (happened.kind !== 'clockSet' || before.source === 'systemClock' || before.source === 'none') return;
      expect(device.clock.status()).toEqual(
        expect.objectContaining({ state: before.state, now: before.now, source: before.source }),
      );
    });
  });

  it('time passes as the monotonic clock does, while the source stays', () => {
    always((device, happened, before) => {
      if (happened.kind !== 'passes') return;
      const { source, now } = device.clock.status();
      if (source !== before.source || source === 'none') return;
      if (before.now > before.floor) expect(now).toBe(before.now + happened.ms);
      else expect(now).toBeGreaterThanOrEqual(before.now);
    });
  });

  it('a welcome is believed at once, whatever was said before', () => {
    always((device, happened) => {
      if (happened.kind !== 'welcome') return;
      const time = Math.max(1, noon + happened.off);
      expect(device.clock.reading()).toEqual({ state: 'trusted', now: time });
    });
  });
});
