import { describe, expect, it } from 'vitest';
import { type ClockKnowledge, examineClock, knowing, readClock } from '../../controller/core/clock.ts';
import { learnNtp, learnWelcome } from '../../controller/core/clock-evidence.ts';
import type { NtpReport } from '../../controller/core/ntp.ts';

const second = 1_000;
const minute = 60 * second;
const day = 86_400 * second;
const week = 7 * day;
const floor = Date.parse('2026-01-10T12:00:00.000Z');

const steered: NtpReport = { kind: 'disciplined', client: 'chrony', errorMs: 20 };
const unsteered: NtpReport = { kind: 'undisciplined', client: 'chrony', problem: 'is not synchronised' };
const unread: NtpReport = { kind: 'unreadable', problem: 'chronyc does not end' };

const started = knowing(floor);
const welcomedAt = (time: number, atMonotonicMs: number, known = started): ClockKnowledge =>
  learnWelcome(known, { time, atMonotonicMs, errorMs: 100 }, atMonotonicMs).known;
const steeredAt = (rtc: number, monotonicMs: number, known = started): ClockKnowledge =>
  learnNtp(known, steered, { rtc, monotonicMs }).known;
const told = (report: NtpReport, known: ClockKnowledge): ClockKnowledge =>
  learnNtp(known, report, { rtc: 0, monotonicMs: 0 }).known;

/** The clocks that a test reads: `monotonicMs` since the start, and a system clock that nobody should look at. */
const at = (monotonicMs: number, rtc = 0) => ({ monotonicMs, rtc });

const noon = floor + day;

describe('the state of the clock', () => {
  it.each([
    ['unknown on a device that was never welcomed', knowing(0), at(0, floor), 'unknown', 0],
    ['held by an RTC that reads the floor', started, at(0, floor), 'held', floor],
    [
      'held by an RTC up to 90 days after it',
      started,
      at(0, floor + 90 * day - 1),
      'held',
      floor + 90 * day - 1,
    ],
    ['unknown with an RTC of 90 days after the floor', started, at(0, floor + 90 * day), 'unknown', floor],
    ['unknown with an RTC before the floor', started, at(0, floor - 1), 'unknown', floor],
    ['unknown after a cold boot to 1970', started, at(0, 10), 'unknown', floor],
    ['trusted on a fresh welcome', welcomedAt(noon, 1_000), at(61_000), 'trusted', noon + minute],
    [
      'trusted when two welcomes were missed',
      welcomedAt(noon, 0),
      at(11 * minute),
      'trusted',
      noon + 11 * minute,
    ],
    [
      'held once welcomes have stopped',
      welcomedAt(noon, 0),
      at(11 * minute + 1),
      'held',
      noon + 11 * minute + 1,
    ],
    ['held for weeks without a welcome', welcomedAt(noon, 0), at(8 * week), 'held', noon + 8 * week],
    [
      'trusted by NTP before the first welcome',
      steeredAt(noon, 0, knowing(0)),
      at(minute),
      'trusted',
      noon + minute,
    ],
    ['trusted by NTP where the RTC had no time', steeredAt(noon, 0), at(minute), 'trusted', noon + minute],
    ['trusted while answers are missed', steeredAt(noon, 0), at(4 * minute), 'trusted', noon + 4 * minute],
    [
      'trusted when an answer is unreadable',
      told(unread, steeredAt(noon, 0)),
      at(minute),
      'trusted',
      noon + minute,
    ],
    [
      'held once no answer has come for 4 min',
      steeredAt(noon, 0),
      at(4 * minute + 1),
      'held',
      noon + 4 * minute + 1,
    ],
    [
      'held as soon as the client no longer vouches',
      told(unsteered, steeredAt(noon, 0)),
      at(1),
      'held',
      noon + 1,
    ],
    [
      'held when the client has gone',
      told({ kind: 'none' }, steeredAt(noon, 0)),
      at(week),
      'held',
      noon + week,
    ],
    [
      'held still when an answer is unreadable after that',
      told(unread, told(unsteered, steeredAt(noon, 0))),
      at(1),
      'held',
      noon + 1,
    ],
    [
      'trusted by NTP after weeks without a welcome',
      steeredAt(noon + 8 * week + second, 8 * week, welcomedAt(noon, 0)),
      at(8 * week),
      'trusted',
      noon + 8 * week + second,
    ],
    [
      'trusted by the welcome while both are fresh',
      steeredAt(noon + second, 0, welcomedAt(noon, 0)),
      at(minute),
      'trusted',
      noon + minute,
    ],
    ['trusted at the floor, while NTP is behind it', steeredAt(floor - day, 0), at(minute), 'trusted', floor],
  ] as const)('is %s', (_, known, inputs, state, now) => {
    expect(readClock(known, inputs)).toEqual({ state, now });
  });

  it('reads whole milliseconds, also after a round trip of an odd number of them', () => {
    expect(readClock(welcomedAt(floor, 10.5), at(21)).now).toBe(floor + 10);
  });

  it.each([0, floor, floor + day, floor + 365 * day])(
    'and its time are the same with a system clock at %i, once it was welcomed or NTP vouched',
    (rtc) => {
      for (const known of [welcomedAt(noon, 0), steeredAt(noon, 0)]) {
        for (const ms of [minute, day]) expect(readClock(known, at(ms, rtc)).now).toBe(noon + ms);
      }
    },
  );
});

