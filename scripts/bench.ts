/**
 * `npm run -s bench -- NAME [--full] [--json]`: speed beside a limit or a peer in the same run, because machines are
 * noisy. Prints a table; with `--json` one JSON object as the last line. docs/performance.md says what each measures.
 */
import { callBench } from './bench/call.ts';
import { decisionBench } from './bench/decision.ts';
import { denialsBench } from './bench/denials.ts';
import { directoryBench } from './bench/directory.ts';
import { doorBench } from './bench/door.ts';
import { eventsBench } from './bench/events.ts';
import type { Bench } from './bench/measure.ts';
import { memoryBench } from './bench/memory.ts';
import { osdpBench } from './bench/osdp.ts';
import { revokeBench } from './bench/revoke.ts';
import { snapshotBench } from './bench/snapshot.ts';
import { startBench } from './bench/start.ts';
import { submitBench } from './bench/submit.ts';
import { endWith, readOptions } from './read-options.ts';

const benches: Readonly<Record<string, Bench>> = {
  call: callBench,
  decision: decisionBench,
  denials: denialsBench,
  directory: directoryBench,
  door: doorBench,
  events: eventsBench,
  memory: memoryBench,
  osdp: osdpBench,
  revoke: revokeBench,
  snapshot: snapshotBench,
  start: startBench,
  submit: submitBench,
};

const usage = `npm run -s bench -- ${Object.keys(benches).join(' | ')} [--full] [--json]`;
const { values, positionals } = readOptions(
  {
    allowPositionals: true,
    options: { full: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  },
  usage,
);
const bench = benches[positionals[0] ?? ''] ?? endWith(usage);
const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const figures = await bench({ full: values.full, progress });
for (const [figure, value] of Object.entries(figures))
  process.stdout.write(`${figure.padEnd(20)} ${typeof value === 'number' ? value : JSON.stringify(value)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
