import { describe, expect, it } from 'vitest';
import { noHash } from '../../controller/core/hash-forms.ts';
import type { CloudEvidence, DeviceEvidence, EventRow, Evidence } from '../../scripts/chaos/evidence.ts';
import { bounds, eventHash, tallyEvents } from '../../scripts/chaos/invariants.ts';
import { violationsIn } from '../../scripts/chaos/run.ts';

const log = 'log-1';
const key = `lobby/${log}`;
const stamp = { boot: 'boot-1', time: '2027-01-01T00:00:00.000Z' };

/** Events from their bodies, chained from the first one on. */
function chained(bodies: readonly object[]): readonly EventRow[] {
  let hash = noHash;
  return bodies.map((fields, index) => {
    const body = JSON.stringify({ ...stamp, ...fields });
    hash = eventHash(hash, body);
    return { seq: index + 1, body, hash };
  });
}

const explained = (rows: readonly object[], dataset = { epoch: 1, seq: 2 }) => ({
  explanation: { rows, dataset },
});

const granted = {
  type: 'AccessGranted',
  door: 'lobby-front',
  command: 'command-1',
  ...explained([
    { table: 'credential', id: 'twin-0', version: 4 },
    { table: 'resident', id: 'twin-0', version: 4 },
    { table: 'grant', id: 'twin-0.lobby-front', version: 1 },
  ]),
};

interface Seen {
  readonly bodies?: readonly object[];
  readonly device?: Partial<DeviceEvidence>;
  readonly cloud?: Partial<CloudEvidence>;
  readonly rests?: Evidence['rests'];
}

/** A run in which all went well, but for what a test says. */
function run({ bodies = [granted], device = {}, cloud = {}, rests }: Seen = {}): Evidence {
  const events = chained(bodies);
  const digests = new Map([['1.2', new Set(['d2'])]]);
  return {
    devices: [
      {
        device: 'lobby',
        readings: [{ epoch: 1, seq: 2, digest: 'd2', sum: 'd2', life: 1 }],
        told: [{ epoch: 1, seq: 2, life: 1 }],
        afterKill: [{ onDisk: { epoch: 1, seq: 2 }, told: { epoch: 1, seq: 2 } }],
        logs: [{ log, events, acked: events.length }],
        sent: new Map([[log, new Map(events.map(({ seq, hash }) => [seq, new Set([hash])]))]]),
        answers: [{ log, seq: 1, outcome: 'grant', card: 'twin-0', door: 'lobby-front', expected: 'grant' }],
        taken: [{ id: 'command-1', log }],
        seen: new Map([[log, new Set(['command-1'])]]),
        damagedBoots: new Set(),
        denialsTookMs: [12],
        offline: { asked: 3, decided: 3 },
        largestRssMb: 100,
        largestStateMb: 3,
        endedByItself: [],
        ...device,
      },
    ],
    cloud: {
      digests,
      events: new Map([[key, events]]),
      commands: new Map([['command-1', { expiresAt: '2027-01-01T00:00:10.000Z' }]]),
      acks: [{ log: key, acked: 1, held: 1 }],
      closedLogs: new Map(),
      restores: 0,
      endedByItself: [],
      ...cloud,
    },
    rests: rests ?? [{ tookMs: 40, differs: '' }],
  };
}

const [first] = chained([granted]);
const other = { seq: 1, body: '{}', hash: 'f'.repeat(64) };
const denied = { type: 'AccessDenied', door: 'lobby-front', ...explained([]) };
const answer = { log, seq: 1, outcome: 'grant', card: 'card-1', door: 'lobby-front' } as const;
const mismatch = { type: 'SecurityEvent', message: 'delta', reason: 'digestMismatch' };
const revoked = { type: 'Revoked', table: 'credential', id: 'twin-0', maxVersion: 4, command: 'command-1' };
const lockdown = { type: 'LockdownChanged', scope: 'area:area-lobby', on: true, command: 'command-1' };
const onTheCloud = (...events: readonly (EventRow | undefined)[]) =>
  new Map([[key, events.filter((event) => event !== undefined)]]);
/** Of two events the first, and the second under a number too high. */
const holed = chained([granted, denied]).map((event, index) => ({ ...event, seq: 2 * index + 1 }));

