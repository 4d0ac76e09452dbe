/** Codes of Node, beside SQLite's own: no space, a quota, a read-only or a failing disk. */
const diskCodes = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO'];

/** The code of an error with which the disk or the database has refused; undefined: something else went wrong. */
export function diskFault(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_') || diskCodes.includes(code) ? code : undefined;
}

/** A sentence with the way out. */
export const diskSentence = (code: string): string =>
  `The disk or the database refused (${code}); check the space and the health of the disk that holds the state folder.`;
