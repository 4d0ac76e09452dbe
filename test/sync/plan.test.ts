import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommittedEvent, Revocation } from '../../controller/ports/journal.ts';
import { backOffMs } from '../../sync/plan/back-off.ts';
import { type CommandSession, judgeCommand } from '../../sync/plan/command.ts';
import { judgeDelta, takesAway } from '../../sync/plan/delta.ts';
import { eventBatch } from '../../sync/plan/event-batch.ts';
import { keyTime } from '../../sync/plan/key-time.ts';
import { judgeManifest } from '../../sync/plan/manifest.ts';
import { spentRevocations } from '../../sync/plan/spent-revocations.ts';
import type { Command } from '../../sync/protocol/messages.ts';

const uuid = '0b0e7e3c-8f3a-4d0e-9b0a-0d2f1c8e7a55';

describe('a delta', () => {
  const cursor = { epoch: 2, seq: 10 };
  it.each([
    ['from before a restore is ignored', { epoch: 1, prev: 10, seq: 11 }, 'olderEpoch'],
    ['from after a restore needs a snapshot', { epoch: 3, prev: 10, seq: 11 }, 'newerEpoch'],
    ['already applied is a duplicate', { epoch: 2, prev: 9, seq: 10 }, 'duplicate'],
    ['older than the cursor is a duplicate', { epoch: 2, prev: 3, seq: 4 }, 'duplicate'],
    ['that does not follow leaves a gap', { epoch: 2, prev: 11, seq: 12 }, 'gap'],
    ['that spans the cursor leaves a gap', { epoch: 2, prev: 8, seq: 12 }, 'gap'],
    ['that follows is next', { epoch: 2, prev: 10, seq: 11 }, 'next'],
    ['that follows after unused numbers is next', { epoch: 2, prev: 10, seq: 14 }, 'next'],
  ] as const)('%s', (_name, delta, verdict) => {
    expect(judgeDelta(cursor, delta)).toBe(verdict);
  });

  it('is taken once and in order, whatever order and number they come in', () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 });
    fc.assert(
      fc.property(arrivals, (seqs) => {
        let seq = 0;
        const taken: number[] = [];
        for (const arrival of seqs) {
          const delta = { epoch: 1, prev: arrival - 1, seq: arrival };
          if (judgeDelta({ epoch: 1, seq }, delta) !== 'next') continue;
          seq = arrival;
          taken.push(arrival);
        }
        expect(taken).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
      }),
    );
  });

  const put = (row: object) => ({
    put: { table: 'credential', id: 'c1', version: 2, row: JSON.stringify(row) },
  });
  it.each([
    ['a deletion', [{ delete: { table: 'grant', id: 'g1', version: 2 } }], true],
    ['a lost card', [put({ status: 'lost' })], true],
    ['a revoked guest', [put({ revoked: true })], true],
    ['an active card', [put({ status: 'active' })], false],
    ['a guest', [put({ revoked: false })], false],
    ['a row that is not JSON', [{ put: { table: 'x', id: 'x', version: 1, row: '{' } }], false],
    ['a row that is no object', [{ put: { table: 'x', id: 'x', version: 1, row: 'null' } }], false],
  ])('with %s is urgent or not', (_name, ops, urgent) => {
    expect(takesAway(ops)).toBe(urgent);
  });
});

