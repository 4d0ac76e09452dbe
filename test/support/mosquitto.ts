import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Broker } from './broker.ts';
import { freePort } from './free-port.ts';

/** Debian keeps it outside an ordinary user's path. */
const binaries = `${process.env['PATH'] ?? ''}:/usr/sbin`;

export type Mosquitto = Broker &
  AsyncDisposable & {
    /** SIGHUP; resolves when whoever connects next meets the new revocation list. */
    reload(): Promise<void>;
  };

/** Starts a Mosquitto of its own: loopback only, anonymous, nothing on disk but a temporary configuration. */
export async function startMosquitto(extraConfig = ''): Promise<Mosquitto> {
  const port = await freePort();
  const config = `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\nset_tcp_nodelay true\n${extraConfig}`;
  return serve(`mqtt://127.0.0.1:${port}`, config);
}

/**
 * Starts Mosquitto with the configuration of config/mosquitto/, but for the port and the place of its files.
 * `certificates` is the folder that `broker-certificate` has filled.
 */
export async function startShippedMosquitto(
  certificates: string,
  { building = 'le-sextant', port }: { readonly building?: string; readonly port?: number } = {},
): Promise<Mosquitto> {
  const at = port ?? (await freePort());
  const shipped = (name: string): Promise<string> => readFile(`config/mosquitto/${name}`, 'utf8');
  const acl = join(certificates, 'vestibule.acl');
  await writeFile(
    acl,
    (await shipped('vestibule.acl')).replaceAll('headend-le-sextant', `headend-${building}`),
  );
  const config = (await shipped('mosquitto.conf'))
    .replaceAll(/^listener 8883$/gm, `listener ${at} 127.0.0.1`)
    .replaceAll('/etc/mosquitto/vestibule.acl', acl)
    .replaceAll('/etc/mosquitto/vestibule/', `${certificates}/`);
  // It gives up root before it reads the files of a private folder.
  const asRoot = process.getuid?.() === 0 ? 'user root\n' : '';
  return serve(`mqtts://127.0.0.1:${at}`, `${asRoot}${config}`);
}

async function serve(url: string, config: string): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-mosquitto-'));
  const file = join(folder, 'mosquitto.conf');
  await writeFile(file, config);
  let running: Process | undefined;
  const stop = async (): Promise<void> => {
    const ended = running;
    running = undefined;
    await ended?.kill();
  };
  const start = async (): Promise<void> => {
    running = await launch(file);
  };
  await start();
  return {
    url,
    stop,
    start,
    reload: async () => running?.reload(),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Process {
  kill(): Promise<void>;
  reload(): Promise<void>;
}

/** Resolves once Mosquitto has said that it is running, with its listeners open. */
async function launch(config: string): Promise<Process> {
  const child: ChildProcess = spawn('mosquitto', ['-c', config], {
    env: { PATH: binaries },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  if (child.stderr === null) throw new Error('no standard error');
  const output = createInterface({ input: child.stderr });
  const next = (wanted: (line: string) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (line: string): void => {
        if (!wanted(line)) return;
        output.off('line', look);
        resolve();
      };
      output.on('line', look);
    });
  const keep = (line: string): void => void lines.push(line);
  output.on('line', keep);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) =>
      reject(new Error('mosquitto cannot be started: apt-get install mosquitto', { cause })),
    );
    child.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}: ${lines.join('\n')}`)));
  });
  await Promise.race([
    next((line) => line.includes('mosquitto version') && line.includes('running')),
    failed,
  ]);
  failed.catch(() => {});
  output.off('line', keep);
  return {
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    async reload() {
      // It says so first and then, in the same turn of its one thread, reads the files: nobody is let in in between.
      const reloading = next((line) => line.includes('Reloading config'));
      child.kill('SIGHUP');
      await reloading;
    },
  };
}
