import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokers } from '../support/brokers.ts';
import { cloudKey, keysetOf, signDown } from '../support/cloud-keys.ts';
import { building } from '../support/identity-folder.ts';
import { area, cloudTime, deviceId, SyncStage } from '../support/sync-stage.ts';

const welcomedOf = ({ device }: SyncStage, session: string) =>
  device.told.next((it) => it.kind === 'welcomed' && it.session === session);
const refusedWelcome = ({ device }: SyncStage, reason: string) =>
  device.told.next((it) => it.kind === 'refused' && it.message === 'welcome' && it.reason === reason);

describe.each(brokers)('a session over $name', ({ start }) => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.set(start);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('begins with a status and a hello that tells everything the cloud must know', async () => {
    const { journal, clock } = stage.device;
    const status = await stage.peer.nextStatus('online');
    const hello = await stage.peer.next('hello');
    expect(hello).toEqual({
      iss: deviceId,
      session: status.session,
      nonce: hello.nonce,
      boot: clock.boot,
      log: journal.log,
      epoch: 0,
      seq: 0,
      digest: '0'.repeat(64),
      eventHead: 0,
      eventAcked: 0,
      keyset: 1,
      clockState: 'unknown',
      software: 'vestibule 0.1.0',
    });
  });

  it('says hello again, with a fresh nonce, as long as nobody welcomes it', async () => {
    const first = await stage.peer.next('hello');
    const second = await stage.peer.next('hello');
    expect(second.session).toBe(first.session);
    expect(second.nonce).not.toBe(first.nonce);
    // The answer to the first is late and no forgery, as long as it comes once.
    await stage.peer.welcome(first.nonce, cloudTime + 86_400_000);
    await stage.peer.welcome(second.nonce, cloudTime);
    expect(await welcomedOf(stage, first.session)).toMatchObject({ time: cloudTime });
    expect(stage.device.told.left.filter(({ kind }) => kind === 'refused')).toEqual([]);
    await stage.peer.welcome(first.nonce, cloudTime);
    await refusedWelcome(stage, 'nonce');
  });

  it('ends with a status of its own when the device stops', async () => {
    const online = await stage.peer.nextStatus('online');
    await stage.device.stop();
    expect(await stage.peer.nextStatus('offline')).toEqual({ session: online.session, retained: false });
  });

  it('ends with its last will, and the next one begins, when a message cannot be worked on for the moment', async () => {
    const hello = await stage.peer.next('hello');
    stage.device.fault = new RangeError('the disk is busy');
    const revocation = { table: 'credential', id: 'c1', maxVersion: 1, epoch: 1, seq: 9 };
    const command = {
      aud: deviceId,
      id: 'cmd-1',
      op: 'revoke',
      args: revocation,
      issuedAt: new Date(cloudTime).toISOString(),
    };
    await stage.peer.send('command', command);
    expect(await stage.peer.nextStatus('offline')).toMatchObject({ session: hello.session });
    expect(
      await stage.device.told.next((it) => it.kind === 'link' && it.state.problem !== undefined),
    ).toMatchObject({
      state: { connected: false, problem: expect.stringContaining('could not be worked on') },
    });
    const next = await stage.peer.next('hello', ({ session }) => session !== hello.session);
    expect(stage.device.journal.revocations()).toEqual([]);
    await stage.peer.send('command', command);
    await stage.peer.next('result', ({ id }) => id === 'cmd-1');
    expect(stage.device.journal.revocations()).toEqual([revocation]);
    expect(next.eventHead).toBe(0);
  });

  it('failure case 9: begins anew when the broker has restarted, and catches up with what it missed', async () => {
    const first = await stage.peer.next('hello');
    stage.dataset.change(area('lobby', 1));
    const snapshot = stage.dataset.snapshot();
    stage.peer.answer('request', async ({ need }) => {
      const [chunk] = snapshot.chunks;
      if (need === 'chunks' && chunk !== undefined) await stage.peer.publish('chunk', chunk);
    });
    await stage.peer.manifest(snapshot);
    await stage.inStep();

    await stage.broker.stop();
    await stage.device.told.next((it) => it.kind === 'link' && it.state.problem !== undefined);
    const missed = stage.dataset.change(area('garage', 1));
    await stage.broker.start();

    const second = await stage.peer.next('hello', ({ session }) => session !== first.session);
    expect(second).toMatchObject({ epoch: 1, seq: 1, digest: snapshot.manifest.digest });
    await stage.peer.delta(missed);
    await stage.inStep();
  });

  it('changes its keys by a keyset that the root signed, and keeps them over a restart', async () => {
    await stage.welcomed();
    const rotated = { ...stage.peer.keys, dataset: cloudKey() };
    await stage.peer.send('keyset', keysetOf(rotated, building, 2));
    stage.dataset.change(area('lobby', 1));
    const { manifest } = stage.dataset.snapshot();
    await stage.peer.publish(
      'manifest',
      signDown(rotated, 'manifest', { aud: `building:${building}`, ...manifest }),
    );
    await stage.peer.next('request', ({ need }) => need === 'chunks');

    await stage.peer.send('keyset', keysetOf(stage.peer.keys, building, 1));
    await stage.device.told.next(
      (it) => it.kind === 'refused' && it.message === 'keyset' && it.reason === 'older',
    );
    await stage.device.stop();
    stage.device.start();
    await stage.peer.next('hello', ({ keyset }) => keyset === 2);
    await stage.peer.manifest(stage.dataset.snapshot());
    await stage.device.told.next((it) => it.kind === 'refused' && it.reason === 'unknownKey');
  });
});