const violated: readonly (readonly [what: string, names: readonly string[], seen: Seen])[] = [
  [
    'rows that do not add up',
    ['1'],
    { device: { readings: [{ epoch: 1, seq: 2, digest: 'd2', sum: 'other', life: 1 }] } },
  ],
  [
    'a digest that was never the cloud’s',
    ['1'],
    { device: { readings: [{ epoch: 1, seq: 2, digest: 'x', sum: 'x', life: 1 }] } },
  ],
  ['a delta that did not add up', ['1'], { bodies: [granted, mismatch] }],
  [
    'a cursor that goes back',
    ['2'],
    {
      device: {
        told: [
          { epoch: 2, seq: 1, life: 1 },
          { epoch: 1, seq: 9, life: 1 },
        ],
      },
    },
  ],
  [
    'a live version that goes back',
    ['2'],
    {
      device: {
        readings: [
          { epoch: 1, seq: 3, digest: 'd3', sum: 'd3', life: 1 },
          { epoch: 1, seq: 2, digest: 'd2', sum: 'd2', life: 1 },
        ],
      },
      cloud: {
        digests: new Map([
          ['1.2', new Set(['d2'])],
          ['1.3', new Set(['d3'])],
        ]),
      },
    },
  ],
  [
    'a cursor that was told and not on disk',
    ['2'],
    { device: { afterKill: [{ onDisk: { epoch: 1, seq: 1 }, told: { epoch: 1, seq: 2 } }] } },
  ],
  [
    'twins of two versions',
    ['3'],
    {
      bodies: [
        {
          ...granted,
          ...explained([
            { table: 'credential', id: 'twin-0', version: 5 },
            { table: 'resident', id: 'twin-0', version: 4 },
          ]),
        },
      ],
    },
  ],
  [
    'a decision on what was never published',
    ['4'],
    { bodies: [{ ...granted, ...explained([], { epoch: 1, seq: 3 }) }] },
  ],
  [
    'an anchor that was not known',
    ['4'],
    {
      bodies: [denied],
      device: { answers: [{ ...answer, card: 'anchor', outcome: 'deny', reason: 'unknownCredential' }] },
    },
  ],
  ['another answer at rest', ['5'], { device: { answers: [{ ...answer, expected: 'deny' }] } }],
  [
    'a denial at rest of whom the building lets in',
    ['5'],
    { bodies: [denied], device: { answers: [{ ...answer, outcome: 'deny', expected: 'grant' }] } },
  ],
  ['a command taken and not on disk', ['6'], { device: { taken: [{ id: 'command-2', log }] } }],
  [
    'the newest of very many commands not on disk',
    ['6'],
    {
      device: {
        taken: [...Array.from({ length: 500 }, () => ({ id: 'command-1', log })), { id: 'command-2', log }],
      },
    },
  ],
  ['an event that is lost', ['7'], { cloud: { events: onTheCloud() } }],
  ['an event that is altered', ['7'], { cloud: { events: onTheCloud(first && { ...first, body: '{}' }) } }],
  [
    'an event that is doubled',
    ['7'],
    { cloud: { events: onTheCloud(first, first && { ...first, seq: 2 }) } },
  ],
  [
    'an event in the cloud that nobody wrote',
    ['7'],
    { cloud: { events: onTheCloud(first, { ...other, seq: 2 }) } },
  ],
  [
    'an event lost that a destroyed disk had handed over',
    ['7'],
    { cloud: { events: new Map(), closedLogs: new Map([[key, 1]]), acks: [] } },
  ],
  ['an ack of what is not on disk', ['7'], { cloud: { acks: [{ log: key, acked: 2, held: 1 }] } }],
  [
    'a seq used twice',
    ['8'],
    { device: { sent: new Map([[log, new Map([[1, new Set([first?.hash ?? '', other.hash])]])]]) } },
  ],
  [
    'an event sent as another than on disk',
    ['8'],
    { device: { sent: new Map([[log, new Map([[1, new Set([other.hash])]])]]) } },
  ],
  [
    'events deleted before the cloud has them',
    ['9', '10'],
    { device: { logs: [{ log, events: [], acked: 1 }] }, cloud: { events: new Map() } },
  ],
  [
    'an event that does not follow from the one before',
    ['9'],
    {
      device: { logs: [{ log, events: [other], acked: 1 }], sent: new Map(), answers: [] },
      cloud: { events: onTheCloud(other) },
    },
  ],
  [
    'a hole in the log',
    ['9'],
    { device: { logs: [{ log, events: holed, acked: 1 }] }, cloud: { events: onTheCloud(...holed) } },
  ],
  ['a grant without its event', ['10'], { device: { answers: [{ ...answer, seq: 2 }] } }],
  ['a grant whose event says otherwise', ['10'], { bodies: [denied], device: { answers: [answer] } }],
  [
    'a grant whose event is of another door',
    ['10'],
    { device: { answers: [{ ...answer, door: 'garage' }] } },
  ],
  ['a command that acted twice', ['11'], { bodies: [granted, granted] }],
  ['a grant after its revocation', ['12'], { bodies: [revoked, granted], device: { answers: [] } }],
  ['a grant in a lockdown', ['12'], { bodies: [lockdown, granted], device: { answers: [] } }],
  ['a denial that took long', ['12'], { device: { denialsTookMs: [bounds.denialMs + 1] } }],
  ['a command that nobody sent', ['13'], { cloud: { commands: new Map() } }],
  [
    'a command after its end',
    ['14'],
    { cloud: { commands: new Map([['command-1', { expiresAt: stamp.time }]]) } },
  ],
  ['nobody decided while offline', ['15'], { device: { offline: { asked: 2, decided: 1 } } }],
  ['a crash', ['15'], { device: { endedByItself: ['exit 70'] } }],
  ['a crash of the head-end', ['15'], { cloud: { endedByItself: ['exit 70'] } }],
  ['too much memory', ['15'], { device: { largestRssMb: bounds.rssMb + 1 } }],
  ['too much on disk', ['15'], { device: { largestStateMb: bounds.stateMb + 1 } }],
  ['ends that stay apart', ['16'], { rests: [{ tookMs: undefined, differs: 'everything' }] }],
  ['ends that take long to meet', ['16'], { rests: [{ tookMs: bounds.convergenceMs + 1, differs: '' }] }],
  ['a card whose time is over', ['case 20'], { device: { answers: [{ ...answer, card: 'expired-card' }] } }],
];

