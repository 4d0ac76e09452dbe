import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ContactEffect,
  type ContactState,
  initialContact,
  isChattering,
  stepContact,
} from '../../../drivers/gpio/contact.ts';

const debounceMs = 20;

/** A line and the machine that watches it, in a time of their own. */
class Bench {
  readonly told: boolean[] = [];
  readonly chattering: boolean[] = [];
  activities = 0;
  nowMs = 0;
  #level: boolean;
  #listens = true;
  #timerAtMs: number | undefined;
  readonly #letsOut: boolean;
  #state: ContactState;

  constructor(level = false, letsOut = false) {
    this.#level = level;
    this.#letsOut = letsOut;
    this.#state = initialContact(level);
  }

  get isChattering(): boolean {
    return isChattering(this.#state);
  }

  /** Somebody moves the line; whoever listens is told. */
  move(level: boolean): void {
    if (this.#level === level) return;
    this.#level = level;
    this.activity();
  }

  activity(): void {
    if (!this.#listens) return;
    this.activities += 1;
    this.#step({ kind: 'activity' });
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.#timerAtMs !== undefined && this.#timerAtMs <= untilMs) {
      this.nowMs = this.#timerAtMs;
      this.#timerAtMs = undefined;
      this.#step({ kind: 'timer', level: this.#level });
    }
    this.nowMs = untilMs;
  }

  /** Flips the line for so long, once every `everyMs`. */
  flip(forMs: number, everyMs: number): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.pass(everyMs)) this.move(!this.#level);
  }

  #step(input: Parameters<typeof stepContact>[1]): void {
    const { state, effects } = stepContact(this.#state, input, this.nowMs, {
      debounceMs,
      letsOut: this.#letsOut,
    });
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
  }

  #execute(effect: ContactEffect): void {
    if (effect.kind === 'tell') this.told.push(effect.level);
    if (effect.kind === 'chattering') this.chattering.push(effect.on);
    if (effect.kind === 'listen') this.#listens = effect.on;
    if (effect.kind === 'startTimer') this.#timerAtMs = this.nowMs + effect.ms;
  }
}

describe('a contact', () => {
  it('is told once it has been quiet for the debounce time, and not before', () => {
    const bench = new Bench();
    bench.move(true);
    bench.pass(debounceMs - 1);
    expect(bench.told).toEqual([]);
    bench.pass(1);
    expect(bench.told).toEqual([true]);
  });

  it('that bounces is told once, counted from its last bounce', () => {
    const bench = new Bench();
    for (const level of [true, false, true, false, true]) {
      bench.move(level);
      bench.pass(6);
    }
    bench.pass(debounceMs - 7);
    expect(bench.told).toEqual([]);
    bench.pass(1);
    expect(bench.told).toEqual([true]);
  });

  it('is not told for a pulse that is shorter than the debounce time', () => {
    const bench = new Bench();
    bench.move(true);
    bench.pass(debounceMs - 1);
    bench.move(false);
    bench.pass(1_000);
    expect(bench.told).toEqual([]);
  });

  it('is told as it stands when pulses came together as one', () => {
    const bench = new Bench(true);
    // Closed, opened, closed: one activity, and the level is what it was.
    bench.activity();
    bench.pass(debounceMs);
    expect(bench.told).toEqual([]);
    bench.move(false);
    bench.pass(debounceMs);
    expect(bench.told).toEqual([false]);
  });

  it('that flips 500 times a second is told as chattering, once, and its level stays', () => {
    const bench = new Bench();
    bench.flip(60_000, 2);
    expect(bench.chattering).toEqual([true]);
    expect(bench.told).toEqual([]);
    expect(bench.isChattering).toBe(true);
  });

  it('that chatters is listened to for about one movement a second', () => {
    const bench = new Bench();
    bench.flip(2_000, 2);
    const before = bench.activities;
    bench.flip(60_000, 2);
    expect(bench.activities - before).toBeLessThanOrEqual(60);
  });

  it('is trusted again after two quiet seconds, at the level where it then stands', () => {
    const bench = new Bench();
    bench.flip(5_000, 2);
    bench.move(true);
    bench.pass(1_900);
    expect(bench.chattering).toEqual([true]);
    bench.pass(1_200);
    expect(bench.chattering).toEqual([true, false]);
    expect(bench.told).toEqual([true]);
    bench.move(false);
    bench.pass(debounceMs);
    expect(bench.told).toEqual([true, false]);
  });

  describe('that lets people out', () => {
    // By 17 ms: it stands now so, now so, when it is looked at.
    const chattering = (bench: Bench): Bench => {
      bench.flip(5_000, 17);
      expect(bench.chattering).toEqual([true]);
      return bench;
    };

    it.each([2, 10, 17])('and flips every %d ms is told as active, once, within a second', (everyMs) => {
      const bench = new Bench(false, true);
      bench.flip(1_100, everyMs);
      expect(bench.told).toEqual([true]);
      bench.flip(60_000, everyMs);
      expect(bench.told).toEqual([true]);
      expect(bench.chattering).toEqual([true]);
    });

    it('is told as it stands once it is quiet', () => {
      const bench = chattering(new Bench(false, true));
      bench.move(false);
      bench.pass(3_000);
      expect(bench.told).toEqual([true, false]);
    });

    it('and only shivered is told as active by the first reading that says so, not once it is quiet', () => {
      const bench = new Bench(false, true);
      for (let ms = 0; ms < 3_000; ms += 5) {
        bench.activity();
        bench.pass(5);
      }
      expect(bench.chattering).toEqual([true]);
      expect(bench.told).toEqual([]);
      bench.move(true);
      bench.pass(1_000);
      expect(bench.told).toEqual([true]);
      expect(bench.chattering).toEqual([true]);
    });
  });

  const moves = fc.array(
    fc.record({
      level: fc.boolean(),
      ms: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ max: 20_000, min: 0 })),
    }),
    { maxLength: 300 },
  );

  it('ends told at the level where the line stands, whatever it did, and is never told twice alike', () => {
    fc.assert(
      fc.property(moves, fc.boolean(), (steps, letsOut) => {
        const bench = new Bench(false, letsOut);
        let level = false;
        for (const step of steps) {
          bench.move(step.level);
          level = step.level;
          bench.pass(step.ms);
        }
        bench.pass(60_000);
        expect(bench.isChattering).toBe(false);
        expect(bench.told.at(-1) ?? false).toBe(level);
        expect(bench.told.every((one, index) => one !== (bench.told[index - 1] ?? false))).toBe(true);
        expect(bench.chattering).toEqual(bench.chattering.map((_, index) => index % 2 === 0));
      }),
    );
  });

  it('tells a chattering and its end no more than once in three seconds', () => {
    fc.assert(
      fc.property(moves, fc.boolean(), (steps, letsOut) => {
        const bench = new Bench(false, letsOut);
        for (const step of steps) {
          bench.move(step.level);
          bench.pass(step.ms);
        }
        expect(bench.chattering.length).toBeLessThanOrEqual(2 + (2 * bench.nowMs) / 3_000);
      }),
    );
  });
});
