import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Real peers of the tests, by the file that shows each is there. All are Debian packages. */
const needed = [
  { name: 'mosquitto', file: '/usr/sbin/mosquitto' },
  { name: 'chromium', file: '/usr/bin/chromium' },
] as const;

const missing = (): readonly string[] =>
  needed.filter(({ file }) => !existsSync(file)).map(({ name }) => name);

/** Installs what is missing as root; otherwise returns the sentence with the one line that does it. */
export function ensureSystemPackages(): string | undefined {
  const names = missing();
  if (names.length === 0) return undefined;
  const install = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const byHand = `The tests need ${names.join(', ')}. Install with:  sudo apt-get update && sudo ${install}`;
  if (!existsSync('/usr/bin/apt-get')) {
    return `The tests need these programs at Debian's paths: ${needed.map(({ file }) => file).join(', ')}. Missing: ${names.join(', ')}.`;
  }
  if (process.getuid?.() !== 0) return byHand;
  process.stdout.write(`installing ${names.join(', ')} …\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const line of ['apt-get update', install]) {
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', line], { env, encoding: 'utf8' });
    if (status !== 0) return `${line} failed:\n${stdout}${stderr}\n${byHand}`;
  }
  const left = missing();
  return left.length === 0 ? undefined : `${install} ran, and these are still missing: ${left.join(', ')}.`;
}
