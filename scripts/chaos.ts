/**
 * `npm run chaos -- [--minutes N] [--seed S] [--json]`: real controllers, a real head-end and a real Mosquitto under
 * random faults; docs/chaos.md says which, and what is checked. Ends with 0 only if no invariant was violated.
 */
import { reportText } from './chaos/report.ts';
import { chaosRun } from './chaos/run.ts';
import { endWith, readOptions } from './read-options.ts';

const usage = 'npm run chaos -- [--minutes NUMBER] [--seed WHOLE NUMBER] [--json]: more than 0 minutes.';
const { values } = readOptions(
  {
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  },
  usage,
);
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) endWith(usage);
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
