import { execFile } from 'node:child_process';
import type { EpochMs } from '../core/access/facts.ts';
import type { NtpReport } from '../core/ntp.ts';
import { readChronyTracking } from '../core/ntp-chrony.ts';
import { readTimesyncd } from '../core/ntp-timesyncd.ts';
import type { NtpSource } from '../ports/ntp.ts';

type Command = readonly [program: string, ...args: readonly string[]];

export interface NtpCommands {
  readonly chronyTracking: Command;
  readonly timesyncdMessage: Command;
  readonly kernelSynchronised: Command;
}

/**
 * `busctl` prints what `timedatectl` shows, exactly and in JSON. A disabled systemd-timesyncd is not started by asking;
 * systemd-timedated only reads the kernel's state (adjtimex, which Node cannot), and starts and ends by itself.
 */
const systemCommands: NtpCommands = {
  chronyTracking: ['chronyc', '-n', '-c', 'tracking'],
  timesyncdMessage: [
    'busctl',
    ...['--json=short', '--auto-start=no', 'get-property', 'org.freedesktop.timesync1'],
    ...['/org/freedesktop/timesync1', 'org.freedesktop.timesync1.Manager', 'NTPMessage'],
  ],
  kernelSynchronised: [
    'busctl',
    ...['--json=short', 'get-property', 'org.freedesktop.timedate1'],
    ...['/org/freedesktop/timedate1', 'org.freedesktop.timedate1', 'NTPSynchronized'],
  ],
};

/** Reads chrony where it answers, else systemd-timesyncd, by the programs that come with them. */
export class NtpPrograms implements NtpSource {
  readonly #commands: NtpCommands;

  readonly #patienceMs: number;

  constructor(commands: NtpCommands = systemCommands, patienceMs = 5_000) {
    this.#commands = commands;
    this.#patienceMs = patienceMs;
  }

  async read(rtc: () => EpochMs, signal: AbortSignal): Promise<NtpReport> {
    const { chronyTracking, timesyncdMessage, kernelSynchronised } = this.#commands;
    const run = (command: Command): Promise<Outcome> => runToEnd(command, this.#patienceMs, signal);
    const tracking = await run(chronyTracking);
    if (tracking.kind === 'said') return readChronyTracking(tracking.text);
    if (tracking.kind === 'hung') return { kind: 'unreadable', problem: 'chronyc does not end' };
    const message = await run(timesyncdMessage);
    if (message.kind === 'failed') return { kind: 'none' };
    const kernel = await run(kernelSynchronised);
    if (message.kind === 'hung' || kernel.kind !== 'said') {
      return { kind: 'unreadable', problem: 'the system bus does not answer' };
    }
    return readTimesyncd(message.text, kernel.text, rtc());
  }
}

type Outcome =
  | { readonly kind: 'said'; readonly text: string }
  /** Not installed, or nobody there to be asked. */
  | { readonly kind: 'failed' }
  /** Killed: out of patience, or no longer wanted. */
  | { readonly kind: 'hung' };

function runToEnd([program, ...args]: Command, timeout: number, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { encoding: 'utf8', signal, timeout, killSignal: 'SIGKILL' } as const;
    execFile(program, args, options, (error, text) => {
      if (error === null) resolve({ kind: 'said', text });
      else resolve({ kind: error.killed === true || signal.aborted ? 'hung' : 'failed' });
    });
  });
}
