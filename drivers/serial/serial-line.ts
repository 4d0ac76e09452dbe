/**
 * A serial port as bytes in and bytes out: opened, configured and polled by serialport's binding, read and written here.
 *
 * The stream around that binding would read through the thread pool, and read on for ever, at a whole processor's cost,
 * when the far end of an adapter is gone: every read of a hung-up line returns nothing at once. Here such a read ends it.
 */
import { readSync, writeSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { SerialFault } from './serial-fault.ts';

export interface SerialSettings {
  readonly path: string;
  /** 8 data bits, no parity, 1 stop bit. */
  readonly baudRate: number;
}

export interface SerialListener {
  bytes(bytes: Uint8Array): void;
  /** The line is gone, once; it has been closed. Not called after `close`. */
  lost(fault: SerialFault): void;
}

export interface SerialLine {
  /** Short messages: what the driver does not take at once is as good as lost on a line. */
  write(bytes: Uint8Array): void;
  /** Any number of times. */
  close(): Promise<void>;
}

export type OpenLine = (listener: SerialListener) => Promise<SerialLine>;

/** What serialport's binding is on every system that has device files. */
interface PolledPort {
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', call: (error: Error | null) => void): unknown };
  close(): Promise<void>;
}

const chunkBytes = 4_096;

/** @throws SerialFault */
export async function openSerialLine(
  { path, baudRate }: SerialSettings,
  listener: SerialListener,
): Promise<SerialLine> {
  const { SerialPort } = await import('serialport').catch((cause: unknown) => {
    throw new SerialFault('unsupported', 'serialport does not load on this machine', { cause });
  });
  // `list` is never asked: it ends the process where udevadm is missing. The path comes from the configuration.
  const port = await SerialPort.binding.open({ path, baudRate }).catch(async (cause: unknown) => {
    throw await faultOf(path, cause);
  });
  if (!('poller' in port) || port.fd === null) {
    await port.close();
    throw new SerialFault('unsupported', `${path} is no device file`);
  }
  return started(port, port.fd, path, listener);
}

function started(port: PolledPort, fd: number, path: string, listener: SerialListener): SerialLine {
  const buffer = new Uint8Array(chunkBytes);
  let closed: Promise<void> | undefined;

  const close = (): Promise<void> => {
    closed ??= port.close();
    return closed;
  };
  const lose = (fault: SerialFault): void => {
    if (closed !== undefined) return;
    // What the driver says of a device that is gone already is no news.
    close().catch(() => {});
    listener.lost(fault);
  };
  /** The port is non-blocking: what is there comes at once, and where nothing is, EAGAIN. */
  const read = (): void => {
    for (;;) {
      let count: number;
      try {
        count = readSync(fd, buffer);
      } catch (error) {
        if (isAgain(error)) return;
        lose(new SerialFault('hungUp', `${path} has hung up`, { cause: error }));
        return;
      }
      if (count === 0) {
        lose(new SerialFault('hungUp', `${path} has hung up`));
        return;
      }
      listener.bytes(buffer.slice(0, count));
      if (closed !== undefined || count < chunkBytes) return;
    }
  };
  /** The poller calls outside of Node's own callbacks: promises would not go on from there. An immediate is inside again. */
  const listen = (): void => {
    port.poller.once('readable', (error) => setImmediate(() => readable(error)));
  };
  const readable = (error: Error | null): void => {
    if (closed !== undefined) return;
    if (error === null) read();
    else lose(new SerialFault('hungUp', `${path} has hung up`, { cause: error }));
    if (closed === undefined) listen();
  };
  listen();
  return {
    write(bytes) {
      if (closed !== undefined) return;
      try {
        writeSync(fd, bytes);
      } catch (error) {
        // Nobody reads at the other end: the answer will not come either, and that is noticed.
        if (isAgain(error)) return;
        lose(new SerialFault('hungUp', `${path} has hung up`, { cause: error }));
      }
    },
    close,
  };
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

const isAgain = (error: unknown): boolean => codeOf(error) === 'EAGAIN' || codeOf(error) === 'EINTR';

/** The binding's errors are sentences of the system's; which one it was, the file says. */
async function faultOf(path: string, cause: unknown): Promise<SerialFault> {
  const reason = await access(path, constants.R_OK | constants.W_OK).then(() => undefined, codeOf);
  if (reason === 'ENOENT' || reason === 'ENOTDIR')
    return new SerialFault('missing', `${path} is not there`, { cause });
  if (reason === 'EACCES' || reason === 'EPERM')
    return new SerialFault('permission', `this user may not open ${path}`, { cause });
  const text = cause instanceof Error ? cause.message : '';
  if (/lock|busy/i.test(text)) return new SerialFault('busy', `another program has ${path}`, { cause });
  return new SerialFault('io', `${path} cannot be opened as a serial port`, { cause });
}
