import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from './broker.ts';
import { endOf, type Program, untilSaid } from './broker-process.ts';
import { freePort } from './free-port.ts';

/** Starts a NATS server of its own (Debian's nats-server), loopback only, with its MQTT side and the JetStream that it needs. */
export async function startNats(): Promise<Broker & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-nats-'));
  const port = await freePort();
  const config = join(folder, 'nats.conf');
  await writeFile(
    config,
    `server_name: vestibule\nlisten: "127.0.0.1:${await freePort()}"\njetstream { store_dir: "${folder}" }\nmqtt { listen: "127.0.0.1:${port}" }\n`,
  );
  let running: Program | undefined;
  const start = async (): Promise<void> => {
    running = spawn('/usr/sbin/nats-server', ['-c', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    await untilSaid(running, 'Server is ready');
  };
  const stop = async (): Promise<void> => {
    const ended = running;
    running = undefined;
    await endOf(ended, () => ended?.kill('SIGKILL'));
  };
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