describe('a manifest', () => {
  const cursor = { epoch: 2, seq: 10 };
  const idle = { cursor, staged: undefined, snapshotRequested: false, chunksUnanswered: false };
  const staged = { epoch: 2, seq: 15, snapshot: 'a' };
  const at = (epoch: number, seq: number, snapshot = 'b') => ({ epoch, seq, snapshot });
  it.each([
    ['below the cursor is old', idle, at(2, 9), 'old'],
    ['of an older epoch is old', idle, at(1, 99), 'old'],
    [
      'below the cursor is old even when one was asked for',
      { ...idle, snapshotRequested: true },
      at(2, 9),
      'old',
    ],
    ['at the cursor is old unless asked for', idle, at(2, 10), 'old'],
    ['at the cursor is staged when asked for', { ...idle, snapshotRequested: true }, at(2, 10), 'stage'],
    ['above the cursor is staged unasked', idle, at(2, 11), 'stage'],
    ['of a newer epoch is staged, however low its seq', idle, at(3, 0), 'stage'],
    ['being fetched is the same', { ...idle, staged }, at(2, 15, 'a'), 'same'],
    ['lower than the one being fetched does not replace it', { ...idle, staged }, at(2, 14), 'notHigher'],
    ['equal to the one being fetched does not replace it', { ...idle, staged }, at(2, 15), 'notHigher'],
    ['higher than the one being fetched replaces it', { ...idle, staged }, at(2, 16), 'stage'],
    [
      'equal to one that nobody serves any more replaces it',
      { ...idle, staged, chunksUnanswered: true },
      at(2, 15),
      'stage',
    ],
    [
      'equal to a repair that nobody serves any more replaces it',
      { ...idle, staged: at(2, 10, 'a'), chunksUnanswered: true },
      at(2, 10),
      'stage',
    ],
    [
      'lower than one that nobody serves any more still does not',
      { ...idle, staged, chunksUnanswered: true },
      at(2, 14),
      'notHigher',
    ],
  ] as const)('%s', (_name, state, manifest, verdict) => {
    expect(judgeManifest(state, manifest)).toBe(verdict);
  });
});

