import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';

/** Real peers of the tests, by the file that shows each is there. All are Debian packages. */
const needed = [
  { name: 'mosquitto', file: '/usr/sbin/mosquitto' },
  { name: 'chromium', file: '/usr/bin/chromium' },
  { name: 'openssl', file: '/usr/bin/openssl' },
  { name: 'socat', file: '/usr/bin/socat' },
  { name: 'baresip-core', file: '/usr/bin/baresip' },
  { name: 'sip-tester', file: '/usr/bin/sipp' },
  { name: 'kamailio', file: '/usr/sbin/kamailio' },
  { name: 'kamailio-tls-modules', file: '/usr/share/doc/kamailio-tls-modules' },
  { name: 'g++', file: '/usr/bin/g++' },
  { name: 'libfuse3-dev', file: '/usr/include/fuse3/fuse.h' },
  { name: 'libgpiod-dev', file: '/usr/include/gpiod.h' },
  { name: 'gpiod', file: '/usr/bin/gpioset' },
] as const;

/** Debian's chrony, unpacked and not installed: installed, it would replace this machine's own NTP client. */
export const chronyFolder = new URL('../node_modules/.cache/chrony/', import.meta.url).pathname;

const missing = (): readonly string[] =>
  needed.filter(({ file }) => !existsSync(file)).map(({ name }) => name);

/** Installs what is missing as root; otherwise returns the sentence with the one line that does it. */
export function ensureSystemPackages(): string | undefined {
  return ensureInstalled() ?? ensureChrony();
}

function ensureInstalled(): string | undefined {
  const names = missing();
  if (names.length === 0) return undefined;
  if (!existsSync('/usr/bin/apt-get')) {
    return `The tests need these programs at Debian's paths: ${needed.map(({ file }) => file).join(', ')}. Missing: ${names.join(', ')}.`;
  }
  const problem = install(names);
  if (problem !== undefined) return problem;
  const left = missing();
  return left.length === 0
    ? undefined
    : `apt-get installed ${names.join(' ')}, and these are still missing: ${left.join(', ')}.`;
}

function ensureChrony(): string | undefined {
  if (!existsSync(`${chronyFolder}usr/sbin/chronyd`)) {
    process.stdout.write('unpacking chrony …\n');
    mkdirSync(chronyFolder, { recursive: true });
    const unpack = `cd '${chronyFolder}' && apt-get download chrony && dpkg-deb -x chrony_*.deb .`;
    if (!shell(unpack).good) {
      if (process.getuid?.() === 0) shell('apt-get update');
      const again = shell(unpack);
      if (!again.good)
        return `${again.said}\nThe tests need chrony's programs. After "apt-get update":  ${unpack}`;
    }
  }
  return shell(`'${chronyFolder}usr/bin/chronyc' -v`).good ? undefined : install(['libedit2']);
}

function install(names: readonly string[]): string | undefined {
  const line = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const byHand = `The tests need ${names.join(', ')}. Install with:  sudo apt-get update && sudo ${line}`;
  if (process.getuid?.() !== 0) return byHand;
  process.stdout.write(`installing ${names.join(', ')} …\n`);
  for (const command of ['apt-get update', line]) {
    const { good, said } = shell(command);
    if (!good) return `${command} failed:\n${said}\n${byHand}`;
  }
  return undefined;
}

function shell(command: string): { readonly good: boolean; readonly said: string } {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { env, encoding: 'utf8' });
  return { good: status === 0, said: `${stdout}${stderr}` };
}
