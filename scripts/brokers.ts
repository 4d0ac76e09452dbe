/**
 * `npm run brokers [-- NAME…]`: the tests of head-end and device on NATS and RabbitMQ from Debian's packages, which it
 * installs as root where they are missing. Not part of `npm test`; docs/brokers.md says what passed where.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

interface TriedBroker {
  readonly package: string;
  readonly file: string;
  readonly tests: readonly string[];
}

const conversation = [
  'test/headend/conversation.test.ts',
  'test/headend/with-a-device.test.ts',
  'test/sync/mqtt-connection.test.ts',
];
const links = ['session', 'dataset', 'commands', 'events', 'forgeries'].map(
  (name) => `test/sync/link-${name}.test.ts`,
);

const tried: Readonly<Record<string, TriedBroker>> = {
  nats: {
    package: 'nats-server',
    file: '/usr/sbin/nats-server',
    tests: [...conversation, ...links, 'test/sync/failure-cases.test.ts', 'test/sync/two-devices.test.ts'],
  },
  // It takes ten seconds to start: only files whose tests share one.
  rabbitmq: {
    package: 'rabbitmq-server',
    file: '/usr/lib/rabbitmq/bin/rabbitmq-server',
    tests: conversation,
  },
};

const bin = new URL('../node_modules/.bin/', import.meta.url).pathname;
const env = {
  ...process.env,
  PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  DEBIAN_FRONTEND: 'noninteractive',
};
const run = (command: string, args: readonly string[], more: Record<string, string> = {}): boolean =>
  spawnSync(command, args, { stdio: 'inherit', env: { ...env, ...more } }).status === 0;

function ensure({ package: name, file }: TriedBroker): boolean {
  if (existsSync(file)) return true;
  const install = ['install', '-y', '--no-install-recommends', name];
  if (process.getuid?.() === 0 && run('apt-get', ['update']) && run('apt-get', install) && existsSync(file))
    return true;
  process.stderr.write(`${name} is missing. Install it with:  sudo apt-get ${install.join(' ')}\n`);
  return false;
}

const wanted = process.argv.slice(2);
const names = wanted.length === 0 ? Object.keys(tried) : wanted;
const outcomes = names.map((name) => {
  const broker = tried[name];
  if (broker === undefined) return `${name}: not one of ${Object.keys(tried).join(', ')}`;
  if (!ensure(broker)) return `${name}: not there`;
  const patience = ['--testTimeout', '120000', '--hookTimeout', '120000', '--no-file-parallelism'];
  const good = run(`${bin}vitest`, ['run', ...broker.tests, ...patience], { VESTIBULE_TEST_BROKERS: name });
  return `${name}: ${good ? 'good' : 'failed'}`;
});
for (const outcome of outcomes) process.stdout.write(`${outcome}\n`);
process.exitCode = outcomes.every((outcome) => outcome.endsWith(': good')) ? 0 : 1;
