import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { benchConsole } from './bench-console.ts';
import { codeOf } from './big-building.ts';
import { type Bench, percentile, rounded, timed } from './measure.ts';

const residents = 10_000;
const submits = 1_000;
const port = 18_081;

/**
 * Keypad submit to relay with the event fsynced first, over the console's HTTP, the broker gone: when the answer has
 * come the strike has been released. Beside it, in the same run and folder, the bare fsync of a write of an event's size.
 */
export const submitBench: Bench = async ({ progress }) => {
  const { dir, controller, post, close } = benchConsole(residents, port);
  const bareFile = openSync(join(dir, 'bare'), 'w');
  try {
    await controller.start();
    progress(`${submits.toLocaleString('en')} codes at the keypad, the broker gone …`);
    const ours: number[] = [];
    const bare: number[] = [];
    const event = 'e'.repeat(600);
    for (let n = 0; n < submits; n += 1) {
      // Every eighth resident has a grant for the keypad's door.
      const digits = codeOf((n * 8) % residents);
      const began = performance.now();
      const answer = await post('/api/entry', { digits });
      ours.push(performance.now() - began);
      if (!answer.includes('"grant"')) throw new Error(`a submit was answered with ${answer}`);
      bare.push(
        timed(() => {
          writeSync(bareFile, event);
          fsyncSync(bareFile);
        }),
      );
    }
    return {
      p50ms: rounded(percentile(ours, 0.5)),
      p99ms: rounded(percentile(ours, 0.99)),
      fsyncP50ms: rounded(percentile(bare, 0.5)),
      fsyncP99ms: rounded(percentile(bare, 0.99)),
    };
  } finally {
    closeSync(bareFile);
    await close();
  }
};
