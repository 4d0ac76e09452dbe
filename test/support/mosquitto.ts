import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Broker } from './broker.ts';
import { freePort } from './free-port.ts';

/** Debian keeps it outside an ordinary user's path. */
const binaries = `${process.env['PATH'] ?? ''}:/usr/sbin`;

/** Starts a Mosquitto of its own: loopback only, anonymous, nothing on disk but a temporary configuration. */
export async function startMosquitto(extraConfig = ''): Promise<Broker & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-mosquitto-'));
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  await writeFile(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\nset_tcp_nodelay true\n${extraConfig}`,
  );
  let running: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (running === undefined) return;
    const ended = running;
    running = undefined;
    const exit = once(ended, 'exit');
    ended.kill('SIGKILL');
    await exit;
  };
  const start = async (): Promise<void> => {
    running = await launch(config);
  };
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once Mosquitto has said that it is running, with its listeners open. */
async function launch(config: string): Promise<ChildProcess> {
  const child = spawn('mosquitto', ['-c', config, '-v'], {
    env: { PATH: binaries },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  const output = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error('mosquitto cannot be started: apt-get install mosquitto', { cause })),
    );
    child.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}: ${lines.join('\n')}`)));
    output.on('line', (line) => {
      lines.push(line);
      if (line.includes('mosquitto version') && line.includes('running')) resolve();
    });
  });
  output.removeAllListeners('line').on('line', () => {});
  child.removeAllListeners('exit');
  return child;
}
