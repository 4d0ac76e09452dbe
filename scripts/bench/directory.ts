import { setTimeout as pause } from 'node:timers/promises';
import { benchConsole } from './bench-console.ts';
import { type Bench, percentile, rounded } from './measure.ts';

const residents = 10_000;
const names = 40;
const port = 18_082;

/** What somebody has typed after each key: a name, forwards or with its words turned round, or a suite. */
function keystrokes(n: number): readonly string[] {
  const number = (n * 241) % residents;
  const typed = [`résident ${number}`, `${number} RESIDENT`, String(100 + (number % 5_000))][n % 3] ?? '';
  return Array.from(typed, (_, end) => typed.slice(0, end + 1));
}

/**
 * From a keystroke to the list of who was found, over the console's HTTP. Beside it, in turns with it, a bare round trip to
 * the same server: the page's icon, which is in memory.
 */
export const directoryBench: Bench = async ({ progress }) => {
  const { controller, ask, post, close } = benchConsole(residents, port);
  const timedRoundTrip = async (options: Parameters<typeof ask>[0]): Promise<number> => {
    const began = performance.now();
    await ask(options);
    return performance.now() - began;
  };
  try {
    await controller.start();
    // It is read a page a turn; the last page completes it.
    while (controller.lobby.state().directory.length < residents) await pause(10);
    const typed = Array.from({ length: names }, (_, n) => keystrokes(n)).flat();
    progress(`${typed.length} keystrokes in the search field, ${residents.toLocaleString('en')} residents …`);
    const ours: number[] = [];
    const bare: number[] = [];
    for (const query of typed) {
      const began = performance.now();
      const answer = await post('/api/search', { query });
      ours.push(performance.now() - began);
      if (!answer.includes('"name"')) throw new Error(`a search was answered with ${answer}`);
      bare.push(await timedRoundTrip({ path: '/assets/icon.svg' }));
    }
    return {
      residents,
      keystrokes: typed.length,
      p50ms: rounded(percentile(ours, 0.5)),
      p99ms: rounded(percentile(ours, 0.99)),
      httpP50ms: rounded(percentile(bare, 0.5)),
      httpP99ms: rounded(percentile(bare, 0.99)),
    };
  } finally {
    await close();
  }
};
