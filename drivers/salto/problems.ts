import type { CallFault, CallOutcome } from './session/session-state.ts';
import type { DoorOperation, DoorResult } from './ship/doors.ts';

export const unnamedProblem =
  'Nobody has said what SALTO calls this door, or another door of this device is called the same (saltoDoorId).';

/** What is wrong with the server or the way to it, in a sentence for an installer. */
export function faultProblem(fault: CallFault, server: string): string {
  switch (fault) {
    case 'unreachable':
      return `The SALTO server at ${server} cannot be reached.`;
    case 'silent':
      return `The SALTO server at ${server} accepts the connection and does not answer.`;
    case 'cut':
      return `The SALTO server at ${server} ended the connection before its answer was complete.`;
    case 'tooLate':
      return `The SALTO server at ${server} was busy with other doors for too long.`;
    case 'notShip':
    case 'oversized':
    case 'notText':
    case 'notXml':
    case 'otherReply':
      return `The SALTO server at ${server} answers with something that is not SHIP (${fault}).`;
    case 'closed':
      return 'The controller is being stopped.';
    default:
      return fault satisfies never;
  }
}

export const exceptionProblem = (what: string, code: number | undefined): string =>
  `SALTO refuses ${what} (its error ${code ?? 'has no number'}).`;

const operationWords: Readonly<Record<DoorOperation, string>> = {
  open: 'to open this door',
  emergencyOpen: 'to open this door for an emergency',
  emergencyClose: 'to shut this door for an emergency',
  endOfEmergency: 'to end the emergency at this door',
  startOfficeMode: 'to begin office mode at this door',
  endOfficeMode: 'to end office mode at this door',
};

/** What became of an operation, for the door's machine. */
export type Operated =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      readonly problem: string;
      readonly outcome: 'refused' | 'notSent' | 'unknown';
    };

const notSent: ReadonlySet<CallFault> = new Set(['unreachable', 'tooLate', 'closed']);

export function operatedOf(
  operation: DoorOperation,
  outcome: Exclude<CallOutcome, { kind: 'params' }> | DoorResult,
  server: string,
): Operated {
  const refused = (code: number | undefined): Operated => ({
    kind: 'failed',
    problem: exceptionProblem(operationWords[operation], code),
    outcome: 'refused',
  });
  switch (outcome.kind) {
    case 'done':
      return outcome;
    case 'refused':
      return refused(outcome.errorCode);
    case 'exception':
      return refused(outcome.code);
    case 'untold':
      return {
        kind: 'failed',
        problem: 'SALTO answered without saying what became of this door.',
        outcome: 'unknown',
      };
    case 'fault':
      return {
        kind: 'failed',
        problem: faultProblem(outcome.fault, server),
        outcome: notSent.has(outcome.fault) ? 'notSent' : 'unknown',
      };
    default:
      return outcome satisfies never;
  }
}
