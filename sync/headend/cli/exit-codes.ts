import { diskFault, diskSentence } from '../disk-fault.ts';
import { HeadEndError, type HeadEndErrorCode } from '../head-end-error.ts';

/** Exit codes of `vestibule-headend` (sysexits.h); documented in docs/commands.md. */
export const exitCodes = {
  ok: 0,
  usage: 64,
  data: 65,
  unavailable: 69,
  software: 70,
  io: 74,
  config: 78,
} as const;

const byError: Readonly<Record<HeadEndErrorCode, number>> = {
  badInput: exitCodes.usage,
  whichDevice: exitCodes.usage,
  notRevocable: exitCodes.usage,
  deviceExists: exitCodes.usage,
  otherBuilding: exitCodes.data,
  badRows: exitCodes.data,
  badSource: exitCodes.data,
  unknownRow: exitCodes.data,
  unknownDevice: exitCodes.data,
  unknownPairing: exitCodes.data,
  deviceOffline: exitCodes.unavailable,
  alreadyRunning: exitCodes.unavailable,
  notRunning: exitCodes.unavailable,
  noBuilding: exitCodes.config,
  badState: exitCodes.config,
  diskRefused: exitCodes.io,
  fault: exitCodes.software,
};

/** A failure as one sentence with its exit code. */
export function failureOf(error: unknown): { readonly sentence: string; readonly exitCode: number } {
  if (error instanceof HeadEndError) return { sentence: error.message, exitCode: byError[error.code] };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      sentence:
        'The state folder or a file in it may not be used by this user; run as its owner, or name another --state.',
      exitCode: exitCodes.config,
    };
  }
  const refused = diskFault(error);
  if (refused !== undefined) return { sentence: diskSentence(refused), exitCode: exitCodes.io };
  return {
    sentence: `This is a defect of vestibule-headend; please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    exitCode: exitCodes.software,
  };
}
