import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from './broker.ts';
import { endOf, type Program, untilSaid } from './broker-process.ts';
import { freePort } from './free-port.ts';

/** Starts a RabbitMQ of its own (Debian's rabbitmq-server), loopback only, with its MQTT plugin; everybody is let in. */
export async function startRabbitMq(): Promise<Broker & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-rabbitmq-'));
  const port = await freePort();
  const files = {
    'rabbitmq.conf': `listeners.tcp = none\nmqtt.listeners.tcp.1 = 127.0.0.1:${port}\nmqtt.allow_anonymous = true\nmqtt.tcp_listen_options.nodelay = true\nlog.console = true\nlog.file = false\n`,
    enabled_plugins: '[rabbitmq_mqtt].\n',
    'rabbitmq-env.conf': '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const epmdPort = String(await freePort());
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: folder,
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_NODENAME: `vestibule-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(await freePort()),
    // A name server of its own, which is ended with it.
    ERL_EPMD_PORT: epmdPort,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // Lets itself be ended though a node that was killed is still on its list.
    ERL_EPMD_RELAXED_COMMAND_CHECK: '1',
  };
  let running: Program | undefined;
  const start = async (): Promise<void> => {
    // Of its own group: a script starts it.
    running = spawn('/usr/lib/rabbitmq/bin/rabbitmq-server', [], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await untilSaid(running, 'Server startup complete');
  };
  const stop = async (): Promise<void> => {
    const ended = running;
    running = undefined;
    await endOf(ended, () => {
      if (ended?.pid !== undefined) process.kill(-ended.pid, 'SIGKILL');
    });
  };
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      spawnSync('epmd', ['-port', epmdPort, '-kill'], { env });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