describe('a command', () => {
  const now = Date.parse('2026-11-22T12:00:00.000Z');
  const instant = (ms: number): string => new Date(ms).toISOString();
  const session = 'c6a1c1b0-6f0e-4d8e-9d4e-0d1f5d9a2b10';
  const other = '0b8b9c1e-2c59-4a0c-8a93-1c0a4c6f7d11';
  const current: CommandSession = { session, lastN: 4 };
  const clock = { state: 'trusted', now } as const;
  const unlock: Command = {
    aud: 'console-1',
    id: 'cmd-1',
    session,
    n: 5,
    op: 'unlock',
    args: { door: 'front' },
    by: { kind: 'staff', id: 's1' },
    issuedAt: instant(now - 1_000),
    expiresAt: instant(now + 4_000),
  };
  const mode = (args: object, by?: object): Command => {
    const { by: _, ...rest } = unlock;
    return { ...rest, op: 'setDoorMode', args, ...(by === undefined ? {} : { by }) };
  };

  it('answers a call, or opens for one, where it names it', () => {
    const answer = { ...unlock, op: 'answer', args: { call: uuid } };
    expect(judgeCommand(answer, current, clock)).toMatchObject({ command: { op: 'answer', call: uuid } });
    const opens = { ...unlock, args: { door: 'front', call: uuid } };
    expect(judgeCommand(opens, current, clock)).toMatchObject({ command: { op: 'unlock', call: uuid } });
  });

  it('sets a door’s mode, with an end and on behalf of staff where it says so', () => {
    const until = instant(now + 3_600_000);
    expect(judgeCommand(mode({ door: 'front', mode: 'LockedOpen' }), current, clock)).toEqual({
      kind: 'execute',
      command: { op: 'setDoorMode', id: 'cmd-1', door: 'front', mode: 'LockedOpen' },
    });
    const staff = { kind: 'staff', id: 's1' };
    expect(judgeCommand(mode({ door: 'front', mode: 'normal', until }, staff), current, clock)).toMatchObject(
      {
        command: { mode: 'normal', until: now + 3_600_000, by: staff },
      },
    );
  });

  it.each([
    [{ door: 'front', mode: 'Accessed' }],
    [{ door: 'front' }],
    [{ door: 'front', mode: 'Locked', until: 'tomorrow' }],
    [{ mode: 'Locked' }],
  ])('that would set %j is rejected', (args) => {
    expect(judgeCommand(mode(args), current, clock)).toEqual({ kind: 'reject', reason: 'badArguments' });
  });

  const revocation = { table: 'credential', id: 'c1', maxVersion: 3, epoch: 2, seq: 10 };

  it('in its session, new, known in time and well formed acts', () => {
    expect(judgeCommand(unlock, current, clock)).toEqual({
      kind: 'execute',
      command: {
        op: 'unlock',
        id: 'cmd-1',
        door: 'front',
        extended: false,
        by: { kind: 'staff', id: 's1' },
      },
    });
  });

  it.each([
    ['that lives for 10 s', { issuedAt: instant(now), expiresAt: instant(now + 10_000) }],
    ['issued 2 s ahead', { issuedAt: instant(now + 2_000), expiresAt: instant(now + 9_000) }],
    ['1 ms before its end', { expiresAt: instant(now + 1) }],
  ])('%s still acts', (_name, change) => {
    expect(judgeCommand({ ...unlock, ...change }, current, clock)).toMatchObject({ kind: 'execute' });
  });

  it.each([
    ['of another session', { session: other }, current, clock, 'session'],
    ['before any welcome', {}, { session: undefined, lastN: 0 }, clock, 'session'],
    ['whose n was used', { n: 4 }, current, clock, 'n'],
    ['without n', { n: undefined }, current, clock, 'n'],
    ['while the clock is unknown', {}, current, { state: 'unknown', now }, 'noClock'],
    ['without an end', { expiresAt: undefined }, current, clock, 'life'],
    ['that lives longer than 10 s', { expiresAt: instant(now + 9_001) }, current, clock, 'life'],
    [
      'issued more than 2 s ahead',
      { issuedAt: instant(now + 2_001), expiresAt: instant(now + 9_000) },
      current,
      clock,
      'future',
    ],
    ['at its end', { expiresAt: instant(now) }, current, clock, 'expired'],
    ['of an unknown kind', { op: 'selfDestruct' }, current, clock, 'unknownOp'],
    ['for no door', { args: {} }, current, clock, 'badArguments'],
    ['that answers no call', { op: 'answer', args: { call: 'x' } }, current, clock, 'badArguments'],
    [
      'that answers on behalf of nobody',
      { op: 'answer', args: { call: uuid }, by: undefined },
      current,
      clock,
      'badArguments',
    ],
    ['on behalf of nobody', { by: undefined }, current, clock, 'badArguments'],
    ['on behalf of a door', { by: { kind: 'door', id: 'front' } }, current, clock, 'badArguments'],
    [
      'that is a revocation of an unknown table',
      { op: 'revoke', args: { ...revocation, table: 'x' } },
      current,
      clock,
      'badArguments',
    ],
    [
      'that ends a lockdown in no session',
      { op: 'lockdown', args: { on: false, scope: 'building', counter: 2 }, session: other },
      current,
      clock,
      'session',
    ],
    [
      'that locks an unknown scope down',
      { op: 'lockdown', args: { on: true, scope: 'planet', counter: 2 } },
      current,
      clock,
      'badArguments',
    ],
  ] as const)('%s is rejected', (_name, change, at, reading, reason) => {
    const changed = Object.fromEntries(
      Object.entries({ ...unlock, ...change }).filter(([, value]) => value !== undefined),
    ) as unknown as Command;
    expect(judgeCommand(changed, at, reading)).toEqual({ kind: 'reject', reason });
  });

  it.each([
    ['session before n', { session: other, n: 1 }, 'session'],
    ['n before the clock', { n: 1, expiresAt: instant(now) }, 'n'],
    ['life before expiry', { issuedAt: instant(now - 60_000), expiresAt: instant(now - 1) }, 'life'],
    ['expiry before the arguments', { expiresAt: instant(now - 1), args: {} }, 'expired'],
  ] as const)('is judged in order: %s', (_name, change, reason) => {
    expect(judgeCommand({ ...unlock, ...change }, current, clock)).toEqual({ kind: 'reject', reason });
  });

  it.each([
    ['a revocation', { op: 'revoke', args: revocation }, { op: 'revoke', id: 'cmd-1', revocation }],
    [
      'a lockdown',
      { op: 'lockdown', args: { on: true, scope: 'area:lobby', counter: 7 } },
      { op: 'lockdown', id: 'cmd-1', lockdown: { on: true, scope: 'area:lobby', counter: 7 } },
    ],
  ] as const)('that is %s needs no session, n, clock or end', (_name, change, command) => {
    const bare: Command = { aud: 'console-1', id: 'cmd-1', issuedAt: instant(0), ...change };
    const nothing = { session: undefined, lastN: 0 };
    expect(judgeCommand(bare, nothing, { state: 'unknown', now: 0 })).toEqual({ kind: 'execute', command });
  });
});

