/**
 * The 16 invariants of the sync protocol, and the floor of the clock, as functions over what a run has seen. Each returns one sentence per violation;
 * none knows how the evidence came about, so each can be shown to see what it is for.
 */
import { createHash } from 'node:crypto';
import { eventFormWriter, noHash } from '../../controller/core/hash-forms.ts';
import { doorScopes, isNever } from './building.ts';
import { bodyOf, type EventBody } from './event-body.ts';
import { comparePlaces, type DeviceEvidence, type EventRow, type Evidence, placeKey } from './evidence.ts';

export interface Invariant {
  /** A number of PROTOCOL's invariants, or `case` and a number of its failure cases. */
  readonly name: string;
  readonly title: string;
  readonly check: (evidence: Evidence) => readonly string[];
}

/**
 * PROTOCOL says 1 s for a denial and 5 s for convergence. Those are the figures that a run prints; what it fails for is
 * larger, because the machines that run this are shared and slow. The memory is that of a process seconds after its start,
 * with what reading its own TypeScript took; how much it may be in the long run is measured elsewhere.
 */
export const bounds = { denialMs: 10_000, convergenceMs: 30_000, rssMb: 256, stateMb: 64 } as const;

const perDevice =
  (check: (device: DeviceEvidence, evidence: Evidence) => readonly string[]) =>
  (evidence: Evidence): readonly string[] =>
    evidence.devices.flatMap((device) => check(device, evidence).map((what) => `${device.device}: ${what}`));

const bodies = (device: DeviceEvidence): readonly EventBody[] =>
  device.logs.flatMap(({ events }) => events.map(bodyOf));

const rowsMatchDigest = perDevice((device, { cloud }) => {
  const found: string[] = [];
  for (const { epoch, seq, digest, sum } of device.readings) {
    const at = `(${epoch}, ${seq})`;
    if (sum !== digest) found.push(`the live rows at ${at} do not add up to their digest`);
    else if (epoch > 0 && cloud.digests.get(placeKey({ epoch, seq }))?.has(digest) !== true) {
      found.push(`the digest at ${at} was never the cloud's`);
    }
  }
  // What the head-end signed adds up, unless the device put it on rows that were not the cloud's.
  if (cloud.restores === 0) {
    for (const { type, message, reason, boot } of bodies(device)) {
      const mismatch = type === 'SecurityEvent' && message === 'delta' && reason === 'digestMismatch';
      if (mismatch && !device.damagedBoots.has(boot)) {
        found.push("a delta of the cloud's did not add up on the rows that were there");
      }
    }
  }
  return found;
});

const cursorNeverGoesBack = perDevice(({ told, readings, afterKill }) => {
  const found: string[] = [];
  for (const list of [told, readings]) {
    for (const [index, place] of list.entries()) {
      const before = list[index - 1];
      if (before !== undefined && before.life === place.life && comparePlaces(place, before) < 0) {
        found.push(`the cursor went from ${placeKey(before)} back to ${placeKey(place)}`);
      }
    }
  }
  for (const { onDisk, told: before } of afterKill) {
    if (comparePlaces(onDisk, before) < 0) {
      found.push(`told ${placeKey(before)}, and ${placeKey(onDisk)} was on disk after a kill`);
    }
  }
  return found;
});

/** Rows that are always published together have the same version in every whole dataset (`twins` of the building). */
const wholeVersionsOnly = perDevice((device) =>
  bodies(device).flatMap(({ explanation }) => {
    const twins = (explanation?.rows ?? []).filter(
      ({ table, id }) => table !== 'grant' && id.startsWith('twin-'),
    );
    return new Set(twins.map(({ version }) => version)).size > 1
      ? [`a decision saw ${twins.map(({ table, version }) => `${table} ${version}`).join(' and ')} together`]
      : [];
  }),
);

/** The anchor's rows are in every version alike: whoever misses them looked at something that is not live. */
const stagingIsInvisible = perDevice((device, { cloud }) => {
  const found: string[] = [];
  for (const { explanation } of bodies(device)) {
    const at = explanation?.dataset;
    if (at !== undefined && at.epoch > 0 && !cloud.digests.has(placeKey(at))) {
      found.push(`a decision rested on ${placeKey(at)}, which the cloud never published`);
    }
  }
  for (const { card, reason, log, seq } of device.answers) {
    if (card !== 'anchor' || reason !== 'unknownCredential') continue;
    const events = device.logs.find((one) => one.log === log)?.events;
    const event = events?.find((one) => one.seq === seq);
    const epoch = event && bodyOf(event).explanation?.dataset.epoch;
    if (epoch !== undefined && epoch > 0) found.push('a card that is in every version was not known');
  }
  return found;
});

const finalStateIsTheSame = perDevice(({ answers }) =>
  answers.flatMap(({ card, door, outcome, reason, expected }) =>
    expected === undefined || expected === outcome
      ? []
      : [
          `at rest ${card} at ${door} was answered ${outcome} (${reason ?? 'granted'}) instead of ${expected}`,
        ],
  ),
);

