import { readFileSync, statSync } from 'node:fs';

/** The password cannot be had; the message is a sentence with the way out. */
export class PasswordFileFault extends Error {
  readonly code: 'unreadable' | 'open';
  constructor(code: PasswordFileFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PasswordFileFault';
    this.code = code;
  }
}

/** @throws PasswordFileFault */
export function readPassword(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new PasswordFileFault('open', `Others may read the phone's password: run chmod 600 ${file}.`);
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof PasswordFileFault) throw error;
    throw new PasswordFileFault('unreadable', `The phone's password file ${file} cannot be read.`, {
      cause: error,
    });
  }
}
