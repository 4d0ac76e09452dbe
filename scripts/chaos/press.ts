import { request } from 'node:http';
import { join } from 'node:path';
import { SimReply } from '../../drivers/sim/sim-protocol.ts';
import { cardBits, type Press } from './building.ts';

const answerWithinMs = 20_000;

/** Holds a card to a reader, as `vestibule-sim card` does; undefined: nobody answered. */
export function press(stateDir: string, { door, hex }: Press): Promise<SimReply | undefined> {
  return new Promise((resolve) => {
    const asking = request(
      {
        socketPath: join(stateDir, 'sim.sock'),
        method: 'POST',
        path: '/',
        agent: false,
        timeout: answerWithinMs,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () => resolve(SimReply.parse(JSON.parse(Buffer.concat(chunks).toString()))));
        response.on('aborted', () => resolve(undefined));
      },
    );
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(undefined));
    asking.end(JSON.stringify({ kind: 'card', door, bits: cardBits, hex }));
  });
}
