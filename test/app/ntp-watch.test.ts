import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NtpWatch } from '../../controller/app/ntp-watch.ts';
import type { NtpReport } from '../../controller/core/ntp.ts';
import { type Body, Shell } from '../support/controller-shell.ts';
import { HandTime, noon } from '../support/hand-time.ts';
import { HeldNtp } from '../support/held-ntp.ts';

const day = 86_400_000;
const week = 7 * day;
const year = 365 * day;

const steered: NtpReport = { kind: 'disciplined', client: 'chrony', errorMs: 20 };
const unsteered: NtpReport = { kind: 'undisciplined', client: 'chrony', problem: 'is not synchronised' };
const unread: NtpReport = { kind: 'unreadable', problem: 'chronyc does not end' };

interface Watched {
  readonly shell: Shell;
  readonly ntp: HeldNtp;
  /** Lets a minute pass, in which NTP is asked again, and answers. */
  readonly askedAgain: (report: NtpReport) => Promise<void>;
  /** The clock events since the last look. */
  readonly told: () => readonly Body[];
  readonly end: () => Promise<void>;
}

/** A console with an NTP client, just started; the first question waits. */
function watched(shell: Shell): Watched {
  const ntp = new HeldNtp();
  const { time, clock, recorder } = shell;
  const note = (fields: object, message: string): void => void shell.logged.push({ fields, message });
  const log = { info: note, warn: note, error: note };
  const ending = new AbortController();
  const running = new NtpWatch({ ...{ time, clock, recorder, log }, source: ntp, timers: time.timers }).run(
    ending.signal,
  );
  const end = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  onTestFinished(end);
  let seen = shell.journal.head().seq;
  return {
    ...{ shell, ntp, end },
    askedAgain: async (report) => {
      time.pass(64_000);
      await nextTurn();
      await ntp.answer(report);
    },
    told: () => {
      const events = shell.events(seen).filter(({ type }) => type === 'ClockChanged');
      seen = shell.journal.head().seq;
      return events;
    },
  };
}

/** After a power cut: the battery clock has lost its time, and the cloud is out of reach. */
function afterPowerCut(): Shell {
  const before = new Shell();
  before.close();
  return new Shell({ dir: before.dir, time: new HandTime(10_000), welcomed: false });
}

describe('the NTP client', () => {
  it('is asked at the start, and about once a minute after each answer', async () => {
    const { ntp, shell } = watched(new Shell());
    expect(ntp.asked).toBe(1);
    await ntp.answer(steered);
    shell.time.pass(63_999);
    await nextTurn();
    expect(ntp.asked).toBe(1);
    shell.time.pass(1);
    await nextTurn();
    expect(ntp.asked).toBe(2);
  });

  it('is never asked twice at once, however long it takes', async () => {
    const { ntp, shell } = watched(new Shell());
    shell.time.pass(day);
    await nextTurn();
    expect([ntp.asked, ntp.waiting]).toEqual([1, 1]);
  });

  it('is asked more often while the clock is unknown', async () => {
    const { ntp, shell } = watched(afterPowerCut());
    await ntp.answer(unsteered);
    shell.time.pass(8_000);
    await nextTurn();
    expect(ntp.asked).toBe(2);
  });

  it('is not asked again once the controller ends, in a question or between two', async () => {
    const first = watched(new Shell());
    await first.end();
    expect(first.ntp.waiting).toBe(0);
    const second = watched(new Shell());
    const { timers } = second.shell.time;
    const others = timers.pending;
    await second.ntp.answer(steered);
    expect(timers.pending).toBe(others + 1);
    await second.end();
    expect([second.ntp.asked, timers.pending]).toEqual([1, others]);
  });

  it('is logged when it says something else, and not with every answer', async () => {
    const { ntp, askedAgain, shell } = watched(new Shell());
    await ntp.answer({ kind: 'none' });
    await askedAgain({ kind: 'none' });
    await askedAgain(unsteered);
    await askedAgain(steered);
    await askedAgain({ ...steered, errorMs: 30 });
    await askedAgain(unread);
    const said = shell.logged.filter(({ message }) => message === 'NTP client');
    expect(said.map(({ fields }) => fields)).toEqual([
      { ntp: 'none answers' },
      { ntp: 'chrony does not vouch for the clock' },
      { ntp: 'chrony steers the clock' },
      { ntp: 'cannot be read' },
    ]);
  });
});

