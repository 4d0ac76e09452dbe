import { describe, expect, it } from 'vitest';
import { readTimesyncd } from '../../controller/core/ntp-timesyncd.ts';

/** `busctl --json=short get-property … NTPMessage` as systemd 252 of Debian 12 printed it. */
const real = {
  synchronised:
    '{"type":"(uuuuittayttttbtt)","data":[0,4,4,9,-25,15,15,[127,0,0,1],1795337999899989,1795337999900004,1795337999900062,1795337999900075,false,1,0]}',
  withoutServer:
    '{"type":"(uuuuittayttttbtt)","data":[0,0,0,0,0,0,0,[0,0,0,0],0,18444535084909551616,18444535084909551616,0,false,0,0]}',
};
const kernelIs = (synchronised: boolean): string => `{"type":"b","data":${synchronised}}\n`;

const heardAt = 1_795_337_999_900;
const minute = 60_000;
const hour = 60 * minute;

interface Message {
  readonly leap?: number;
  readonly stratum?: number;
  readonly rootDelayMs?: number;
  readonly rootDispersionMs?: number;
  /** How far the clock was behind the server's before the exchange. */
  readonly offsetMs?: number;
  readonly roundTripMs?: number;
  readonly ignored?: boolean;
  readonly jitterMs?: number;
}

/** One whose exchange ended at `heardAt` by the server's clock. */
function message(it: Message): string {
  const { leap = 0, stratum = 2, offsetMs = 0, roundTripMs = 0, ignored = false } = it;
  const us = (ms = 0): number => ms * 1_000;
  const destination = us(heardAt - offsetMs);
  const serverAt = us(heardAt - roundTripMs / 2);
  const times = [destination - us(roundTripMs), serverAt, serverAt, destination];
  const root = [us(it.rootDelayMs), us(it.rootDispersionMs), [10, 0, 0, 1]];
  const data = [leap, 4, 4, stratum, -25, ...root, ...times, ignored, 3, us(it.jitterMs)];
  return `${JSON.stringify({ type: '(uuuuittayttttbtt)', data })}\n`;
}

const read = (it: Message, ageMs = 0) => readTimesyncd(message(it), kernelIs(true), heardAt + ageMs);
const errorOf = (it: Message, ageMs = 0): number | undefined => {
  const report = read(it, ageMs);
  return report.kind === 'disciplined' ? report.errorMs : undefined;
};

describe('systemd-timesyncd', () => {
  it('that has just heard its server vouches, if the kernel does too', () => {
    const report = readTimesyncd(real.synchronised, kernelIs(true), heardAt);
    expect(report).toMatchObject({ kind: 'disciplined', client: 'systemd-timesyncd' });
    expect(report.kind === 'disciplined' && report.errorMs).toBeCloseTo(0.0375, 6);
  });

  it('that may not set the clock does not: the kernel says so', () => {
    expect(readTimesyncd(real.synchronised, kernelIs(false), heardAt)).toEqual({
      kind: 'undisciplined',
      client: 'systemd-timesyncd',
      problem: 'has a server, but the kernel’s clock is not synchronised',
    });
  });

  it('that has not reached a server does not, though the kernel may still', () => {
    expect(readTimesyncd(real.withoutServer, kernelIs(true), heardAt)).toMatchObject({
      problem: 'has not reached a server yet',
    });
  });

  it('counts root delay and round trip by half, and offset, dispersion and jitter whole', () => {
    expect(errorOf({ rootDelayMs: 20 })).toBeCloseTo(10);
    expect(errorOf({ roundTripMs: 20 })).toBeCloseTo(10);
    expect(errorOf({ rootDispersionMs: 20 })).toBeCloseTo(20);
    expect(errorOf({ jitterMs: 20 })).toBeCloseTo(20);
    expect(errorOf({ offsetMs: 20 })).toBeCloseTo(20);
    expect(errorOf({ offsetMs: -20 })).toBeCloseTo(20);
  });

  it('is off by 10 s a week more the longer ago it heard its server, and no longer vouches at a second', () => {
    expect(errorOf({}, 16 * hour)).toBeCloseTo(952.4, 1);
    expect(read({}, 17 * hour)).toMatchObject({ kind: 'undisciplined', problem: 'may be off by 1 s' });
  });

  it('has set the clock at once where it was far off: what is left of that offset is nothing', () => {
    const fiftySixYearsMs = 56 * 365 * 24 * hour;
    expect(errorOf({ offsetMs: fiftySixYearsMs }, minute)).toBeCloseTo(1, 0);
    expect(errorOf({ offsetMs: -fiftySixYearsMs }, minute)).toBeCloseTo(1, 0);
  });

  it('has not where it took the answer for a spike', () => {
    expect(read({ offsetMs: 3_000, ignored: true })).toMatchObject({ problem: 'may be off by 3 s' });
  });

  it.each([
    ['not synchronised itself', { leap: 3 }, 'follows a server that is not synchronised'],
    ['without a stratum', { stratum: 0 }, 'follows a server that is not synchronised'],
    ['of stratum 16', { stratum: 16 }, 'follows a server that is not synchronised'],
    ['far from its own source', { rootDelayMs: 2_500 }, 'may be off by 1.3 s'],
  ])('does not vouch with a server that is %s', (_, changes, problem) => {
    expect(read(changes)).toEqual({ kind: 'undisciplined', client: 'systemd-timesyncd', problem });
  });

  it.each([
    ['a year forward', 365 * 24 * hour, 'may be off by 521.4 s'],
    ['back to 1970', -heardAt, 'heard its server at a time that has not come yet'],
  ])('does not vouch for a clock that was set %s since', (_, ms, problem) => {
    expect(read({}, ms)).toMatchObject({ kind: 'undisciplined', problem });
  });

  it.each([
    ['nothing', '', kernelIs(true)],
    ['another type', '{"type":"s","data":"yes"}', kernelIs(true)],
    ['no word of the kernel', real.synchronised, ''],
  ])('cannot be read from %s', (_, said, kernel) => {
    expect(readTimesyncd(said, kernel, heardAt).kind).toBe('unreadable');
  });
});
