export type SerialFaultCode =
  /** There is no such device: an adapter that is not plugged in. */
  | 'missing'
  /** This user may not open it. */
  | 'permission'
  /** Another program has it. */
  | 'busy'
  /** It was there and hung up: an adapter that was pulled. */
  | 'hungUp'
  /** serialport's native part does not load, or the machine is none that it knows. */
  | 'unsupported'
  | 'io';

/** Why a serial port cannot be used now. */
export class SerialFault extends Error {
  readonly code: SerialFaultCode;
  constructor(code: SerialFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SerialFault';
    this.code = code;
  }
}
