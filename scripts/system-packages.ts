import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';

/** Real peers of the tests, by the file that shows each is there. All are Debian packages. */
const needed = [
  { name: 'mosquitto', file: '/usr/sbin/mosquitto' },
  { name: 'chromium', file: '/usr/bin/chromium' },
  { name: 'openssl', file: '/usr/bin/openssl' },
  { name: 'baresip-core', file: '/usr/bin/baresip' },
  { name: 'sip-tester', file: '/usr/bin/sipp' },
  { name: 'g++', file: '/usr/bin/g++' },
  { name: 'libfuse3-dev', file: '/usr/include/fuse3/fuse.h' },
  { name: 'libgpiod-dev', file: '/usr/include/gpiod.h' },
  { name: 'gpiod', file: '/usr/bin/gpioset' },
] as const;

/** Debian's chrony, unpacked and not installed: installed, it would replace this machine's own NTP client. */
export const chronyFolder = new URL('../node_modules/.cache/chrony/', import.meta.url).pathname;
/** Likewise: installed, it would serve this machine's SIP port. */
export const kamailioFolder = new URL('../node_modules/.cache/kamailio/', import.meta.url).pathname;

const missing = (): readonly string[] =>
  needed.filter(({ file }) => !existsSync(file)).map(({ name }) => name);

/** Installs what is missing as root; otherwise returns the sentence with the one line that does it. */
export function ensureSystemPackages(): string | undefined {
  return ensureInstalled() ?? ensureChrony() ?? ensureKamailio();
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
  const problem = ensureUnpacked(chronyFolder, ['chrony'], 'usr/sbin/chronyd');
  if (problem !== undefined) return problem;
  return shell(`'${chronyFolder}usr/bin/chronyc' -v`).good ? undefined : install(['libedit2']);
}

const ensureKamailio = (): string | undefined =>
  ensureUnpacked(kamailioFolder, ['kamailio', 'kamailio-tls-modules'], 'usr/sbin/kamailio');

/** `file` shows that it has been done. */
function ensureUnpacked(folder: string, names: readonly string[], file: string): string | undefined {
  if (existsSync(`${folder}${file}`)) return undefined;
  process.stdout.write(`unpacking ${names.join(', ')} …\n`);
  mkdirSync(folder, { recursive: true });
  const each = names.map((name) => `dpkg-deb -x ${name}_*.deb .`).join(' && ');
  const unpack = `cd '${folder}' && apt-get download ${names.join(' ')} && ${each}`;
  if (shell(unpack).good) return undefined;
  if (process.getuid?.() === 0) shell('apt-get update');
  const again = shell(unpack);
  return again.good
    ? undefined
    : `${again.said}\nThe tests need the programs of ${names.join(', ')}. After "apt-get update":  ${unpack}`;
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
