/** What the system's NTP client says of the system clock: one word for chrony and systemd-timesyncd. */
export type NtpReport =
  /** The client steers the clock, and bounds its error at `errorMs`, under `disciplinedErrorMs`. */
  | { readonly kind: 'disciplined'; readonly client: NtpClient; readonly errorMs: number }
  /** A client answers, and the clock is not to be trusted on its word. `problem` completes "chrony …". */
  | { readonly kind: 'undisciplined'; readonly client: NtpClient; readonly problem: string }
  /** No client that we can read runs here. */
  | { readonly kind: 'none' }
  /** No answer this time; says nothing about the clock. */
  | { readonly kind: 'unreadable'; readonly problem: string };

export type NtpClient = 'chrony' | 'systemd-timesyncd';

/** DESIGN section 7: a clock is trusted when it is NTP-disciplined with an error under 1 s. */
const disciplinedErrorMs = 1_000;

/** A clock can be steered and still be far off (a first correction is slewed for hours): only the bound decides. */
export const steeredWithin = (client: NtpClient, errorMs: number): NtpReport =>
  errorMs < disciplinedErrorMs
    ? { kind: 'disciplined', client, errorMs }
    : { kind: 'undisciplined', client, problem: `may be off by ${Math.round(errorMs / 100) / 10} s` };
