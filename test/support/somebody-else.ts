import { chmodSync } from 'node:fs';
import { onTestFinished } from 'vitest';

const asRoot = process.getuid?.() === 0;
/** Some other user than the one who runs the tests. */
const somebodyElse = '65534';

/** Keeps a folder from whoever is started through the answered command, until the test has ended. */
export function keepFromSomebodyElse(folder: string): readonly string[] {
  onTestFinished(() => chmodSync(folder, 0o700));
  // Who is not root is nobody else, but can be kept out of a folder of his own.
  chmodSync(folder, asRoot ? 0o700 : 0);
  return asRoot ? ['setpriv', `--reuid=${somebodyElse}`, `--regid=${somebodyElse}`, '--clear-groups'] : [];
}