describe('the time by which keys are judged', () => {
  const floor = 5_000_999;
  it.each([
    ['is the floor before a welcome', { state: 'unknown', now: 5_000_999 }, false, 5_000, false],
    ['is the floor while only a battery clock tells', { state: 'held', now: 9_000_000 }, false, 5_000, false],
    [
      'is a trusted clock, without nbf, before a welcome',
      { state: 'trusted', now: 9_000_000 },
      false,
      9_000,
      false,
    ],
    ["is the welcome's after one", { state: 'trusted', now: 9_000_000 }, true, 9_000, true],
    ["is the welcome's, held since", { state: 'held', now: 9_500_000 }, true, 9_500, true],
  ] as const)('%s', (_name, reading, welcomed, nowS, notBeforeJudged) => {
    expect(keyTime({ reading, floor, welcomed })).toEqual({ nowS, notBeforeJudged });
  });
});

describe('a revocation on the denylist', () => {
  const revocation: Revocation = { table: 'credential', id: 'c1', maxVersion: 3, epoch: 2, seq: 10 };
  it.each([
    ['stays until the cursor has reached its place', { epoch: 2, seq: 9 }, undefined, false],
    ['stays while the row is of a version that it covers', { epoch: 2, seq: 10 }, 3, false],
    ['goes when the row is gone', { epoch: 2, seq: 10 }, undefined, true],
    ['goes when the row is newer', { epoch: 2, seq: 11 }, 4, true],
    ['goes in a later epoch, whatever the seq', { epoch: 3, seq: 1 }, 4, true],
  ] as const)('%s', (_name, cursor, version, goes) => {
    expect(spentRevocations(cursor, [revocation], () => version)).toEqual(goes ? [revocation] : []);
  });
});

describe('a batch of events', () => {
  const event = fc.record<CommittedEvent>({
    seq: fc.integer({ min: 1 }),
    body: fc.string({ unit: 'grapheme', maxLength: 2_000 }),
    hash: fc.constant('0'.repeat(64)),
  });
  it('is the oldest, at most 200 and 60 KiB, and never none of some', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 260, size: 'max' }), (events) => {
        const batch = eventBatch(events);
        expect(batch).toEqual(events.slice(0, batch.length));
        expect(batch.length).toBeLessThanOrEqual(200);
        expect(batch.length > 0).toBe(events.length > 0);
        const bytes = Buffer.byteLength(JSON.stringify(batch));
        expect(bytes <= 60 * 1024 + 1 || batch.length === 1).toBe(true);
        const more = events[batch.length];
        if (more !== undefined && batch.length < 200) {
          expect(bytes + Buffer.byteLength(JSON.stringify(more))).toBeGreaterThan(60 * 1024 - 2);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a back-off', () => {
  it('doubles up to its end and stays there', () => {
    const delays = [0, 1, 2, 3, 4, 5, 1_000].map((attempt) => backOffMs(attempt, 2_000, 30_000));
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });
});
