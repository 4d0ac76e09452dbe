import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
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
  const tracking = [`${chronyFolder}usr/bin/chronyc`, '-n', '-c', '-h', socket, 'tracking'] as const;
  await running(child, tracking);
  return {
    tracking,
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      if (child.kill('SIGKILL')) await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once chronyd answers: its last word at a start comes before it opens its socket. */
async function running(
  child: ChildProcess & { readonly stderr: Readable },
  [program, ...args]: Chrony['tracking'],
): Promise<void> {
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const ended = new AbortController();
  const fail = (why: string): void => ended.abort(new Error(`chronyd ${why}: ${lines.join('\n')}`));
  child.once('error', () => fail('cannot be started; "npm test" unpacks it'));
  child.once('exit', (code) => fail(`ended with ${code}`));
  const answers = async (): Promise<boolean> => {
    const asking = spawn(program, args, { stdio: 'ignore' });
    const [code] = await once(asking, 'exit');
    return code === 0;
  };
  while (!(await answers())) {
    ended.signal.throwIfAborted();
    await setTimeout(20);
  }
}