/** The command table keeps at least 1,000; the newest of those taken must be there. */
const commandsLookedAt = 500;

const pubackAfterCommit = perDevice(({ taken, seen }) =>
  taken.slice(-commandsLookedAt).flatMap(({ id, log }) => {
    const known = seen.get(log);
    return known === undefined || known.has(id) ? [] : [`command ${id} had its PUBACK and is not on disk`];
  }),
);

const eventForm = eventFormWriter();
export const eventHash = (previous: string, body: string): string =>
  createHash('sha256').update(eventForm(previous, body)).digest('hex');

export interface EventTally {
  readonly sent: number;
  readonly lost: number;
  readonly doubled: number;
  readonly altered: number;
  /** With the disk that they were on, before anybody else had them. */
  readonly destroyed: number;
}

export function tallyEvents({ devices, cloud }: Evidence): EventTally {
  const tally = { sent: 0, lost: 0, doubled: 0, altered: 0, destroyed: 0 };
  for (const { device, logs } of devices) {
    for (const { log, events } of logs) {
      const key = `${device}/${log}`;
      const held = cloud.events.get(key) ?? [];
      const bySeq = new Map(held.map((event) => [event.seq, event]));
      const owed = cloud.closedLogs.get(key) ?? Number.POSITIVE_INFINITY;
      tally.sent += events.length;
      tally.doubled += held.length - new Set(held.map(({ hash }) => hash)).size;
      for (const event of events) {
        const there = bySeq.get(event.seq);
        bySeq.delete(event.seq);
        if (there === undefined) tally[event.seq > owed ? 'destroyed' : 'lost'] += 1;
        else if (there.body !== event.body || there.hash !== event.hash) tally.altered += 1;
      }
      // What the cloud holds and the device never wrote.
      tally.altered += bySeq.size;
    }
  }
  return tally;
}

const everyEventArrives = (evidence: Evidence): readonly string[] => {
  const { lost, doubled, altered } = tallyEvents(evidence);
  const found = evidence.cloud.acks.flatMap(({ log, acked, held }) =>
    acked > held ? [`log ${log} was acknowledged up to ${acked}, and ${held} was on disk after a kill`] : [],
  );
  for (const [what, count] of Object.entries({ lost, doubled, altered })) {
    if (count > 0) found.push(`${count} events ${what}`);
  }
  return found;
};

const seqIsNeverReused = perDevice(({ logs, sent }) => {
  const found: string[] = [];
  for (const [log, hashes] of sent) {
    const onDisk = new Map(logs.find((one) => one.log === log)?.events.map(({ seq, hash }) => [seq, hash]));
    for (const [seq, all] of hashes) {
      const known = onDisk.get(seq);
      const other = known === undefined ? all.size > 1 : all.size > 1 || !all.has(known);
      if (other) found.push(`(${log}, ${seq}) was more than one event`);
    }
  }
  return found;
});

const nothingIsDeletedTooEarly = perDevice(({ device, logs }, { cloud }) =>
  logs.flatMap(({ log, events, acked }) => {
    const held = new Set(cloud.events.get(`${device}/${log}`)?.map(({ seq }) => seq));
    const found = chainFaults(events);
    const first = events[0]?.seq ?? acked + 1;
    for (let seq = 1; seq < first; seq += 1) {
      if (!held.has(seq)) found.push(`event ${seq} of ${log} is gone from the device and not in the cloud`);
    }
    return found.slice(0, 3);
  }),
);

function chainFaults(events: readonly EventRow[]): string[] {
  const found: string[] = [];
  let before: EventRow | undefined;
  for (const event of events) {
    const previous = before?.hash ?? (event.seq === 1 ? noHash : undefined);
    if (before !== undefined && event.seq !== before.seq + 1) found.push(`a hole before event ${event.seq}`);
    else if (previous !== undefined && eventHash(previous, event.body) !== event.hash) {
      found.push(`event ${event.seq} does not follow from the one before`);
    }
    before = event;
  }
  return found;
}

const grantImpliesEvent = perDevice(({ logs, answers }) => {
  const byLog = new Map(logs.map(({ log, events }) => [log, new Map(events.map((one) => [one.seq, one]))]));
  return answers.flatMap(({ log, seq, outcome, door }) => {
    const events = byLog.get(log);
    const event = events?.get(seq);
    if (events === undefined) return [];
    if (event === undefined) return [`an answer named event ${seq}, which is not there`];
    const { type, door: at } = bodyOf(event);
    const wanted = outcome === 'grant' ? 'AccessGranted' : 'AccessDenied';
    return type === wanted && at === door
      ? []
      : [`event ${seq} is ${type} at ${at}, not ${wanted} at ${door}`];
  });
});

const commandsActOnce = perDevice((device) => {
  const times = new Map<string, number>();
  for (const { type, command } of bodies(device)) {
    if (type !== 'AccessGranted' || command === undefined) continue;
    times.set(command, (times.get(command) ?? 0) + 1);
  }
  return [...times].flatMap(([id, count]) => (count > 1 ? [`command ${id} acted ${count} times`] : []));
});

