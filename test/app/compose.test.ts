import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../controller/store/open-store.ts';
import { openEventReader } from '../../controller/store/read-events.ts';
import { type Composed, composed, type Installation, install, play } from '../support/composed-controller.ts';

const typesIn = ({ stateDir }: Installation): readonly string[] => {
  const reader = openEventReader(stateDir);
  const types = reader?.after(0, 1_000).map(({ body }) => (JSON.parse(body) as { type: string }).type);
  reader?.close();
  return types ?? [];
};
const statusAt = async (port: number): Promise<object> =>
  (await (await fetch(`http://127.0.0.1:${port}/api/status`)).json()) as object;
const released = ({ controller }: Composed): readonly boolean[] =>
  controller.lobby.status().doors.map((door) => door.released);
/** Somebody else's server. */
async function takenPort(onConnection: () => void = () => {}): Promise<number> {
  const server = createServer((socket) => {
    onConnection();
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('a controller', () => {
  it('does nothing before it is started: no event, no socket', async () => {
    const installation = install();
    const { time } = await composed(installation);
    expect(typesIn(installation)).toEqual([]);
    expect(existsSync(join(installation.stateDir, 'sim.sock'))).toBe(false);
    expect(time.timers.pending).toBe(0);
  });

  it('starts with its outputs secured, its start being the first event, and answers without a cloud', async () => {
    const installation = install();
    const device = await composed(installation);
    const { port } = await device.controller.start();
    expect(typesIn(installation)).toEqual(['ControllerStarted', 'DoorMonitor', 'DoorMonitor']);
    expect(released(device)).toEqual([false, false]);
    expect(await statusAt(port)).toMatchObject({ device: 'console-1', building: 'maple-court' });
    expect(await play(installation, { kind: 'code', door: 'lobby', digits: '12345678' })).toMatchObject({
      ...{ outcome: 'deny', reason: 'unknownCredential', released: false },
    });
  });

  it('lets people out from the first moment, without a dataset', async () => {
    const installation = install();
    const device = await composed(installation);
    await device.controller.start();
    expect(await play(installation, { kind: 'rex', door: 'garage', active: true })).toEqual({
      released: true,
    });
    expect(await play(installation, { kind: 'fire', door: 'lobby', active: true })).toEqual({
      released: true,
    });
    expect(released(device)).toEqual([true, true]);
  });

  it('ends with nothing left: no screen, no socket, no timer, and its end as the last event', async () => {
    const installation = install();
    const { controller, time, stop } = await composed(installation);
    const { port } = await controller.start();
    await play(installation, { kind: 'rex', door: 'lobby', active: true });
    await stop();
    expect(typesIn(installation).at(-1)).toBe('ControllerStopped');
    expect(time.timers.pending).toBe(0);
    await expect(statusAt(port)).rejects.toThrow();
    await expect(play(installation, { kind: 'rex', door: 'lobby', active: true })).rejects.toThrow();
    expect(existsSync(join(installation.stateDir, 'sim.sock'))).toBe(false);
  });

  it('ends an open stream of the screen, and does not wait for it', async () => {
    const device = await composed(install());
    const { port } = await device.controller.start();
    const stream = await fetch(`http://127.0.0.1:${port}/api/events`);
    await device.stop();
    await expect(stream.text()).resolves.toContain('event: ');
  });

  it('goes on where the last one ended, with every door secured', async () => {
    const installation = install();
    const first = await composed(installation);
    await first.controller.start();
    await play(installation, { kind: 'fire', door: 'lobby', active: true });
    const { log } = first.controller.lobby.status().events;
    await first.stop();
    const events = typesIn(installation);
    const again = await composed(installation);
    await again.controller.start();
    expect(again.controller.lobby.status().events.log).toBe(log);
    expect(typesIn(installation).slice(0, events.length)).toEqual(events);
    expect(released(again)).toEqual([false, false]);
  });
});

describe('a controller that was locked down', () => {
  it('starts with its doors LockedDown, without having heard from the cloud', async () => {
    const installation = install();
    const store = openStore(installation.stateDir, { now: () => 0 });
    const lockdown = { scope: 'door:garage', on: true, counter: 1 };
    store.journal.commit([], [{ kind: 'lockdown', lockdown }]);
    store.close();
    const device = await composed(installation);
    await device.controller.start();
    const modes = device.controller.lobby.status().doors.map(({ id, mode }) => `${id} ${mode}`);
    expect(modes).toEqual(['lobby Locked', 'garage LockedDown']);
  });
});

describe('a second controller', () => {
  it('on the same state folder is refused, and the first goes on', async () => {
    const installation = install();
    const first = await composed(installation);
    const { port } = await first.controller.start();
    await expect(composed(installation)).rejects.toThrow(
      expect.objectContaining({ name: 'StateInUse', code: 'stateInUse' }),
    );
    expect(await statusAt(port)).toMatchObject({ device: 'console-1' });
    await first.stop();
    const second = await composed(installation);
    await expect(second.controller.start()).resolves.toHaveProperty('port');
  });
});

describe('a controller whose port is taken', () => {
  it('says so, has not asked for the cloud, and leaves nothing running', async () => {
    let asked = 0;
    const broker = await takenPort(() => {
      asked += 1;
    });
    const installation = install(`mqtt://127.0.0.1:${broker}`);
    const { controller, time, stop } = await composed(installation, { port: await takenPort() });
    await expect(controller.start()).rejects.toThrow(
      expect.objectContaining({ name: 'ConsoleFault', code: 'portUnavailable' }),
    );
    await stop();
    expect(typesIn(installation).at(-1)).toBe('ControllerStopped');
    expect(time.timers.pending).toBe(0);
    expect(asked).toBe(0);
    expect(existsSync(join(installation.stateDir, 'sim.sock'))).toBe(false);
    const free = await composed(installation);
    await free.controller.start();
    await expect.poll(() => asked).toBeGreaterThan(0);
  });
});
