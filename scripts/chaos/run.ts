/** A run: rounds of chaos, each followed by a rest after which everything must add up. */
import { setTimeout as pause } from 'node:timers/promises';
import { Actors } from './actors.ts';
import { devices } from './building.ts';
import type { Evidence } from './evidence.ts';
import { invariants } from './invariants.ts';
import { Operations } from './operations.ts';
import { prngOf } from './prng.ts';
import { readCloud, readCloudEvents, readEvents, readJournal, readSeenCommands } from './read-databases.ts';
import { type Report, reportOf } from './report.ts';
import { converged, differences, ready } from './rest.ts';
import { type FaultKind, faultText, planRound, weights } from './schedule.ts';
import { openSite, type Site } from './site.ts';
import { calm, storm, type Weather } from './weather.ts';
import { Witness } from './witness.ts';

export interface RunOptions {
  readonly seed: number;
  /** No round begins after it, but for the first three. */
  readonly lastsMs: number;
  /** The tree whose programs run; the one that this file is in unless told. */
  readonly root?: string;
  readonly faults?: Readonly<Partial<Record<FaultKind, number>>>;
  readonly weather?: Weather;
  /** How many of the publishes are too large for a delta, from 0 to 1. */
  readonly massEdits?: number;
  /** Of chaos, between two rests. */
  readonly roundMs?: number;
  /** The run ends when one of these invariants is violated; without it, when any is. */
  readonly lookingFor?: readonly string[];
  readonly progress?: (line: string) => void;
}

const project = new URL('../../', import.meta.url).pathname;
const usualRoundMs = 18_000;
const usualMassEdits = 0.05;
/** On a slow machine little happens in each, and one alone says nothing of what a rest has left behind. */
const leastRounds = 3;
const progressEveryMs = 5_000;
/** In every fourth rest links and disks come back by themselves; in the others who is not back by then is started anew. */
const readyWithinMs = 4_000;
const readyByItselfWithinMs = 90_000;
/** Until doors have relocked and what that reports is under way. */
const afterwardsMs = 700;
const asksEach = 12;

export async function chaosRun(options: RunOptions): Promise<Report> {
  const { seed, lastsMs, roundMs = usualRoundMs, progress = () => {} } = options;
  const beganMs = performance.now();
  const elapsedMs = (): number => performance.now() - beganMs;
  const happened: string[] = [];
  const note = (what: string): void => {
    happened.push(`${(elapsedMs() / 1_000).toFixed(1).padStart(7)} s  ${what}`);
  };
  const prng = prngOf(String(seed));
  const witness = new Witness();
  let operations: Operations | undefined;
  const site = await openSite({
    root: options.root ?? project,
    prng,
    witness,
    massEdits: options.massEdits ?? usualMassEdits,
    onEnded: (who, how) => operations?.ended(who, how),
  });
  operations = new Operations(site, witness, note);
  const actors = new Actors(site, witness, prng.fork('actors'));
  const timer = setInterval(() => progress(progressLine(elapsedMs(), site, actors)), progressEveryMs);
  let violations = new Map<string, readonly string[]>();
  try {
    await operations.allUp();
    for (let round = 1; (round <= leastRounds || elapsedMs() < lastsMs) && !found(violations); round += 1) {
      note(`round ${round}`);
      await watched(() => chaos(round));
      note('rest');
      await watched(() => rest(round % 4 === 0));
      violations = violationsIn(witness.evidence());
    }
    const report = reportOf({ seed, elapsedMs: elapsedMs(), site, witness, actors, violations, happened });
    await site.close(violations.size > 0);
    return report;
  } catch (error) {
    await site.close(true);
    throw new Error(`the run ended before its time; ${happened.slice(-5).join('\n')}`, { cause: error });
  } finally {
    clearInterval(timer);
  }

  function found(violated: ReadonlyMap<string, unknown>): boolean {
    return options.lookingFor?.some((name) => violated.has(name)) ?? violated.size > 0;
  }

  /** With somebody who reads the replicas all the while: also at rest, when devices fetch what they have missed. */
  async function watched(work: () => Promise<void>): Promise<void> {
    const ending = new AbortController();
    await Promise.all([work().finally(() => ending.abort()), actors.watch(ending.signal)]);
  }

  async function chaos(round: number): Promise<void> {
    const plan = planRound(prng.fork(`round ${round}`), roundMs, options.faults ?? weights);
    setWeather(site, options.weather ?? storm);
    const ending = new AbortController();
    const acting = actors.act(ending.signal);
    const roundBeganMs = performance.now();
    for (const { atMs, fault } of plan) {
      await pause(Math.max(0, roundBeganMs + atMs - performance.now()));
      note(faultText(fault));
      operations?.begin(fault);
    }
    await pause(Math.max(0, roundBeganMs + roundMs - performance.now()));
    setWeather(site, calm);
    ending.abort();
    await acting;
  }

  async function rest(byItself: boolean): Promise<void> {
    await operations?.allUp();
    for (const who of await ready(site, byItself ? readyByItselfWithinMs : readyWithinMs)) {
      if (byItself) witness.rests.push({ tookMs: undefined, differs: `${who} has not come back` });
      note(`${who} is started anew`);
      await operations?.restart(who);
    }
    await ready(site, readyByItselfWithinMs);
    await actors.settle();
    const outcome = await converged(site);
    witness.rests.push(outcome);
    if (outcome.tookMs === undefined) {
      read(site, witness);
      return;
    }
    for (const name of devices) site.devices[name].suspect = false;
    for (const name of devices) actors.observe(site.devices[name]);
    await actors.askAround(asksEach);
    await pause(afterwardsMs);
    await collect(site, witness);
  }
}

