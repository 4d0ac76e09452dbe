import { redactText } from './app/redact.ts';
import { SocketPathFault } from './control-socket.ts';
import { exitCodes } from './exit-codes.ts';
import { StorageFault } from './ports/journal.ts';

/** What ended a command that nobody caught, as one sentence and its exit code; a defect brings its stack. */
export function failureOf(error: unknown): { readonly sentence: string; readonly exitCode: number } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof SocketPathFault) return { sentence: error.message, exitCode: exitCodes.unavailable };
  if (['EACCES', 'EPERM', 'SQLITE_CANTOPEN'].includes(code)) {
    return {
      sentence:
        'The state folder or a file in it may not be used by this user; run as its owner, or change stateDir.',
      exitCode: exitCodes.config,
    };
  }
  if (
    error instanceof StorageFault ||
    code.startsWith('SQLITE_') ||
    ['ENOSPC', 'EROFS', 'EIO'].includes(code)
  ) {
    const problem = error instanceof StorageFault ? error.message : code;
    return {
      sentence: `The disk or a database in the state folder refused: ${problem}. Check the disk's space and health.`,
      exitCode: exitCodes.io,
    };
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    sentence: redactText(`This is a defect of vestibule; please report it: ${told}`),
    exitCode: exitCodes.software,
  };
}
