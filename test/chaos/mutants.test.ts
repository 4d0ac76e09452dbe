import { rmSync } from 'node:fs';
import { describe, it } from 'vitest';
import { chaosRun, type RunOptions } from '../../scripts/chaos/run.ts';
import { calm } from '../../scripts/chaos/weather.ts';
import { type Defect, mutantTree } from '../support/mutant.ts';

interface Mutant {
  readonly name: string;
  readonly defects: readonly Defect[];
  readonly run: Partial<RunOptions>;
  /** At least one of these is violated. */
  readonly invariants: readonly string[];
}

const mutants: readonly Mutant[] = [
  {
    name: 'a snapshot that goes live when its first chunk comes, outside any transaction',
    defects: [
      {
        file: 'controller/store/staging.ts',
        from: 'newGeneration.run();',
        to: "newGeneration.run(); db.prepare('UPDATE dataset SET live = latest').run();",
      },
    ],
    run: {
      faults: { killDevice: 1, cut: 1 },
      weather: { ...calm, drop: 0.1, delay: 0.3, delayMs: 800 },
      massEdits: 0.5,
    },
    invariants: ['1'],
  },
  {
    name: 'no gap check: every delta above the cursor is taken for the next one',
    defects: [
      {
        file: 'sync/plan/delta.ts',
        from: "return delta.prev === cursor.seq ? 'next' : 'gap';",
        to: "return 'next';",
      },
      { file: 'controller/store/apply-delta.ts', from: 'delta.prev !== current.seq || ', to: '' },
    ],
    run: { faults: { clock: 1 }, weather: { ...calm, drop: 0.25, reorder: 0.1 } },
    invariants: ['1'],
  },
  {
    name: 'events that are deleted at the PUBACK of the broker',
    defects: [
      {
        file: 'sync/links/event-uplink.ts',
        from: "this.#channel.send('events', { log, events: [...events] });",
        to: `const last = events.at(-1);
    this.#channel.send('events', { log, events: [...events] }, () => {
      this.acknowledged({ aud: '', log, upTo: last.seq, hash: last.hash });
      this.#journal.prune({ now: 0, keptMs: 0 });
    });`,
      },
      {
        file: 'sync/links/up-channel.ts',
        from: "(name: N, payload: Omit<UpPayload<N>, 'iss'>): boolean {",
        to: "(name: N, payload: Omit<UpPayload<N>, 'iss'>, onPuback): boolean {",
      },
      {
        file: 'sync/links/up-channel.ts',
        from: 'return this.#publish(upTopic(this.#device, name), jws, { qos: 1 });',
        to: 'return this.#publish(upTopic(this.#device, name), jws, { qos: 1, onPuback });',
      },
      {
        file: 'sync/links/mqtt-connection.ts',
        from: '{ qos, retain = false }:',
        to: '{ qos, retain = false, onPuback }:',
      },
      {
        file: 'sync/links/mqtt-connection.ts',
        from: 'if (this.#up === session) this.#options.onRoom?.();',
        to: 'if (this.#up === session) { onPuback?.(); this.#options.onRoom?.(); }',
      },
    ],
    run: { faults: { killHeadEnd: 1 }, weather: { ...calm, drop: 0.1 } },
    invariants: ['7', '9'],
  },
];

/** A run ends with the round in which it is caught; on a slow machine little happens in each. */
const givenUpAfterMs = 300_000;

// Side by side: most of a run is waiting. Each has a folder, ports and a broker of its own.
describe.concurrent('the chaos harness catches', () => {
  it.for(mutants)('$name', { timeout: 2 * givenUpAfterMs }, async (mutant, { expect, onTestFinished }) => {
    const { defects, run, invariants } = mutant;
    const root = mutantTree(defects, onTestFinished);
    const { violations, folder } = await chaosRun({
      ...{ seed: 1, lastsMs: givenUpAfterMs, roundMs: 8_000 },
      ...{ root, lookingFor: invariants, ...run },
    });
    rmSync(folder, { recursive: true, force: true });
    const found = [...violations.keys()];
    expect(
      invariants.some((name) => found.includes(name)),
      `violated: ${found.join(', ')}`,
    ).toBe(true);
  });
});