describe.each(brokers)('a welcome over $name', ({ start }) => {
  let stage: SyncStage;
  beforeEach(async () => {
    // A busy machine answers a hello before the device says the next one.
    stage = await SyncStage.set(start, 2);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it('brings the time of the cloud, at half the round trip', async () => {
    const hello = await stage.peer.next('hello');
    stage.device.monotonicMs += 2_000;
    await stage.peer.welcome(hello.nonce, cloudTime);
    expect(await welcomedOf(stage, hello.session)).toMatchObject({ time: cloudTime });
    // Two seconds of round trip: the cloud read its clock one second ago, give or take one.
    expect(stage.device.clock.reading()).toEqual({ state: 'trusted', now: cloudTime + 1_000 });
    expect(
      await stage.device.told.next((it) => it.kind === 'link' && it.state.session !== undefined),
    ).toEqual({
      kind: 'link',
      state: { connected: true, session: hello.session },
    });
  });

  it('that comes later than 5 s begins nothing', async () => {
    const hello = await stage.peer.next('hello');
    stage.device.monotonicMs += 5_001;
    await stage.peer.welcome(hello.nonce, cloudTime);
    await refusedWelcome(stage, 'late');
    expect(stage.device.clock.reading().state).toBe('unknown');
  });

  it('is taken once, and none for a nonce that the device did not send', async () => {
    const hello = await stage.peer.next('hello');
    await stage.peer.welcome(hello.nonce, cloudTime);
    await welcomedOf(stage, hello.session);
    await stage.peer.welcome(hello.nonce, cloudTime + 86_400_000);
    await refusedWelcome(stage, 'nonce');
    await stage.peer.welcome(hello.session, cloudTime + 86_400_000);
    await refusedWelcome(stage, 'nonce');
    expect(stage.device.clock.reading().now).toBeLessThan(cloudTime + 60_000);
  });

  it('of a cloud that has restarted is answered by hello at once, and then once for all further ones within 10 s', async () => {
    const first = await stage.peer.next('hello');
    await stage.peer.welcome(first.nonce, cloudTime);
    await welcomedOf(stage, first.session);
    for (let call = 0; call < 5; call += 1) await stage.peer.welcome(null, cloudTime);
    const second = await stage.peer.next('hello');
    await stage.peer.welcome(second.nonce, cloudTime);
    await welcomedOf(stage, first.session);
    const third = await stage.peer.next('hello');
    await stage.peer.welcome(third.nonce, cloudTime);
    await welcomedOf(stage, first.session);
    expect(new Set([first.nonce, second.nonce, third.nonce]).size).toBe(3);
    expect(stage.peer.untaken('hello')).toEqual([]);
  });
});