describe('the checks', () => {
  it('find nothing in a run in which all went well', () => {
    expect(violationsIn(run())).toEqual(new Map());
  });

  it.each(violated)('find %s', (_what, names, seen) => {
    expect([...violationsIn(run(seen)).keys()]).toEqual(names);
  });

  it('do not blame the device for rows that the disk has damaged, or that the cloud has forgotten', () => {
    const bodies = [granted, mismatch];
    expect(violationsIn(run({ bodies, device: { damagedBoots: new Set([stamp.boot]) } }))).toEqual(new Map());
    expect(violationsIn(run({ bodies, cloud: { restores: 1 } }))).toEqual(new Map());
  });

  it('allow a grant once a lockdown is over', () => {
    const bodies = [lockdown, { ...lockdown, on: false }, granted];
    expect(violationsIn(run({ bodies, device: { answers: [] } }))).toEqual(new Map());
  });

  it('allow a new database to begin at nothing', () => {
    const told = [
      { epoch: 1, seq: 2, life: 1 },
      { epoch: 0, seq: 0, life: 2 },
    ];
    expect(violationsIn(run({ device: { told } }))).toEqual(new Map());
  });

  it('judge an answer by the log that it named', () => {
    const fresh = chained([{ ...denied, ...explained([], { epoch: 0, seq: 0 }) }]);
    const before = chained([denied]);
    const seen = run({
      device: {
        logs: [
          { log: 'log-0', events: before, acked: 1 },
          { log, events: fresh, acked: 1 },
        ],
        sent: new Map(),
        answers: [{ ...answer, card: 'anchor', outcome: 'deny', reason: 'unknownCredential' }],
      },
      cloud: {
        events: new Map([
          ['lobby/log-0', before],
          [key, fresh],
        ]),
      },
    });
    expect(violationsIn(seen)).toEqual(new Map());
  });

  it('count what a destroyed disk took with it by itself', () => {
    const gone = run({ cloud: { events: new Map(), closedLogs: new Map([[key, 0]]), acks: [] } });
    expect(tallyEvents(gone)).toEqual({ sent: 1, lost: 0, doubled: 0, altered: 0, destroyed: 1 });
    expect(violationsIn(gone)).toEqual(new Map());
  });
});
