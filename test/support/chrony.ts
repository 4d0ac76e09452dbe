import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { chronyFolder } from '../../scripts/system-packages.ts';

export interface Chrony extends AsyncDisposable {
  /** What asks this chronyd for its tracking. */
  readonly tracking: readonly [program: string, ...args: string[]];
}

/** Starts Debian's chronyd on loopback, with a command socket of its own. `-x`: it never touches this machine's clock. */
export async function startChrony(config: readonly string[]): Promise<Chrony> {
  // Debian's chronyc talks through a socket beside chronyd's, whose name must fit into 108 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'chrony-'));
  const socket = join(folder, 's');
  const file = join(folder, 'chrony.conf');
  const own = ['cmdport 0', `bindcmdaddress ${socket}`, `pidfile ${join(folder, 'pid')}`];
  await writeFile(file, [...config, ...own, ''].join('\n'));
  const user = userInfo().username;
  const child = spawn(`${chronyFolder}usr/sbin/chronyd`, ['-x', '-d', '-U', '-u', user, '-f', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await running(child);
  return {
    tracking: [`${chronyFolder}usr/bin/chronyc`, '-n', '-c', '-h', socket, 'tracking'],
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once chronyd has said that it runs, with its socket open. */
async function running(child: ChildProcess & { readonly stderr: Readable }): Promise<void> {
  const lines: string[] = [];
  const output = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`chronyd ${why}: ${lines.join('\n')}`));
    child.once('error', () => fail('cannot be started; "npm test" unpacks it'));
    child.once('exit', (code) => fail(`ended with ${code}`));
    output.on('line', (line) => {
      lines.push(line);
      if (line.includes('Disabled control of system clock')) resolve();
    });
  });
}