describe('what the clock rests on', () => {
  const examined = (known: ClockKnowledge, monotonicMs: number, rtc = 0) => {
    const { source, ageMs, errorMs } = examineClock(known, at(monotonicMs, rtc));
    return { source, ageMs, errorMs };
  };

  it('is the welcome, with half its round trip as the error', () => {
    expect(examined(welcomedAt(noon, 0), 0)).toEqual({ source: 'welcome', ageMs: 0, errorMs: 100 });
  });

  it('drifts by 10 s a week', () => {
    expect(examined(welcomedAt(noon, 0), 3 * week)).toEqual({
      source: 'welcome',
      ageMs: 3 * week,
      errorMs: 30_100,
    });
    expect(examined(steeredAt(noon, 0), week)).toEqual({ source: 'chrony', ageMs: week, errorMs: 10_020 });
  });

  it('is whatever may be least wrong, once nothing is fresh', () => {
    const later = told(unsteered, steeredAt(noon + week, week, welcomedAt(noon, 0)));
    expect(examined(later, week + day).source).toBe('chrony');
    const earlier = welcomedAt(noon + week, week, told(unsteered, steeredAt(noon, 0)));
    expect(examined(earlier, week + day).source).toBe('welcome');
  });

  it('may be wrong by as much as the floor is ahead of it', () => {
    expect(examined(steeredAt(floor - day, 0), 0)).toEqual({ source: 'chrony', ageMs: 0, errorMs: day + 20 });
    const behindTheWelcome = steeredAt(noon + week - 4 * second, week, welcomedAt(noon, 0));
    expect(examineClock(behindTheWelcome, at(week))).toMatchObject({
      state: 'trusted',
      now: noon + week,
      errorMs: 4_020,
    });
  });

  it('is the system’s clock where nothing else is known, and nobody knows its error', () => {
    expect(examined(started, 0, floor + day)).toEqual({ source: 'systemClock' });
  });

  it('is nothing while the clock is unknown', () => {
    expect(examined(started, 0, 0)).toEqual({ source: 'none' });
  });
});

describe('the floor', () => {
  it('is moved by welcomes, up and down', () => {
    expect(welcomedAt(noon, 0).floor).toBe(noon);
    expect(welcomedAt(floor - day, 0).floor).toBe(floor - day);
  });

  it.each([-365 * day, -second, second, 365 * day])('is left alone by NTP at %i ms from it', (ms) => {
    expect(steeredAt(floor + ms, 0).floor).toBe(floor);
    expect(steeredAt(noon + ms, 0, welcomedAt(noon, 0)).floor).toBe(noon);
  });
});

