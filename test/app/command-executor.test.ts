import { describe, expect, it } from 'vitest';
import { DoorId, ResidentId, StaffId } from '../../controller/core/dataset.ts';
import type { CloudCommand } from '../../controller/ports/cloud.ts';
import { annsCode, gusCode, householdShell, lobbyDoor, put, Shell } from '../support/controller-shell.ts';
import { noon } from '../support/hand-time.ts';
import { aDoor, aResident, aStaff } from '../support/rows.ts';

const byAnn = { kind: 'resident', id: ResidentId.parse('ann') } as const;
const bySam = { kind: 'staff', id: StaffId.parse('sam') } as const;
type Unlock = Extract<CloudCommand, { op: 'unlock' }>;
const unlock = (different: Partial<Unlock> = {}): Unlock => ({
  ...{ op: 'unlock', id: 'c-1', door: lobbyDoor, extended: false, by: byAnn },
  ...different,
});

describe('unlock', () => {
  it('opens on behalf of a resident: event and command are on disk before the strike moves', () => {
    const shell = householdShell();
    const onDisk: unknown[] = [];
    shell.wires().onMove = () => onDisk.push(shell.events().at(-1), shell.journal.seenCommand('c-1'));
    const seen = shell.commands.execute(unlock());
    expect(onDisk).toMatchObject([
      { type: 'AccessGranted', command: 'c-1', accessPoint: 'cloud', subject: byAnn },
      { id: 'c-1', outcome: 'accepted' },
    ]);
    expect(seen).toEqual({ id: 'c-1', outcome: 'done', at: noon });
    expect(shell.journal.seenCommand('c-1')).toEqual(seen);
    expect(shell.journal.unfinishedCommands()).toEqual([]);
    expect(shell.wires().released).toBe(true);
  });

  it('keeps the door released for longer when it is told to', () => {
    const shell = householdShell();
    shell.commands.execute(unlock({ extended: true }));
    shell.time.pass(14_999);
    expect(shell.wires().released).toBe(true);
    shell.time.pass(1);
    expect(shell.wires().released).toBe(false);
  });

  it('while it rings in the app opens for a visitor: the resident’s area stays as it is, and bars nothing', () => {
    const shell = householdShell();
    const antipassback = { from: 'street', to: 'house', kind: 'hard' };
    shell.publish(put('door', aDoor('lobby', { version: 2, antipassback })));
    const enter = (): void => {
      shell.wires().play({ kind: 'monitor', open: true });
      shell.wires().play({ kind: 'monitor', open: false });
    };
    shell.commands.execute(unlock({ call: 'call-1' }));
    expect(shell.eventsOf(enter)).toContainEqual(expect.not.objectContaining({ subject: byAnn }));
    expect(shell.journal.knownArea(byAnn)).toBeUndefined();
    shell.type(annsCode);
    enter();
    expect(shell.commands.execute(unlock({ id: 'c-2' }))).toMatchObject({ reason: 'antipassback' });
    const inCall = unlock({ id: 'c-3', call: 'call-2' });
    expect(shell.eventsOf(() => shell.commands.execute(inCall))).toMatchObject([
      { type: 'AccessGranted', subject: byAnn, call: 'call-2' },
    ]);
  });

  it('is rejected with the decision’s reason, and that is an event too', () => {
    const shell = householdShell();
    shell.publish(put('resident', aResident('ann', { version: 2, status: 'suspended' })));
    const events = shell.eventsOf(() =>
      expect(shell.commands.execute(unlock())).toMatchObject({ outcome: 'rejected', reason: 'suspended' }),
    );
    expect(events).toMatchObject([{ type: 'AccessDenied', reason: 'suspended', command: 'c-1' }]);
    expect(shell.journal.seenCommand('c-1')).toMatchObject({ outcome: 'rejected', reason: 'suspended' });
    expect(shell.wires().released).toBe(false);
  });

  it('is rejected on behalf of staff who are not there', () => {
    const seen = householdShell().commands.execute(unlock({ by: bySam }));
    expect(seen).toMatchObject({ outcome: 'rejected', reason: 'danglingReference' });
  });

  it('opens on behalf of active staff without a grant of theirs', () => {
    const shell = householdShell();
    shell.publish(put('staff', aStaff('sam')));
    expect(shell.commands.execute(unlock({ by: bySam }))).toMatchObject({ outcome: 'done' });
  });

  it('of a door that this device does not drive has wrong arguments', () => {
    const shell = householdShell();
    const attic = DoorId.parse('attic');
    const events = shell.eventsOf(() =>
      expect(shell.commands.execute(unlock({ door: attic }))).toMatchObject({
        outcome: 'rejected',
        reason: 'badArguments',
      }),
    );
    expect(events).toEqual([]);
    expect(shell.journal.seenCommand('c-1')).toMatchObject({ reason: 'badArguments' });
  });
});

describe('revoke', () => {
  const guest = { table: 'guest', id: 'gus', maxVersion: 1, epoch: 1, seq: 9 } as const;
  const revoke = (id = 'c-1'): CloudCommand => ({ op: 'revoke', id, revocation: guest });

  it('holds from the next decision on, whatever the row says, and is an event', () => {
    const shell = householdShell();
    expect(shell.type(gusCode).outcome).toBe('grant');
    const events = shell.eventsOf(() =>
      expect(shell.commands.execute(revoke())).toMatchObject({ id: 'c-1', outcome: 'done' }),
    );
    expect(events).toMatchObject([
      { type: 'Revoked', severity: 'notice', table: 'guest', id: 'gus', maxVersion: 1, command: 'c-1' },
    ]);
    expect(shell.type(gusCode)).toMatchObject({ outcome: 'deny', reason: 'revoked' });
    expect(shell.type(annsCode).outcome).toBe('grant');
  });

  it('is one denial however often the cloud says it', () => {
    const shell = householdShell();
    for (const id of ['c-1', 'c-2', 'c-3']) shell.commands.execute(revoke(id));
    expect(shell.journal.revocations()).toEqual([guest]);
  });

  it('of a resident takes the name off the lobby screen', () => {
    const shell = householdShell();
    expect(shell.lobby.state().directory).toHaveLength(1);
    const revocation = { table: 'resident', id: 'ann', maxVersion: 1, epoch: 1, seq: 9 } as const;
    shell.commands.execute({ op: 'revoke', id: 'c-1', revocation });
    shell.lobby.refresh();
    expect(shell.lobby.state().directory).toEqual([]);
    expect(shell.type(annsCode)).toMatchObject({ outcome: 'deny', reason: 'suspended' });
  });

  it('survives a restart, with the command that brought it', () => {
    const shell = householdShell();
    shell.commands.execute(revoke());
    shell.close();
    const again = new Shell({ dir: shell.dir, time: shell.time });
    expect(again.type(gusCode)).toMatchObject({ outcome: 'deny', reason: 'revoked' });
    expect(again.journal.seenCommand('c-1')).toMatchObject({ outcome: 'done' });
  });
});
