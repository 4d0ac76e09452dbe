/** What a run came to: figures, and each invariant with what was found against it. */
import type { ActorCounts } from './actors.ts';
import { type EventTally, invariants, tallyEvents } from './invariants.ts';
import type { Site } from './site.ts';
import type { Witness } from './witness.ts';

export interface Report {
  readonly seed: number;
  readonly folder: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly events: EventTally;
  readonly violations: ReadonlyMap<string, readonly string[]>;
  /** Every fault in the order in which it came. */
  readonly happened: readonly string[];
}

interface RunParts {
  readonly seed: number;
  readonly elapsedMs: number;
  readonly site: Site;
  readonly witness: Witness;
  readonly actors: { readonly counts: ActorCounts };
  readonly violations: ReadonlyMap<string, readonly string[]>;
  readonly happened: readonly string[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

export function reportOf({ seed, elapsedMs, site, witness, actors, violations, happened }: RunParts): Report {
  const devices = Object.values(site.devices);
  const notes = Object.values(witness.devices);
  const proxies = [...devices.map(({ proxy }) => proxy), site.headEndProxy].map(({ counts }) => counts);
  const evidence = witness.evidence();
  const events = tallyEvents(evidence);
  return {
    seed,
    folder: site.folder,
    events,
    violations,
    happened,
    figures: {
      seconds: Math.round(elapsedMs / 1_000),
      boots: sum(devices.map(({ program }) => program.starts)),
      deviceKills: sum(devices.map(({ program }) => program.kills)),
      headEndKills: site.headEnd.kills,
      brokerKills: site.broker.kills,
      restores: evidence.cloud.restores,
      drops: sum(proxies.map(({ drop }) => drop)),
      duplicates: sum(proxies.map(({ duplicate }) => duplicate)),
      delays: sum(proxies.map(({ delay }) => delay)),
      reorders: sum(proxies.map(({ reorder }) => reorder)),
      replays: sum(proxies.map(({ replay }) => replay)),
      forgeries: sum(proxies.map(({ forge }) => forge)),
      cuts: sum(proxies.map(({ cut }) => cut)),
      blackHoles: sum(proxies.map(({ blackHole }) => blackHole)),
      gaps: sum(notes.map(({ requests }) => requests)),
      snapshotRequests: sum(notes.map(({ snapshots }) => snapshots)),
      ...actors.counts,
      eventsSent: events.sent,
      eventsLost: events.lost,
      eventsDoubled: events.doubled,
      eventsAltered: events.altered,
      eventsDestroyed: events.destroyed,
      decidedOffline: sum(notes.map(({ offline }) => offline.decided)),
      slowestDenialMs: Math.round(Math.max(0, ...notes.flatMap(({ denialsTookMs }) => denialsTookMs))),
      rests: evidence.rests.length,
      worstConvergenceMs: Math.max(
        0,
        ...evidence.rests.map(({ tookMs }) => tookMs ?? Number.POSITIVE_INFINITY),
      ),
      largestRssMb: Math.max(...notes.map(({ largestRssMb }) => largestRssMb)),
      largestStateMb: Math.max(...notes.map(({ largestStateMb }) => largestStateMb)),
    },
  };
}

const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const shownEach = 5;

export function reportText({ seed, folder, figures, violations, happened }: Report): string {
  const lines = [`seed ${seed}`];
  for (const [name, value] of Object.entries(figures)) lines.push(`  ${words(name).padEnd(24)} ${value}`);
  for (const { name, title } of invariants) {
    const found = violations.get(name) ?? [];
    const verdict = found.length === 0 ? 'holds' : `VIOLATED ${found.length} times`;
    lines.push(`  ${name.padEnd(8)} ${title.padEnd(58)} ${verdict}`);
    for (const sentence of found.slice(0, shownEach)) lines.push(`             ${sentence}`);
  }
  if (violations.size > 0) {
    lines.push(`The schedule of seed ${seed}:`, ...happened, `Databases and logs: ${folder}`);
  }
  return lines.join('\n');
}
