/** What can go wrong at the head-end for a person to put right. `message` is one sentence with the way out. */
export type HeadEndErrorCode =
  | 'noBuilding'
  | 'otherBuilding'
  | 'badRows'
  | 'badSource'
  | 'unknownRow'
  | 'notRevocable'
  | 'unknownDevice'
  | 'whichDevice'
  | 'deviceExists'
  | 'deviceOffline'
  | 'unknownPairing'
  | 'badState'
  | 'badInput'
  | 'alreadyRunning'
  | 'notRunning'
  | 'diskRefused'
  /** A defect, of the running head-end too: its log tells more. */
  | 'fault';

export class HeadEndError extends Error {
  readonly code: HeadEndErrorCode;
  constructor(code: HeadEndErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HeadEndError';
    this.code = code;
  }
}
