import { describe, expect, it } from 'vitest';
import { readChronyTracking } from '../../controller/core/ntp-chrony.ts';

/** Lines of `chronyc -n -c tracking` as chrony 4.3 of Debian 12 printed them. */
const real = {
  synchronised:
    '7F000001,127.0.0.1,9,1795337863.770842870,-0.000001265,-0.000000213,0.000000241,-0.250,0.250,0.860,0.000005937,0.000000351,0.1,Normal',
  withoutServer:
    '00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised',
  ownClock:
    '7F7F0101,,8,1795337859.135746805,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,0.000000000,0.000000000,0.0,Normal',
};

/** The synchronised line with some of its fields changed, by their places. */
const line = (changes: Readonly<Record<number, string>>): string =>
  real.synchronised
    .split(',')
    .map((field, place) => changes[place] ?? field)
    .join(',');

describe('chrony', () => {
  it('that is synchronised vouches, within its offset, half the root delay and the root dispersion', () => {
    const report = readChronyTracking(`${real.synchronised}\n`);
    expect(report).toMatchObject({ kind: 'disciplined', client: 'chrony' });
    expect(report.kind === 'disciplined' && report.errorMs).toBeCloseTo(0.0045845, 9);
  });

  it.each([
    ['has not reached a server', real.withoutServer, 'is not synchronised'],
    ['serves its own clock', real.ownClock, 'follows its own clock only'],
    [
      'says that it is not synchronised, whatever it heard',
      line({ 13: 'Not synchronised' }),
      'is not synchronised',
    ],
    ['has a source without a stratum', line({ 2: '0' }), 'has no server of a known stratum'],
    ['has a source of stratum 16', line({ 2: '16' }), 'has no server of a known stratum'],
    ['still slews an hour away, forward', line({ 4: '3600.000000000' }), 'may be off by 3600 s'],
    ['still slews an hour away, back', line({ 4: '-3600.000000000' }), 'may be off by 3600 s'],
    ['has a root delay of 2 s', line({ 10: '2.000000000' }), 'may be off by 1 s'],
    ['has heard no server for long', line({ 11: '1.250000000' }), 'may be off by 1.3 s'],
  ])('that %s does not vouch', (_, said, problem) => {
    expect(readChronyTracking(said)).toEqual({ kind: 'undisciplined', client: 'chrony', problem });
  });

  it.each([
    ['the last stratum', { 2: '15' }],
    ['a leap second coming', { 13: 'Insert second' }],
    ['a leap second going', { 13: 'Delete second' }],
    ['a third of a second from each source of error', { 4: '-0.33', 10: '0.66', 11: '0.33' }],
  ])('vouches with %s', (_, changes) => {
    expect(readChronyTracking(line(changes)).kind).toBe('disciplined');
  });

  it.each([
    ['nothing', ''],
    ['an error', '506 Cannot talk to daemon'],
    ['half a line', real.synchronised.slice(0, 60)],
    ['words for figures', line({ 11: 'lots' })],
    ['an empty figure', line({ 4: '' })],
    ['no finite figure', line({ 10: 'inf' })],
  ])('cannot be read when it says %s', (_, said) => {
    expect(readChronyTracking(said).kind).toBe('unreadable');
  });
});
