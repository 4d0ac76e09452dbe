/**
 * `npm run fuzz:osdp -- [--minutes N] [--seed N]`: secure sessions with somebody on the wires, one after the other with
 * fresh choices, for so long (default 1). Ends with 1 and the seed that plays a finding again.
 */
import { randomInt } from 'node:crypto';
import { endWith, readOptions } from '../../../scripts/read-options.ts';
import { type Choose, hostileSession } from './hostile-line.ts';

const exchanges = 60;

/** Mulberry32: small, and the same for a seed on every machine. */
function seeded(seed: number): Choose {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function finding(seed: number): string | undefined {
  try {
    const { strange, mostKept, well } = hostileSession(seeded(seed), exchanges);
    if (strange.length > 0) return `reported what nobody did: ${strange.join(', ')}`;
    if (mostKept > 1_440) return `kept ${mostKept} bytes of the line`;
    return well ? undefined : 'the reader is not online again on clean wires';
  } catch (error) {
    return error instanceof Error ? `${error.stack ?? error.message}` : 'threw something';
  }
}

const usage =
  'npm run fuzz:osdp -- [--minutes NUMBER] [--seed WHOLE NUMBER]: more than 0 minutes, and no seed below 0.';
const { values } = readOptions(
  { options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } } },
  usage,
);
const minutes = Number(values.minutes);
const again = values.seed === undefined ? undefined : Number(values.seed);
if (!(minutes > 0) || !(again === undefined || (Number.isInteger(again) && again >= 0))) endWith(usage);
const untilMs = performance.now() + minutes * 60_000;
let sessions = 0;
do {
  const seed = again ?? randomInt(2 ** 32 - 1);
  const found = finding(seed);
  sessions += 1;
  if (found !== undefined) {
    process.stderr.write(`Seed ${seed}: ${found}\nAgain: npm run fuzz:osdp -- --seed ${seed}\n`);
    process.exit(1);
  }
} while (again === undefined && performance.now() < untilMs);
process.stdout.write(
  `${sessions} sessions of ${exchanges} exchanges with somebody on the wires: nothing found\n`,
);
