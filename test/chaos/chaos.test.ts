import { expect, it } from 'vitest';
import { reportText } from '../../scripts/chaos/report.ts';
import { chaosRun } from '../../scripts/chaos/run.ts';

it('a minute of chaos loses, doubles and alters nothing', { timeout: 600_000 }, async () => {
  const report = await chaosRun({ seed: 7, lastsMs: 60_000 });
  expect(report.violations, reportText(report)).toEqual(new Map());
  const { figures } = report;
  expect(figures).toMatchObject({ eventsLost: 0, eventsDoubled: 0, eventsAltered: 0 });
  // A run in which nothing happened would prove nothing.
  for (const name of ['deviceKills', 'drops', 'duplicates', 'publishes', 'presses', 'eventsSent', 'rests']) {
    expect(figures[name], name).toBeGreaterThan(1);
  }
});
