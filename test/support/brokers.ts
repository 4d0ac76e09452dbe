import { startAedes } from './aedes.ts';
import type { Broker } from './broker.ts';
import { startMosquitto } from './mosquitto.ts';

/** The brokers on which every test of the sync protocol runs. */
export const brokers: readonly {
  readonly name: string;
  readonly start: () => Promise<Broker & AsyncDisposable>;
}[] = [
  { name: 'Mosquitto', start: () => startMosquitto() },
  { name: 'aedes', start: startAedes },
];
