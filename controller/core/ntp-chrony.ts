import { type NtpReport, steeredWithin } from './ntp.ts';

const client = 'chrony';

/** chronyd's own clock as its source (`local stratum` in chrony.conf): in step with nothing but itself. */
const localReference = '7F7F0101';

/**
 * One line of `chronyc -n -c tracking`: reference id, reference name, stratum, reference time, system time offset, last
 * offset, RMS offset, frequency, residual frequency, skew, root delay, root dispersion, update interval (seconds, ppm) and
 * leap status. The dispersion grows by itself while no server answers, so that an old synchronisation ends here.
 */
export function readChronyTracking(line: string): NtpReport {
  const fields = line.trim().split(',');
  const [referenceId, , stratum] = fields;
  const leap = fields[13];
  const [offset, rootDelay, rootDispersion] = [fields[4], fields[10], fields[11]].map(seconds);
  if (leap === undefined || offset === undefined || rootDelay === undefined || rootDispersion === undefined) {
    return { kind: 'unreadable', problem: 'chronyc said something else than its tracking' };
  }
  if (leap === 'Not synchronised') return { kind: 'undisciplined', client, problem: 'is not synchronised' };
  if (referenceId === localReference) {
    return { kind: 'undisciplined', client, problem: 'follows its own clock only' };
  }
  if (!/^([1-9]|1[0-5])$/.test(stratum ?? '')) {
    return { kind: 'undisciplined', client, problem: 'has no server of a known stratum' };
  }
  // chronyc(1), tracking: clock_error <= |system_time_offset| + root_dispersion + (0.5 * root_delay)
  return steeredWithin(client, (Math.abs(offset) + rootDispersion + rootDelay / 2) * 1_000);
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text === '' ? undefined : text);
  return Number.isFinite(value) ? value : undefined;
}
