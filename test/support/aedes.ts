import { type EmbeddedBroker, startEmbeddedBroker } from '../../scripts/embedded-broker.ts';
import type { Broker } from './broker.ts';
import { freePort } from './free-port.ts';

/** The demo's broker, in this process. */
export async function startAedes(): Promise<Broker & AsyncDisposable> {
  const port = await freePort();
  let running: EmbeddedBroker | undefined = await startEmbeddedBroker(port);
  const stop = async (): Promise<void> => {
    const ended = running;
    running = undefined;
    await ended?.stop();
  };
  const start = async (): Promise<void> => {
    running = await startEmbeddedBroker(port);
  };
  return { url: `mqtt://127.0.0.1:${port}`, stop, start, [Symbol.asyncDispose]: stop };
}