describe('NTP and the welcome', () => {
  const newsOf = (rtc: number, known: ClockKnowledge, monotonicMs = 0) =>
    learnNtp(known, steered, { rtc, monotonicMs }).news;

  it.each([
    [5_120, 0],
    [-5_120, 0],
    [5_121, 1],
    [-5_121, 1],
    [365 * day, 1],
    [-56 * 365 * day, 1],
  ])('disagree when they are further apart than 5 s and their stated errors: %i ms', (byMs, times) => {
    const news = newsOf(noon + byMs, welcomedAt(noon, 0));
    expect(news).toEqual(times === 0 ? [] : [{ kind: 'ntpDisputed', byMs }]);
  });

  it('may be further apart the longer the clock has been held', () => {
    const known = welcomedAt(noon, 0);
    expect(newsOf(noon + week + 15_000, known, week)).toEqual([]);
    expect(newsOf(noon + week + 15_200, known, week)).toEqual([{ kind: 'ntpDisputed', byMs: 15_200 }]);
  });

  it('are told to disagree once, and then to agree again', () => {
    const known = steeredAt(noon + day, 0, welcomedAt(noon, 0));
    expect(newsOf(noon + day + minute, known, minute)).toEqual([]);
    expect(newsOf(noon + minute, known, minute)).toEqual([{ kind: 'ntpAgreesAgain' }]);
  });

  it('that disagree leave the time to the welcome, fresh and stale', () => {
    const known = steeredAt(noon + day, 0, welcomedAt(noon, 0));
    expect(readClock(known, at(minute))).toEqual({ state: 'trusted', now: noon + minute });
    expect(readClock(known, at(week))).toEqual({ state: 'held', now: noon + week });
  });

  it('disagree also when the welcome comes last, and take NTP’s time back', () => {
    const before = steeredAt(noon + day, 0);
    const { known, news } = learnWelcome(before, { time: noon, atMonotonicMs: 0, errorMs: 0 }, 0);
    expect(news).toEqual([{ kind: 'ntpDisputed', byMs: day }]);
    expect(readClock(known, at(week))).toEqual({ state: 'held', now: noon + week });
    expect(newsOf(noon + day, known)).toEqual([]);
  });

  it('do not disagree over a client that had stopped vouching: its clock has drifted since', () => {
    const before = told(unsteered, steeredAt(noon, 0));
    const welcome = { time: noon + week + day, atMonotonicMs: week, errorMs: 0 };
    expect(learnWelcome(before, welcome, week).news).toEqual([]);
  });
});

describe('NTP behind the floor', () => {
  it('is told once, and again when it has caught up', () => {
    const first = learnNtp(started, steered, at(0, floor - day));
    expect(first.news).toEqual([{ kind: 'behindFloor', byMs: day }]);
    expect(learnNtp(first.known, steered, at(minute, floor - day + minute)).news).toEqual([]);
    const stepped = learnNtp(first.known, steered, at(minute, floor));
    expect(stepped.news).toContainEqual({ kind: 'caughtUpWithFloor' });
  });

  it('by no more than clocks differ is not told', () => {
    expect(learnNtp(started, steered, at(0, floor - 5_020)).news).toEqual([]);
    expect(learnNtp(started, steered, at(0, floor - 5_021)).news).toHaveLength(1);
  });
});

describe('NTP that sets the clock anew', () => {
  it('is believed where no welcome says otherwise, and told', () => {
    const { known, news } = learnNtp(steeredAt(noon, 0), steered, at(minute, noon + day));
    expect(news).toEqual([{ kind: 'ntpStepped', byMs: day - minute }]);
    expect(readClock(known, at(minute))).toEqual({ state: 'trusted', now: noon + day });
  });

  it('by what it stated as its error is not told', () => {
    expect(learnNtp(steeredAt(noon, 0), steered, at(minute, noon + minute + 40)).news).toEqual([]);
  });
});