describe('after a power cut without a cloud', () => {
  it('NTP makes the unknown clock trusted, and that is an event by its time', async () => {
    const { shell, ntp, told, askedAgain } = watched(afterPowerCut());
    await ntp.answer(unsteered);
    expect(shell.clock.reading()).toEqual({ state: 'unknown', now: noon });
    shell.time.setSystemClock(noon + day);
    await askedAgain(steered);
    const now = noon + day + 64_000;
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now });
    expect(told()).toMatchObject([
      {
        severity: 'info',
        problem: 'the clock was unknown and is set by NTP',
        clockState: 'trusted',
        time: new Date(now).toISOString(),
      },
    ]);
    await askedAgain(steered);
    expect(told()).toEqual([]);
  });

  it('a system clock that was set while NTP was asked is not believed before the next answer', async () => {
    const { shell, ntp, askedAgain } = watched(afterPowerCut());
    shell.time.setSystemClock(noon + year);
    await ntp.answer(steered);
    expect(shell.clock.reading().state).toBe('unknown');
    await askedAgain(steered);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon + year + 64_000 });
  });

  it('NTP behind the floor is one alarm, and its end a notice', async () => {
    const { shell, ntp, told, askedAgain } = watched(afterPowerCut());
    await ntp.answer(steered);
    expect(told()).toMatchObject([
      { severity: 'alarm', clockState: 'trusted', time: new Date(noon).toISOString() },
      { severity: 'info' },
    ]);
    await askedAgain(steered);
    expect(told()).toEqual([]);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon });
    shell.time.setSystemClock(noon);
    await askedAgain(steered);
    expect(told()).toMatchObject([
      { severity: 'warning', problem: expect.stringMatching('NTP has set the clock forward') },
      { severity: 'notice', problem: 'NTP is no longer behind the floor of the clock' },
    ]);
  });

  it('the floor stays where the last welcome and the time since put it', async () => {
    const { shell, ntp, askedAgain } = watched(afterPowerCut());
    await ntp.answer(unsteered);
    shell.time.setSystemClock(noon + year);
    await askedAgain(steered);
    shell.housekeeping.start([], []);
    shell.time.pass(3_600_000);
    shell.housekeeping.stop([]);
    expect(shell.journal.clockFloor()).toBe(noon);
  });
});

describe('with the cloud out of reach for weeks', () => {
  it('NTP keeps the clock trusted; without it the clock is held from there', async () => {
    const { shell, ntp, askedAgain } = watched(new Shell());
    await ntp.answer(steered);
    shell.time.pass(8 * week);
    await nextTurn();
    await ntp.answer(steered);
    expect(shell.clock.status()).toMatchObject({ state: 'trusted', source: 'chrony', errorMs: 20 });
    await askedAgain(unsteered);
    shell.time.pass(week);
    expect(shell.clock.status()).toMatchObject({
      state: 'held',
      source: 'chrony',
      now: noon + 9 * week + 64_000,
    });
    expect(shell.clock.status().errorMs).toBeCloseTo(10_021, 0);
  });

  it.each([
    ['a year forward', noon + year],
    ['back to 1970', 0],
  ])('a system clock that is set %s moves nothing, trusted or held', async (_, to) => {
    const { shell, ntp, askedAgain } = watched(new Shell());
    await ntp.answer(steered);
    await askedAgain(steered);
    shell.time.setSystemClock(to);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon + 64_000 });
    await askedAgain(unsteered);
    shell.time.pass(day);
    expect(shell.clock.reading()).toEqual({ state: 'held', now: noon + 128_000 + day });
  });
});

describe('NTP that tells another time than the signed welcome', () => {
  it('is one alarm, and the welcome wins, also when it has gone stale', async () => {
    const { shell, ntp, told, askedAgain } = watched(new Shell({ time: new HandTime(noon + day) }));
    await ntp.answer(steered);
    await askedAgain(steered);
    expect(told()).toMatchObject([{ severity: 'alarm', problem: expect.stringMatching('by 86400 s') }]);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon + 64_000 });
    shell.time.pass(week);
    expect(shell.clock.status()).toMatchObject({ state: 'held', source: 'welcome' });
    shell.time.setSystemClock(noon + week + 64_000);
    await nextTurn();
    await ntp.answer(unread);
    await askedAgain(steered);
    expect(told()).toMatchObject([
      { severity: 'notice', problem: 'NTP agrees with the signed welcome again' },
    ]);
    expect(shell.clock.status()).toMatchObject({ state: 'trusted', source: 'chrony' });
  });

  it('is an alarm also when NTP was there first', async () => {
    const { shell, ntp, told } = watched(new Shell({ time: new HandTime(noon + day), welcomed: false }));
    await ntp.answer(steered);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon + day });
    told();
    shell.welcome(noon);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon });
    expect(told()).toMatchObject([{ severity: 'alarm', problem: expect.stringMatching('NTP is ahead') }]);
    shell.welcome(noon);
    expect(told()).toEqual([]);
  });
});
