import { cpSync, rmSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokers } from '../support/brokers.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { SyncDevice } from '../support/sync-device.ts';
import { SyncStage } from '../support/sync-stage.ts';

describe.each(brokers)('failure case 18: two devices with one id over $name', ({ start }) => {
  it('throw each other out with growing pauses, and one says that its id is contested', async () => {
    const stage = forThisTest(await SyncStage.set(start));
    const first = await stage.peer.next('hello');
    const twin = new SyncDevice();
    onTestFinished(() => twin[Symbol.asyncDispose]());
    rmSync(twin.identityFolder, { recursive: true, force: true });
    cpSync(stage.device.identityFolder, twin.identityFolder, { recursive: true });
    twin.start();
    const contested = (device: SyncDevice) =>
      device.told.next((it) => it.kind === 'link' && it.state.contested === true);
    await Promise.race([contested(stage.device), contested(twin)]);
    await twin.stop();
    // Alone again, it is served as before.
    const hello = await stage.peer.next(
      'hello',
      ({ session, log }) => session !== first.session && log === first.log,
    );
    await stage.welcomed();
    expect(hello.eventHead).toBe(0);
  });
});
