/** A serial line without hardware: a device file at one end, bytes at the other, and nobody between who would take time. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, lstatSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';

/** No pty can be made here. */
export class PtyFault extends Error {
  readonly code = 'pty';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PtyFault';
  }
}

export interface Pty {
  write(bytes: Uint8Array): void;
  /** As an adapter that is pulled: whoever has it open hangs up. */
  close(): Promise<void>;
}

/** Not blocking: what a line that nobody reads does not take is lost, as on a wire. */
const access = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

/** The requests TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)) on file descriptor 3, and no echo before anybody sets the line. */
const unlock = `
  open(my $pty, '+<&=', 3) or die "$!";
  my ($lock, $number) = (pack('i', 0), pack('i', 0));
  ioctl($pty, 0x40045431, $lock) or die "$!";
  ioctl($pty, 0x80045430, $number) or die "$!";
  my $device = '/dev/pts/' . unpack('i', $number);
  system('stty', '-F', $device, 'raw', '-echo') == 0 or die 'stty has failed';
  print $device;
`;

/** @throws PtyFault */
export function openPty(path: string, onBytes: (bytes: Uint8Array) => void): Pty {
  const master = opened('/dev/ptmx');
  let held: number | undefined;
  try {
    const device = unlocked(master);
    // Somebody has it open always: a line that nobody listens to is no line that has ended.
    held = opened(device);
    // A link that a killed one has left behind.
    if (isLink(path)) rmSync(path);
    symlinkSync(device, path);
  } catch (error) {
    for (const open of [held, master]) if (open !== undefined) closeSync(open);
    if (error instanceof PtyFault) throw error;
    throw new PtyFault(`no serial line can be made at ${path}: ${String(error)}`, { cause: error });
  }
  const stream = new ReadStream(master);
  stream.on('data', onBytes);
  let closed = false;
  return {
    write(bytes) {
      if (!closed) writeAll(master, bytes);
    },
    async close() {
      if (closed) return;
      closed = true;
      if (isLink(path)) rmSync(path);
      closeSync(held);
      stream.destroy();
      await once(stream, 'close');
    },
  };
}

function opened(file: string): number {
  try {
    return openSync(file, access);
  } catch (error) {
    throw new PtyFault(`no serial line can be made here: ${file} cannot be opened`, { cause: error });
  }
}

/** The device file of the other end, which may be opened from then on. */
function unlocked(master: number): string {
  const { status, error, stdout, stderr } = spawnSync('perl', ['-e', unlock], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', master],
  });
  if (error !== undefined)
    throw new PtyFault('perl, which unlocks the serial line, is not installed (Debian: perl-base)', {
      cause: error,
    });
  if (status !== 0) throw new PtyFault(`no serial line can be made here: ${stderr.trim()}`);
  return stdout;
}

function writeAll(master: number, bytes: Uint8Array): void {
  try {
    writeSync(master, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
  }
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
