import { accessSync, constants } from 'node:fs';
import type { ControllerConfig } from '../../../config/load.ts';
import { unsharedDevice } from '../../../drivers/sip/audio-probe.ts';
import { PasswordFileFault, readPassword } from '../../../drivers/sip/read-password.ts';
import { sipSetupOf } from '../../phone-setup.ts';

/** What is wrong with a file that the phone section names, in a sentence; undefined where nothing is. */
export function phoneFileProblem({ phone, file }: ControllerConfig): string | undefined {
  if (phone?.hardware !== 'sip') return undefined;
  const { login, caFile } = sipSetupOf(phone, file);
  try {
    if (login !== undefined) readPassword(login.passwordFile);
  } catch (error) {
    if (error instanceof PasswordFileFault) return error.message;
    throw error;
  }
  try {
    if (caFile !== undefined) accessSync(caFile, constants.R_OK);
  } catch {
    return `The phone's CA certificates ${caFile} cannot be read.`;
  }
  return undefined;
}

/** The loudspeaker, where the page and the engine cannot both sound on it. */
export const unsharedSpeaker = ({ phone, file }: ControllerConfig): string | undefined =>
  phone?.hardware === 'sip' ? unsharedDevice(sipSetupOf(phone, file).speaker) : undefined;
