import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandResult, Hello } from '../../sync/protocol/messages.ts';
import { brokers } from '../support/brokers.ts';
import { signDown } from '../support/cloud-keys.ts';
import { area, cloudTime, deviceId, SyncStage } from '../support/sync-stage.ts';

const instant = (ms: number): string => new Date(ms).toISOString();
const revocation = { table: 'area', id: 'lobby', maxVersion: 1, epoch: 1, seq: 2 } as const;

describe.each(brokers)('commands over $name', ({ start }) => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.set(start);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const unlock = ({ session }: Hello, n: number, more: object = {}) => ({
    aud: deviceId,
    id: `cmd-${n}`,
    session,
    n,
    op: 'unlock',
    args: { door: 'front' },
    by: { kind: 'staff', id: 's1' },
    issuedAt: instant(cloudTime),
    expiresAt: instant(cloudTime + 5_000),
    ...more,
  });
  const denial = (id: string, op: string, args: object) => ({
    aud: deviceId,
    id,
    op,
    args,
    issuedAt: instant(cloudTime),
  });
  const ask = async (command: { readonly id: string }): Promise<CommandResult> => {
    await stage.peer.send('command', command);
    return stage.peer.next('result', ({ id }) => id === command.id);
  };
  const replayTold = (reason: string) =>
    stage.device.told.next((it) => it.kind === 'refused' && it.message === 'command' && it.reason === reason);

  it('are carried out, and answered with what came of them', async () => {
    const hello = await stage.welcomed();
    expect(await ask(unlock(hello, 1))).toEqual({
      iss: deviceId,
      id: 'cmd-1',
      outcome: 'done',
      at: instant(cloudTime),
    });
    expect(stage.device.executed).toEqual([
      { op: 'unlock', id: 'cmd-1', door: 'front', extended: false, by: { kind: 'staff', id: 's1' } },
    ]);
    stage.device.unlockOutcome = { outcome: 'rejected', reason: 'noGrant' };
    expect(await ask(unlock(hello, 2))).toMatchObject({ outcome: 'rejected', reason: 'noGrant' });
  });

  it('failure case 16: act once, however often they come, over restarts too', async () => {
    const hello = await stage.welcomed();
    const command = signDown(stage.peer.keys, 'command', unlock(hello, 1));
    for (let copy = 0; copy < 3; copy += 1) await stage.peer.publish('command', command);
    const results = [];
    for (let copy = 0; copy < 3; copy += 1) results.push(await stage.peer.next('result'));
    expect(results.map(({ duplicate }) => duplicate)).toEqual([undefined, true, true]);
    await replayTold('duplicate');

    await stage.device.stop();
    stage.device.start();
    await stage.peer.next('hello', ({ session }) => session !== hello.session);
    await stage.peer.publish('command', command);
    expect(await stage.peer.next('result')).toMatchObject({ outcome: 'done', duplicate: true });
    expect(stage.device.executed).toHaveLength(1);
  });

  it('failure case 16: are rejected with the reason, and leave a trace when they may be replays', async () => {
    const hello = await stage.welcomed();
    await ask(unlock(hello, 5));
    const other = '0b8b9c1e-2c59-4a0c-8a93-1c0a4c6f7d11';
    const rejected: readonly (readonly [string, object])[] = [
      ['session', { session: other }],
      ['n', { n: 5 }],
      ['life', { expiresAt: instant(cloudTime + 10_001) }],
      ['future', { issuedAt: instant(cloudTime + 2_001) }],
      ['expired', { issuedAt: instant(cloudTime - 5_000), expiresAt: instant(cloudTime) }],
      ['unknownOp', { op: 'openSesame' }],
      ['badArguments', { args: { door: 'no/such door' } }],
    ];
    let n = 5;
    for (const [reason, change] of rejected) {
      n += 1;
      const result = await ask(unlock(hello, n, { id: `cmd-${reason}`, ...change }));
      expect(result).toMatchObject({ outcome: 'rejected', reason });
      await replayTold(reason);
    }
    expect(stage.device.executed).toHaveLength(1);
  });

  it('that are rejected have used up their number all the same', async () => {
    const hello = await stage.welcomed();
    const expired = unlock(hello, 3, { id: 'expired', expiresAt: instant(cloudTime) });
    expect(await ask(expired)).toMatchObject({ outcome: 'rejected', reason: 'expired' });
    for (const n of [2, 3]) {
      expect(await ask(unlock(hello, n))).toMatchObject({ outcome: 'rejected', reason: 'n' });
    }
    expect(await ask(unlock(hello, 4))).toMatchObject({ outcome: 'done' });
  });

  it('that ask for a report are answered with how the device stands', async () => {
    const hello = await stage.welcomed();
    await ask(denial('deny', 'revoke', revocation));
    await ask(denial('shut', 'lockdown', { on: true, scope: 'building', counter: 1 }));
    stage.device.event('DoorMonitor');
    const { journal } = stage.device;
    const command = unlock(hello, 1, { op: 'report', args: {}, by: undefined });
    const { state, ...result } = await ask(command);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(state).toEqual({
      ...stage.device.store.replica.cursor(),
      rows: 0,
      keyset: 1,
      eventHead: journal.head().seq,
      eventAcked: 0,
      denials: 1,
      lockdowns: [{ on: true, scope: 'building', counter: 1 }],
      doors: { lobby: { mode: 'Locked', relayActivations: 3 } },
      clockState: 'trusted',
    });
    expect(await ask(command)).not.toHaveProperty('state');
  });

  it('to identify and to report belong to a session like any other', async () => {
    const hello = await stage.peer.next('hello');
    for (const op of ['identify', 'report']) {
      const result = await ask(unlock(hello, 1, { id: op, op, args: {}, by: undefined }));
      expect(result).toMatchObject({ outcome: 'rejected', reason: 'session' });
    }
  });

  it('failure case 16: that waited in a queue until their end are rejected', async () => {
    const hello = await stage.welcomed();
    stage.device.monotonicMs += 5_000;
    expect(await ask(unlock(hello, 1))).toMatchObject({ outcome: 'rejected', reason: 'expired' });
  });

  it('failure case 16: of the last session mean nothing in the next', async () => {
    const hello = await stage.welcomed();
    await stage.device.stop();
    stage.device.start();
    await stage.device.told.next((it) => it.kind === 'welcomed' && it.session !== hello.session);
    expect(await ask(unlock(hello, 1))).toMatchObject({ outcome: 'rejected', reason: 'session' });
  });

  it('before any welcome are rejected, but a revocation is in force at once', async () => {
    const hello = await stage.peer.next('hello');
    expect(await ask(unlock(hello, 1))).toMatchObject({ outcome: 'rejected', reason: 'session' });
    expect(await ask(denial('deny-1', 'revoke', revocation))).toMatchObject({ outcome: 'done' });
    const { journal } = stage.device;
    expect(journal.denied({ table: 'area', id: 'lobby', version: 1 })).toBe(true);
    expect(journal.denied({ table: 'area', id: 'lobby', version: 2 })).toBe(false);
  });

  it('that deny survive a restart, and the revocation goes once the dataset carries it', async () => {
    await stage.peer.next('hello');
    await ask(denial('deny-1', 'revoke', revocation));
    await ask(denial('deny-2', 'lockdown', { on: true, scope: 'building', counter: 3 }));
    await stage.device.stop();
    stage.device.start();
    await stage.peer.next('hello');
    expect(stage.device.journal.revocations()).toEqual([revocation]);
    expect(stage.device.journal.lockdowns()).toEqual([{ scope: 'building', on: true, counter: 3 }]);

    // At the revocation's place the row is still of the version that was revoked: it stays.
    stage.dataset.seq = 1;
    stage.dataset.change(area('lobby', 1));
    const snapshot = stage.dataset.snapshot();
    stage.peer.answer('request', async ({ need }) => {
      const [chunk] = snapshot.chunks;
      if (need === 'chunks' && chunk !== undefined) await stage.peer.publish('chunk', chunk);
    });
    await stage.peer.manifest(snapshot);
    await stage.inStep();
    expect(stage.device.journal.revocations()).toEqual([revocation]);

    await stage.publish(area('lobby', 2));
    await stage.inStep();
    expect(stage.device.journal.revocations()).toEqual([]);
    // A late one, which the dataset has carried for long, does not stay either.
    await ask(denial('deny-3', 'revoke', revocation));
    expect(stage.device.journal.revocations()).toEqual([]);
  });

  it('that lock down and release go by their counters', async () => {
    const hello = await stage.welcomed();
    const lockdowns = () => stage.device.journal.lockdowns();
    await ask(denial('on-4', 'lockdown', { on: true, scope: 'door:front', counter: 4 }));
    const off = (n: number, counter: number) =>
      unlock(hello, n, { op: 'lockdown', args: { on: false, scope: 'door:front', counter } });
    await ask(off(1, 3));
    expect(lockdowns()).toEqual([{ scope: 'door:front', on: true, counter: 4 }]);
    await ask(off(2, 5));
    expect(lockdowns()).toEqual([{ scope: 'door:front', on: false, counter: 5 }]);
    await ask(denial('on-4-again', 'lockdown', { on: true, scope: 'door:front', counter: 4 }));
    expect(lockdowns()).toEqual([{ scope: 'door:front', on: false, counter: 5 }]);
  });

  it('to release a lockdown need a session, unlike those that impose it', async () => {
    await stage.peer.next('hello');
    await ask(denial('on', 'lockdown', { on: true, scope: 'building', counter: 1 }));
    const release = denial('off', 'lockdown', { on: false, scope: 'building', counter: 2 });
    expect(await ask(release)).toMatchObject({ outcome: 'rejected', reason: 'session' });
    expect(stage.device.journal.lockdowns()).toEqual([{ scope: 'building', on: true, counter: 1 }]);
  });

  it('failure case 17: cut off by a crash between commit and action do not act, and are reported as aborted', async () => {
    const hello = await stage.welcomed();
    const at = cloudTime;
    stage.device.journal.commit(
      [],
      [{ kind: 'command', command: { id: 'cut-off', outcome: 'accepted', at } }],
    );
    await stage.device.stop();
    stage.device.start();
    expect(await stage.peer.next('result')).toMatchObject({
      id: 'cut-off',
      outcome: 'failed',
      reason: 'aborted',
    });
    expect(stage.device.executed).toEqual([]);
    expect(stage.device.journal.unfinishedCommands()).toEqual([]);
    const again = await ask(unlock(hello, 1, { id: 'cut-off' }));
    expect(again).toMatchObject({ outcome: 'failed', reason: 'aborted', duplicate: true });
  });
});