/** In the order of the log: after a denial, over every restart, nothing that it covers is granted. */
const denialsHold = perDevice((device) => {
  const found: string[] = [];
  const revoked = new Map<string, number>();
  const locked = new Set<string>();
  for (const body of bodies(device)) {
    const { type, table, id, maxVersion = 0, scope = '', on, door = '', explanation } = body;
    if (type === 'Revoked') {
      const key = `${table} ${id}`;
      revoked.set(key, Math.max(maxVersion, revoked.get(key) ?? 0));
    } else if (type === 'LockdownChanged') {
      if (on === true) locked.add(scope);
      else locked.delete(scope);
    } else if (type === 'AccessGranted') {
      for (const row of explanation?.rows ?? []) {
        if (row.version <= (revoked.get(`${row.table} ${row.id}`) ?? 0)) {
          found.push(`granted with ${row.table} ${row.id}, version ${row.version}, after its revocation`);
        }
      }
      const by = doorScopes(door).find((one) => locked.has(one));
      if (by !== undefined) found.push(`granted at ${door} during the lockdown of ${by}`);
    }
  }
  const slowest = Math.max(0, ...device.denialsTookMs);
  if (slowest > bounds.denialMs) found.push(`a denial took ${Math.round(slowest)} ms`);
  return found;
});

const onlyTheCloudCommands = perDevice((device, { cloud }) =>
  bodies(device).flatMap(({ type, command }) =>
    command === undefined || cloud.commands.has(command)
      ? []
      : [`${type} names command ${command}, which the head-end never sent`],
  ),
);

/** A session command lives for 10 s at most; a copy that comes later is no command any more. */
const replaysChangeNothing = perDevice((device, { cloud }) =>
  bodies(device).flatMap(({ type, command = '', time }) => {
    const expiresAt = cloud.commands.get(command)?.expiresAt;
    return type === 'AccessGranted' && expiresAt !== undefined && time >= expiresAt
      ? [`command ${command} acted at ${time}, after its end at ${expiresAt}`]
      : [];
  }),
);

/** Those whose time is over, or has not come, are refused whatever the device's clock was set to. */
const clockFloorHolds = perDevice((device) =>
  device.answers.flatMap(({ card, door, outcome }) =>
    outcome === 'grant' && isNever(card) ? [`${card} was let in at ${door}`] : [],
  ),
);

const bounded = perDevice(({ offline, largestRssMb, largestStateMb, endedByItself }, { cloud }) => {
  const found = [...endedByItself, ...cloud.endedByItself].map((how) => `ended by itself: ${how}`);
  if (offline.decided < offline.asked) {
    found.push(`${offline.asked - offline.decided} of ${offline.asked} were not decided while offline`);
  }
  if (largestRssMb > bounds.rssMb) found.push(`${largestRssMb} MB of memory`);
  if (largestStateMb > bounds.stateMb) found.push(`${largestStateMb} MB on disk`);
  return found;
});

const converges = ({ rests }: Evidence): readonly string[] =>
  rests.flatMap(({ tookMs, differs }) =>
    tookMs === undefined || tookMs > bounds.convergenceMs
      ? [`not equal within ${bounds.convergenceMs} ms of rest: ${differs}`]
      : [],
  );

export const invariants: readonly Invariant[] = [
  { name: '1', title: 'live rows match the digest, which is the cloud’s', check: rowsMatchDigest },
  { name: '2', title: 'the cursor never goes back', check: cursorNeverGoesBack },
  { name: '3', title: 'readers see whole versions only', check: wholeVersionsOnly },
  { name: '4', title: 'staging never affects a decision', check: stagingIsInvisible },
  { name: '5', title: 'duplicates and reordering change nothing in the end', check: finalStateIsTheSame },
  { name: '6', title: 'PUBACK only after commit', check: pubackAfterCommit },
  { name: '7', title: 'every event reaches the cloud, contiguous, identical', check: everyEventArrives },
  { name: '8', title: '(log, seq) is never reused', check: seqIsNeverReused },
  { name: '9', title: 'no event is deleted unless acknowledged', check: nothingIsDeletedTooEarly },
  { name: '10', title: 'a grant implies an event committed before', check: grantImpliesEvent },
  { name: '11', title: 'a command acts at most once', check: commandsActOnce },
  { name: '12', title: 'denials are in force at once and survive restarts', check: denialsHold },
  { name: '13', title: 'what the cloud has not signed changes nothing', check: onlyTheCloudCommands },
  { name: '14', title: 'a replay changes nothing', check: replaysChangeNothing },
  { name: '15', title: 'bounded offline, and decisions need no network', check: bounded },
  { name: '16', title: 'equal when traffic stops', check: converges },
  { name: 'case 20', title: 'the clock’s floor holds', check: clockFloorHolds },
];
