import { z } from 'zod';
import type { EpochMs } from './access/facts.ts';
import { driftOf } from './clock.ts';
import { type NtpReport, steeredWithin } from './ntp.ts';

const client = 'systemd-timesyncd';

/** systemd-timesyncd steps the clock by more than this, and slews it by less (NTP_MAX_ADJUST of timesyncd-manager.c). */
const slewedUpToUs = 400_000;

const number = z.number();

/** The property has no field names; they are those of systemd's timesyncd-bus.c, with delays and instants in µs. */
const NtpMessage = z.object({
  data: z.tuple([
    number.describe('leap'),
    number.describe('version'),
    number.describe('mode'),
    number.describe('stratum'),
    number.describe('precision'),
    number.describe('root delay'),
    number.describe('root dispersion'),
    z.array(number).describe('reference'),
    number.describe('originate timestamp'),
    number.describe('receive timestamp'),
    number.describe('transmit timestamp'),
    number.describe('destination timestamp'),
    z.boolean().describe('ignored as a spike'),
    number.describe('packet count'),
    number.describe('jitter'),
  ]),
});

const KernelSynchronised = z.object({ data: z.boolean() });

/**
 * Two properties as `busctl --json=short get-property` prints them: NTPMessage of systemd-timesyncd (its last exchange
 * with a server), and NTPSynchronized of systemd-timedated, which is the kernel's own word (adjtimex). Both are
 * needed: timesyncd keeps its message also where it may not set the clock, and the kernel's word alone means "within 16 s".
 */
export function readTimesyncd(message: string, kernel: string, rtc: EpochMs): NtpReport {
  const parsed = NtpMessage.safeParse(fromJson(message));
  const synchronised = KernelSynchronised.safeParse(fromJson(kernel));
  if (!parsed.success || !synchronised.success) {
    return { kind: 'unreadable', problem: 'busctl said something else than the properties' };
  }
  const [leap, , , stratum, , rootDelay, rootDispersion, , ...rest] = parsed.data.data;
  const [originate, receive, transmit, destination, ignored, packetCount, jitter] = rest;
  const refused = (problem: string): NtpReport => ({ kind: 'undisciplined', client, problem });
  if (packetCount === 0) return refused('has not reached a server yet');
  if (leap === 3 || stratum < 1 || stratum > 15) return refused('follows a server that is not synchronised');
  if (!synchronised.data.data) return refused('has a server, but the kernel’s clock is not synchronised');
  const offset = (receive - originate + (transmit - destination)) / 2;
  const roundTrip = destination - originate - (transmit - receive);
  const stepped = !ignored && Math.abs(offset) > slewedUpToUs;
  const ageMs = rtc - (destination + offset) / 1_000;
  if (ageMs < -1_000) return refused('heard its server at a time that has not come yet');
  const errorUs = rootDelay / 2 + rootDispersion + roundTrip / 2 + jitter + (stepped ? 0 : Math.abs(offset));
  return steeredWithin(client, errorUs / 1_000 + driftOf(Math.max(0, ageMs)));
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
