import { describe, expect, it } from 'vitest';
import { GuestId, ResidentId } from '../../controller/core/dataset.ts';
import {
  ann,
  annsCard,
  annsCode,
  cardHash,
  codeHash,
  gusCode,
  householdShell,
  put,
  Shell,
} from '../support/controller-shell.ts';
import { aCredential, aDoor, aGuest, aResident } from '../support/rows.ts';

const gus = GuestId.parse('gus');
const annRef = { kind: 'resident', id: ResidentId.parse('ann') } as const;
const types = (events: readonly { readonly type: string }[]): readonly string[] =>
  events.map(({ type }) => type);

describe('a code that opens', () => {
  it('is an event on disk before the strike moves', () => {
    const shell = householdShell();
    const onDiskAtRelease: unknown[] = [];
    shell.wires().onMove = () => onDiskAtRelease.push(shell.events().at(-1));
    const answer = shell.type(annsCode);
    expect(answer).toMatchObject({ outcome: 'grant', seq: shell.journal.head().seq });
    expect(onDiskAtRelease).toMatchObject([
      { type: 'AccessGranted', severity: 'info', door: 'lobby', subject: annRef, credential: 'pin' },
    ]);
    expect(shell.wires().released).toBe(true);
  });

  it('keeps the door released for the access time of its row, and longer for accessible timing', () => {
    const shell = householdShell();
    const releasedForMs = (): number => {
      shell.type(annsCode);
      let ms = 0;
      for (; shell.wires().released; ms += 500) shell.time.pass(500);
      return ms;
    };
    expect(releasedForMs()).toBe(5_000);
    shell.publish(put('resident', aResident('ann', { version: 2, extendedAccess: true })));
    expect(releasedForMs()).toBe(15_000);
  });

  it('is AccessTaken once the door opens, and secured as it closes', () => {
    const shell = householdShell();
    shell.type(annsCode);
    const opened = shell.eventsOf(() => shell.wires().play({ kind: 'monitor', open: true }));
    expect(opened).toMatchObject([
      { type: 'DoorMonitor', open: true },
      { type: 'AccessTaken', subject: annRef },
    ]);
    shell.wires().play({ kind: 'monitor', open: false });
    expect(shell.wires().released).toBe(false);
    expect(types(shell.eventsOf(() => shell.time.pass(60_000)))).toEqual([]);
  });

  it('names neither code nor hash in any event', () => {
    const shell = householdShell();
    shell.type(annsCode);
    shell.hold(annsCard);
    shell.type('00000000');
    const text = JSON.stringify(shell.events());
    for (const secret of [annsCode, annsCard, '00000000', codeHash(annsCode), cardHash(annsCard)]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('a guest with limited uses', () => {
  const limited = () => {
    const shell = householdShell();
    shell.publish(put('guest', aGuest('gus', { version: 2, hash: codeHash(gusCode), maxUses: 1 })));
    return shell;
  };

  it('is counted in the transaction of the grant, before the strike moves', () => {
    const shell = limited();
    const usedAtRelease: number[] = [];
    shell.wires().onMove = () => usedAtRelease.push(shell.journal.guestUses(gus).used);
    expect(shell.type(gusCode).outcome).toBe('grant');
    expect(usedAtRelease).toEqual([1]);
    expect(shell.type(gusCode)).toMatchObject({ outcome: 'deny', reason: 'usesExhausted' });
  });

  it('gets the use back when nobody opened the door', () => {
    const shell = limited();
    shell.type(gusCode);
    const after = shell.eventsOf(() => shell.time.pass(5_000));
    expect(after).toMatchObject([{ type: 'AccessNotTaken', subject: { kind: 'guest', id: 'gus' } }]);
    expect(shell.journal.guestUses(gus).used).toBe(0);
    expect(shell.type(gusCode).outcome).toBe('grant');
  });

  it('has had the use once the door was opened, also over a restart', () => {
    const shell = limited();
    shell.type(gusCode);
    shell.wires().play({ kind: 'monitor', open: true });
    shell.time.pass(60_000);
    shell.close();
    const again = new Shell({ dir: shell.dir });
    expect(again.type(gusCode)).toMatchObject({ outcome: 'deny', reason: 'usesExhausted' });
  });
});

describe('anti-passback', () => {
  const antipassback = { from: 'street', to: 'house', kind: 'hard' };

  it('remembers where a person is once access is taken, not before', () => {
    const shell = householdShell();
    shell.publish(put('door', aDoor('lobby', { version: 2, antipassback })));
    shell.type(annsCode);
    expect(shell.journal.knownArea(annRef)).toBeUndefined();
    shell.wires().play({ kind: 'monitor', open: true });
    expect(shell.journal.knownArea(annRef)).toMatchObject({ area: 'house' });
    shell.wires().play({ kind: 'monitor', open: false });
    expect(shell.type(annsCode)).toMatchObject({ outcome: 'deny', reason: 'antipassback' });
  });

  it('that is soft lets the person in and warns', () => {
    const shell = householdShell();
    shell.publish(
      put('door', aDoor('lobby', { version: 2, antipassback: { ...antipassback, kind: 'soft' } })),
    );
    shell.type(annsCode);
    shell.wires().play({ kind: 'monitor', open: true });
    shell.wires().play({ kind: 'monitor', open: false });
    const [event] = shell.eventsOf(() => shell.type(annsCode));
    expect(event).toMatchObject({ type: 'AccessGranted', severity: 'warning', softAntipassback: true });
  });
});

describe('a duress code', () => {
  const withDuress = () => {
    const shell = householdShell();
    const duress = aCredential('duress', ann, { hash: codeHash('11223344'), duress: true });
    shell.publish(put('credential', duress));
    return shell;
  };

  it('is answered and looks exactly as any other, and tells the cloud', () => {
    const seen = (code: string) => {
      const shell = withDuress();
      const moves: string[] = [];
      shell.wires().onMove = (direction) => moves.push(direction);
      const { seq: _, ...answer } = shell.type(code);
      const { directory: __, ...state } = shell.lobby.state();
      return { answer, moves, state, status: shell.lobby.status().doors, shell };
    };
    const { shell: calm, ...plain } = seen(annsCode);
    const { shell: silent, ...forced } = seen('11223344');
    expect(forced).toEqual(plain);
    expect(types(calm.events())).not.toContain('Duress');
    expect(silent.events().slice(-2)).toMatchObject([
      { type: 'AccessGranted', severity: 'info', credential: 'duress' },
      { type: 'Duress', severity: 'alarm', door: 'lobby', subject: annRef, credential: 'duress' },
    ]);
  });

  it('tells the cloud also where the door stays shut', () => {
    const shell = withDuress();
    shell.publish(put('resident', aResident('ann', { version: 2, status: 'suspended' })));
    const duress = shell.eventsOf(() => shell.type('11223344'));
    expect(types(duress)).toEqual(['AccessDenied', 'Duress']);
  });
});

const rowOf = (id: string): object => expect.objectContaining({ id, version: 1 });

describe('one code on two rows', () => {
  it('opens nothing and raises an alarm with the rows', () => {
    const shell = householdShell();
    shell.publish(put('guest', aGuest('eve', { hash: codeHash(annsCode) })));
    const events = shell.eventsOf(() =>
      expect(shell.type(annsCode)).toMatchObject({ outcome: 'deny', reason: 'ambiguousCredential' }),
    );
    expect(events).toMatchObject([
      { type: 'AccessDenied', reason: 'ambiguousCredential' },
      { type: 'AmbiguousCredential', severity: 'alarm', door: 'lobby' },
    ]);
    expect(events[1]).toMatchObject({
      explanation: { rows: expect.arrayContaining([rowOf('pin'), rowOf('eve')]) },
    });
    expect(shell.wires().released).toBe(false);
  });
});
