/**
 * `npm run chaos -- [--minutes N] [--seed S] [--json]`: real controllers, a real head-end and a real Mosquitto under
 * random faults; docs/chaos.md says which, and what is checked. Ends with 0 only if no invariant was violated.
 */
import { parseArgs } from 'node:util';
import { reportText } from './chaos/report.ts';
import { chaosRun } from './chaos/run.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write('npm run chaos -- [--minutes NUMBER] [--seed WHOLE NUMBER] [--json]\n');
  process.exit(64);
}
const report = await chaosRun({
  seed,
  lastsMs: minutes * 60_000,
  progress: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(`${reportText(report)}\n`);
if (values.json) {
  const { figures, violations } = report;
  process.stdout.write(
    `${JSON.stringify({ seed, ...figures, violations: Object.fromEntries(violations) })}\n`,
  );
}
process.exit(report.violations.size === 0 ? 0 : 1);
