import { randomInt } from 'node:crypto';
import { codeForm } from '../../controller/core/hash-forms.ts';
import { credentialsOf } from './building-file/credentials.ts';
import type { BuildingFile } from './building-file/file.ts';

/**
 * An entry code that nobody in the file has or had, each as likely as any other; undefined when the building's
 * codes are used up. Codes that are lost or revoked are not given again: who knew one would be let in.
 */
export function newEntryCode(
  file: BuildingFile,
  random: (below: number) => number = (below) => randomInt(below),
): string | undefined {
  const { entryCodeLength: length } = file.building;
  const space = 10 ** length;
  const taken = new Set([
    ...credentialsOf(file).map(({ form }) => form),
    ...file.guests.map(({ code }) => codeForm(code)),
  ]);
  // Half full is far beyond what the guess budget can protect (DESIGN section 6), and keeps the search short.
  if (taken.size * 2 > space) return undefined;
  for (;;) {
    const code = String(random(space)).padStart(length, '0');
    if (!taken.has(codeForm(code))) return code;
  }
}