function setWeather({ devices: all, headEndProxy }: Site, weather: Weather): void {
  for (const { proxy } of Object.values(all)) proxy.setWeather(weather);
  headEndProxy.setWeather(weather);
}

/** Reads both ends when they are equal and nothing has been added meanwhile. */
async function collect(site: Site, witness: Witness): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { tookMs, differs } = await converged(site);
    const before = heads(site);
    read(site, witness);
    if (tookMs === undefined) witness.rests.push({ tookMs, differs });
    if (tookMs === undefined || before === heads(site)) return;
  }
  witness.rests.push({ tookMs: undefined, differs: `never at rest: ${differences(site)}` });
}

const heads = (site: Site): string =>
  devices.map((name) => readJournal(site.devices[name].journal)?.head).join(' ');

function read(site: Site, witness: Witness): void {
  for (const name of devices) {
    const { journal } = site.devices[name];
    const { log = '', acked = 0 } = readJournal(journal) ?? {};
    const notes = witness.devices[name];
    notes.logs.set(log, { events: readEvents(journal) ?? [], acked });
    notes.seen.set(log, readSeenCommands(journal) ?? new Set());
  }
  witness.cloud.events = readCloudEvents(site.headEndDb) ?? new Map();
  const cloud = readCloud(site.headEndDb);
  if (cloud !== undefined) witness.published(cloud);
}

export function violationsIn(evidence: Evidence): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { name, check } of invariants) {
    const sentences = check(evidence);
    if (sentences.length > 0) found.set(name, sentences);
  }
  return found;
}

function progressLine(
  elapsedMs: number,
  { devices: all, headEnd, broker }: Site,
  { counts }: Actors,
): string {
  const programs = Object.values(all).map(({ program }) => program);
  const boots = programs.reduce((sum, { starts }) => sum + starts, 0);
  const kills = programs.reduce((sum, program) => sum + program.kills, 0);
  return `${Math.round(elapsedMs / 1_000)} s: ${boots} boots, ${kills} + ${headEnd.kills} + ${broker.kills} kills, ${counts.publishes} publishes, ${counts.presses} presses`;
}
