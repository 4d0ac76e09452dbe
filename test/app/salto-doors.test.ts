import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../controller/store/open-store.ts';
import { openEventReader } from '../../controller/store/read-events.ts';
import { stuckSalto } from '../../scripts/bench/stuck-salto.ts';
import { ShipServer } from '../drivers/salto/ship-server.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import { type Composed, composed, type Installation, install, play } from '../support/composed-controller.ts';
import { codeHash } from '../support/controller-shell.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { aBuilding, aCredential, aDoor, aGrant, aResident } from '../support/rows.ts';

const code = '12345678';
const wired = { hardware: 'simulated', monitor: true, rex: 'release', fire: 'release' } as const;

/**
 * A building whose lobby is wired, and whose parking is SALTO's door A; Ann may open both, and the keypad opens the parking.
 * `more`: further doors that their rows take for SALTO's door A.
 */
async function building(
  port: number,
  more: readonly string[] = [],
): Promise<{ installation: Installation; device: Composed }> {
  const installation = install();
  const store = openStore(installation.stateDir, { now: () => 0 });
  const ann = { kind: 'resident', id: 'ann' };
  store.replica.applyDelta(
    new CloudRows().delta(
      { put: rowOf('building', aBuilding()) },
      { put: rowOf('door', aDoor('lobby')) },
      { put: rowOf('door', aDoor('parking', { kind: 'salto', saltoDoorId: 'A' })) },
      ...more.map((id) => ({ put: rowOf('door', aDoor(id, { kind: 'salto', saltoDoorId: 'A' })) })),
      { put: rowOf('resident', aResident('ann')) },
      { put: rowOf('credential', aCredential('pin', ann, { hash: codeHash(code) })) },
      { put: rowOf('grant', aGrant('lobby', ann)) },
      { put: rowOf('grant', aGrant('parking', ann, { door: 'parking', source: 'parking' })) },
    ),
  );
  store.close();
  const device = await composed(installation, {
    config: {
      console: { port: 0, keypadDoor: 'parking', callDoor: 'parking', showAnswerForMs: 8_000 },
      doors: {
        lobby: wired,
        parking: { hardware: 'salto', openTime: 6_000, fireWith: 'lobby' },
        ...Object.fromEntries(more.map((id) => [id, { hardware: 'salto', openTime: 6_000 } as const])),
      },
      salto: {
        ...{ host: '127.0.0.1', port, encoding: 'utf-8', doorsBy: 'id', pollEvery: 5_000 },
        ...{ auditTrail: 'off', names: {} },
      },
    },
  });
  return { installation, device };
}

const eventsIn = ({ stateDir }: Installation): readonly Record<string, unknown>[] => {
  const reader = openEventReader(stateDir);
  const events = reader?.after(0, 1_000).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  reader?.close();
  return events ?? [];
};

const doorOf = ({ controller }: Composed, door: string) => {
  const found = controller.lobby.status().doors.find(({ id }) => id === door);
  if (found === undefined) throw new Error(`no ${door}`);
  return found;
};
const parkingOf = (device: Composed) => doorOf(device, 'parking');

/** Resolves once `isSo`, which is asked whenever the status page is told of something. */
async function until({ controller }: Composed, isSo: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (isSo()) resolve();
  };
  const end = controller.lobby.onChange(look);
  look();
  await promise;
  end();
}

