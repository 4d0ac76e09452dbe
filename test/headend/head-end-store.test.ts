/** What the head-end's database keeps of commands and events, whatever a device says of them. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { noHash } from '../../controller/core/hash-forms.ts';
import { eventHash } from '../../sync/protocol/hashes.ts';
import { temporaryHeadEnd } from '../support/head-end-state.ts';

const day = 86_400_000;

describe('a command', () => {
  const issued = (id: string, issuedAt: number, expiresAt: number | null) => ({
    ...{ id, device: 'lobby', op: 'revoke', args: {}, by: null, topic: id, session: null, n: null },
    ...{ issuedAt, expiresAt },
  });

  it('that denies is kept however old it grows; any other is forgotten after a week', () => {
    const { commands } = temporaryHeadEnd().books.store;
    commands.add(issued('denial', 0, null));
    commands.add(issued('other', 0, 10_000));
    const kept = () => commands.ofDevice('lobby', 'revoke').map(({ id }) => id);
    commands.add(issued('a week later', 7 * day, 7 * day + 10_000));
    expect(kept()).toEqual(['denial', 'other', 'a week later']);
    commands.add(issued('after that', 7 * day + 1, 7 * day + 10_001));
    expect(kept()).toEqual(['denial', 'a week later', 'after that']);
  });

  it('takes its result from the device that it is for, and from no other', () => {
    const { commands } = temporaryHeadEnd().books.store;
    commands.add(issued('denial', 0, null));
    expect(commands.result('garage', 'denial', 'done', null, 1)).toBe(false);
    expect(commands.get('denial')?.outcome).toBeNull();
    expect(commands.result('lobby', 'denial', 'done', null, 2)).toBe(true);
    expect(commands.get('denial')?.outcome).toBe('done');
  });
});

describe('a batch of events', () => {
  const log = randomUUID();
  function chained(...bodies: readonly string[]) {
    let hash = noHash;
    return bodies.map((body, before) => {
      hash = eventHash(hash, body);
      return { seq: before + 1, body, hash };
    });
  }
  function intake() {
    const { events } = temporaryHeadEnd().books.store;
    type Taken = Parameters<typeof events.take>[1]['events'];
    return {
      take: (batch: Taken, gapIsFinal = false) =>
        events.take('lobby', { iss: 'lobby', log, events: batch }, 0, gapIsFinal),
      held: () => events.tail(100).map(({ seq, body }) => [seq, body]),
    };
  }

  it('that holds another event under a number that is taken is refused whole, also within itself', () => {
    const { take, held } = intake();
    const [, two] = chained('1', 'two');
    if (two === undefined) throw new Error('no second event');
    expect(take([...chained('1', '2'), two])).toEqual({ kind: 'wrongHash', seq: 2 });
    expect(held()).toEqual([]);
    expect(take(chained('1', '2'))).toMatchObject({ kind: 'held', head: 2 });
    expect(take(chained('1', 'two', '3'))).toEqual({ kind: 'wrongHash', seq: 2 });
    expect(held()).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
  });

  it('may begin after a hole that stays, and have none inside', () => {
    const { take, held } = intake();
    const events = chained('1', '2', '3', '4', '5');
    const without = (...gone: readonly number[]) => events.filter(({ seq }) => !gone.includes(seq));
    expect(take(without(3), true)).toEqual({ kind: 'gap', first: 4, head: 0, hash: noHash });
    expect(held()).toEqual([]);
    expect(take(without(1, 3), true)).toMatchObject({ kind: 'gap', first: 4, head: 0 });
    expect(held()).toEqual([]);
    expect(take(without(1, 2), true)).toMatchObject({ kind: 'held', head: 5 });
    expect(held().map(([seq]) => seq)).toEqual([3, 4, 5]);
  });
});
