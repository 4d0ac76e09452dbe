/**
 * General-purpose lines behind one port: outputs that hold a relay, inputs that a contact pulls. Every backend keeps
 * the contract below (`test/support/gpio/gpio-contract.ts`), and none of them ever stands in for another: a backend
 * that cannot work throws, and the door that needs it is faulty.
 */

/** A line by its chip's label and its number on that chip: both stay what they are when kernels number anew. */
export interface LineRef {
  readonly chip: string;
  readonly line: number;
}

export type GpioFaultCode =
  /** The backend's library, device or file system is not there, or may not be used. */
  | 'backendUnusable'
  | 'chipNotFound'
  /** Two chips have this label. */
  | 'chipAmbiguous'
  | 'lineNotFound'
  /** Another program, or a driver of the kernel, has the line. */
  | 'lineBusy'
  /** The line was opened, and refused to be read or written. */
  | 'lineRefused'
  /** The line does not stand as it was written. */
  | 'notAsWritten';

/** The message is a sentence for an installer, without its full stop. */
export class GpioFault extends Error {
  readonly code: GpioFaultCode;

  constructor(code: GpioFaultCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'GpioFault';
    this.code = code;
  }
}

/**
 * What a backend threw. Whatever it did not foresee (a chip pulled out while it is looked at, no descriptor left) is a fault of the
 * backend, too: it costs one part of one door, which is tried again, and never the controller.
 */
export const faultOf = (error: unknown): GpioFault =>
  error instanceof GpioFault
    ? error
    : new GpioFault(
        'backendUnusable',
        `the lines cannot be used: ${error instanceof Error ? error.message : 'unknown fault'}`,
        error,
      );

export interface GpioOutput {
  /** Drives the line, and reads it back before it returns. @throws GpioFault */
  set(active: boolean): void;
  /** How the line stands now, whoever drove it. @throws GpioFault */
  read(): boolean;
  /** What the watchdog (`watchdog.sh`) is told to bring the line to this state once the controller is gone. */
  order(active: boolean): string;
  /** Lets go of the line, which stands as it was set last if the kernel allows; may be called twice, and throws nothing. */
  close(): void;
}

export interface GpioInput {
  /** Read from the line at this moment. @throws GpioFault */
  read(): boolean;
  /** Whether activity is told; on after opening. A contact that chatters is not listened to for a while. */
  listen(on: boolean): void;
  /** May be called twice, and throws nothing; tells nothing from now on. */
  close(): void;
}

export interface Gpio {
  /** The line is driven to `active` from the first moment on. @throws GpioFault */
  openOutput(ref: LineRef, options: { readonly activeLow: boolean; readonly active: boolean }): GpioOutput;
  /**
   * `onActivity` says that the line may have moved, never from within this call, and nothing about the level: pulses come
   * late, together, or as one. It is told at least once after the last movement that leaves the line otherwise than it was
   * read last. Whoever wants the level reads it.
   * @throws GpioFault
   */
  openInput(ref: LineRef, options: { readonly activeLow: boolean }, onActivity: () => void): GpioInput;
  /** Lets go of every line; may be called twice, and throws nothing. */
  close(): void;
}

export const nameOf = ({ chip, line }: LineRef): string => `line ${line} of ${chip}`;