describe('a controller with a door behind SALTO', () => {
  it('decides by its own grants, records it, and only then asks SALTO to open', async () => {
    const server = forThisTest(await new ShipServer().listen());
    const door = server.addDoor('A');
    const { installation, device } = await building(server.port);
    const recorded: unknown[] = [];
    server.misbehave = ({ name }) => {
      if (name === 'OnlineDoor.Open') recorded.push(...eventsIn(installation).map(({ type }) => type));
      return undefined;
    };
    await device.controller.start();
    await until(device, () => parkingOf(device).open === false);
    expect(await device.controller.lobby.submit('87654321')).toMatchObject({ outcome: 'deny' });
    expect(await device.controller.lobby.submit(code)).toMatchObject({ outcome: 'grant' });
    await until(device, () => parkingOf(device).released);
    expect([door.opened, server.callsOf('OnlineDoor.Open').length]).toEqual([1, 1]);
    expect(recorded).toContain('AccessGranted');
    // Whoever went through between two looks was not seen: nobody says that they did not.
    device.time.pass(5_000);
    await until(device, () => !parkingOf(device).released);
    expect(eventsIn(installation).map(({ type }) => type)).not.toContain('AccessNotTaken');
    expect(server.violations).toEqual([]);
  });

  it('tells whoever stands there while SALTO is gone, and is well again when it is back', async () => {
    const server = await new ShipServer().listen();
    server.addDoor('A');
    const { port } = server;
    const { installation, device } = await building(port);
    await device.controller.start();
    await until(device, () => parkingOf(device).open === false);
    await server[Symbol.asyncDispose]();
    await setImmediate();
    device.time.pass(5_000);
    await until(device, () => parkingOf(device).fault !== undefined);
    expect(await device.controller.lobby.submit(code)).toMatchObject({
      ...{ outcome: 'deny', reason: 'doorFault' },
    });
    const back = forThisTest(await new ShipServer().listen(port));
    back.addDoor('A');
    // The pause after failures ends, and then comes the next look. Both ends are in this process: they have their turns.
    while (parkingOf(device).fault !== undefined) {
      device.time.pass(100);
      await setImmediate();
    }
    const faults = eventsIn(installation).filter(({ type }) => String(type).startsWith('DoorFault'));
    expect(faults).toMatchObject([
      { type: 'DoorFault', severity: 'alarm', door: 'parking' },
      { type: 'DoorFaultEnded', door: 'parking' },
    ]);
    expect(back.callsOf('OnlineDoor.Open')).toEqual([]);
  });

  it('keeps no other door waiting while SALTO accepts and never answers', async () => {
    const stuck = await stuckSalto();
    const { installation, device } = await building(stuck.port);
    await device.controller.start();
    // Nothing of this waits: the hands of the clock stand still.
    expect(await device.controller.lobby.submit(code)).toMatchObject({ outcome: 'grant' });
    expect(await play(installation, { kind: 'code', door: 'lobby', digits: code })).toMatchObject({
      ...{ outcome: 'grant', released: true },
    });
    device.time.pass(4_000);
    await until(device, () => parkingOf(device).fault !== undefined);
    expect(parkingOf(device).fault).toMatch(/SALTO server/);
    expect(parkingOf(device).released).toBe(false);
    expect(eventsIn(installation)).toContainEqual(
      expect.objectContaining({ type: 'DoorFault', door: 'parking', severity: 'alarm' }),
    );
    await device.stop();
    await stuck.close();
  });

  it('has one door for one lock: another one of the same name is faulty, and SALTO is told nothing of it', async () => {
    const server = forThisTest(await new ShipServer().listen());
    const door = server.addDoor('A');
    const { device } = await building(server.port, ['gate']);
    await device.controller.start();
    await until(device, () => doorOf(device, 'gate').fault !== undefined);
    expect(doorOf(device, 'gate').fault).toMatch(/another door of this device is called the same/);
    await until(device, () => parkingOf(device).open === false);
    expect(await device.controller.lobby.submit(code)).toMatchObject({ outcome: 'grant' });
    await until(device, () => parkingOf(device).released);
    expect([door.opened, doorOf(device, 'gate').open]).toEqual([1, undefined]);
    expect(server.calls.filter(({ doors }) => doors.length > 1)).toEqual([]);
  });

  it('opens it in an emergency with the fire alarm of the door that it follows', async () => {
    const server = forThisTest(await new ShipServer().listen());
    const door = server.addDoor('A');
    const { installation, device } = await building(server.port);
    await device.controller.start();
    await play(installation, { kind: 'fire', door: 'lobby', active: true });
    await server.until(() => door.status === 4);
    await play(installation, { kind: 'fire', door: 'lobby', active: false });
    await server.until(() => door.status === 1);
    expect(
      eventsIn(installation).filter(
        (event) => event['door'] === 'parking' && event['type'] !== 'DoorMonitor',
      ),
    ).toMatchObject([
      ...[{ type: 'FireReleased' }, { type: 'DoorMode', mode: 'Unlocked' }],
      ...[{ type: 'FireEnded' }, { type: 'DoorMode', mode: 'Locked' }],
    ]);
  });
});
