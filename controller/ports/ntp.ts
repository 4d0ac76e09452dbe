import type { EpochMs } from '../core/access/facts.ts';
import type { NtpReport } from '../core/ntp.ts';

/** The system's NTP client, as far as it can be asked. It steers the system's clock; we only read what it says of it. */
export interface NtpSource {
  /**
   * Asks once. Ends within seconds, sooner when `signal` is aborted, and never rejects: no client, and no answer, are
   * reports. `rtc` reads the system's clock, for clients that say when they last heard a server.
   */
  read(rtc: () => EpochMs, signal: AbortSignal): Promise<NtpReport>;
}
