import { startAedes } from './aedes.ts';
import type { Broker } from './broker.ts';
import { startMosquitto } from './mosquitto.ts';
import { startNats } from './nats.ts';
import { startRabbitMq } from './rabbitmq.ts';

interface TestedBroker {
  readonly name: string;
  readonly start: () => Promise<Broker & AsyncDisposable>;
}

const known: Readonly<Record<string, TestedBroker>> = {
  mosquitto: { name: 'Mosquitto', start: () => startMosquitto() },
  aedes: { name: 'aedes', start: startAedes },
  nats: { name: 'NATS', start: startNats },
  rabbitmq: { name: 'RabbitMQ', start: startRabbitMq },
};

/** The brokers on which every test of the sync protocol runs; `npm run brokers` names others. */
export const brokers: readonly TestedBroker[] = (process.env['VESTIBULE_TEST_BROKERS'] ?? 'mosquitto,aedes')
  .split(',')
  .map((name) => {
    const broker = known[name];
    if (broker === undefined)
      throw new Error(`no broker "${name}"; there is ${Object.keys(known).join(', ')}`);
    return broker;
  });
