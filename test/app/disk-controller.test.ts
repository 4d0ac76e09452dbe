/** A whole controller, as its user runs it, on a disk that fills up. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ControllerStatus } from '../../controller/ports/lobby.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { openEventReader } from '../../controller/store/read-events.ts';
import type { SimReply } from '../../drivers/sim/sim-protocol.ts';
import { CloudRows } from '../support/cloud-rows.ts';
import { type RunningCommand, sim, vestibule } from '../support/command.ts';
import { ensureUi } from '../support/console-ui.ts';
import { ann, annsCode, type Body, household, put } from '../support/controller-shell.ts';
import { expectWholeChain } from '../support/event-chain.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { aDoor, aGrant } from '../support/rows.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { storeIn } from '../support/store.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

beforeAll(ensureUi);

/** The first door of the example configuration. */
const door = 'front';

class Console {
  readonly disk: SmallDisk;
  readonly folder: VestibuleFolder;

  private constructor(disk: SmallDisk, folder: VestibuleFolder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** Installed on a disk of its own, with Ann's household and a right for her at the door. */
  static async installed(): Promise<Console> {
    const disk = smallDisk(4);
    const folder = await vestibuleFolder({ folder: disk.dir });
    const store = openStore(folder.stateDir, { now: Date.now });
    const rights = [put('door', aDoor(door)), put('grant', aGrant('ann-front', ann, { door }))];
    store.replica.applyDelta(new CloudRows().delta(...household(), ...rights));
    store.close();
    return new Console(disk, folder);
  }

  async run(): Promise<RunningCommand> {
    const controller = forThisTest(vestibule(['--config', this.folder.configFile, 'run']));
    await controller.line((line) => line.includes('"controller is up"'));
    return controller;
  }

  async status(): Promise<ControllerStatus> {
    const { configFile } = this.folder;
    return JSON.parse((await vestibule(['--config', configFile, 'status', '--json']).finished()).stdout);
  }

  async play(...args: readonly string[]): Promise<SimReply & { readonly outcome?: string }> {
    const where = ['--door', door, '--state', this.folder.stateDir, '--json'];
    return JSON.parse((await sim([...args, ...where]).finished()).stdout);
  }

  enter(): Promise<SimReply & { readonly outcome?: string }> {
    return this.play('code', annsCode);
  }

  keptBytes(): number {
    return statSync(join(this.folder.stateDir, 'reserve'), { throwIfNoEntry: false })?.size ?? 0;
  }

  bodies(): readonly Body[] {
    const reader = openEventReader(this.folder.stateDir);
    const events = reader?.after(0, 10_000) ?? [];
    reader?.close();
    return events.map(({ body }) => JSON.parse(body) as Body);
  }
}

describe('failure case 19: a controller whose disk fills up', () => {
  it('grants out of the reserve, is killed, starts again, spends it, lets people out, and recovers', async () => {
    const console = await Console.installed();
    const { disk } = console;
    const first = await console.run();
    await expect.poll(() => console.keptBytes()).toBe(512 * 1024);
    disk.fill();
    expect(await console.enter()).toMatchObject({ outcome: 'grant', released: true });
    expect((await console.status()).disk).toMatchObject({ state: 'reserve' });
    await first.kill('SIGKILL');
    disk.fill();

    const second = await console.run();
    expect((await console.status()).disk).toMatchObject({ state: 'reserve' });
    expect(await console.enter()).toMatchObject({ outcome: 'grant', released: true });
    // Whoever fills the disk takes what was given back, until nothing is left to give.
    while ((await console.enter()).outcome === 'grant') disk.fill();
    expect(console.keptBytes()).toBe(0);
    expect((await console.status()).disk).toMatchObject({ state: 'full' });
    expect(await console.play('rex', '--held')).toEqual({ released: true });
    await console.play('rex', '--off');
    expect(await console.play('fire', 'on')).toEqual({ released: true });
    await console.play('fire', 'off');
    const released = async () => (await console.status()).doors.find(({ id }) => id === door)?.released;
    await expect.poll(released).toBe(false);
    expect(await console.enter()).toMatchObject({ outcome: 'deny', reason: 'storageFault', released: false });

    disk.free();
    expect(await console.enter()).toMatchObject({ outcome: 'grant', released: true });
    expect((await second.kill('SIGTERM')).code).toBe(0);
    const third = await console.run();
    const types = () => console.bodies().map(({ type }) => type);
    await expect.poll(types).toContain('DiskSpaceBack');
    expect((await third.kill('SIGTERM')).code).toBe(0);
    expect(types().filter((type) => type === 'DiskSpaceLow')).toHaveLength(1);
    expect(types()).toContain('AccessGranted');
    const { journal, notices } = storeIn(console.folder.stateDir);
    expect(notices).toEqual([]);
    expectWholeChain(journal);
    expect(readdirSync(console.folder.stateDir).filter((name) => name.includes('unreadable'))).toEqual([]);
  });
});
