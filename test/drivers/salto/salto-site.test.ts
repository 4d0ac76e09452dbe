import { describe, expect, it } from 'vitest';
import { forThisTest } from '../../support/for-this-test.ts';
import { freePort } from '../../support/free-port.ts';
import { passage, SaltoHouse } from './salto-house.ts';
import { type Misbehaviour, ShipServer } from './ship-server.ts';

const serverWith = async (...doors: readonly string[]): Promise<ShipServer> => {
  const server = forThisTest(await new ShipServer().listen());
  for (const door of doors) server.addDoor(door);
  return server;
};

describe('a door behind SALTO', () => {
  it('opens, and says so once SALTO has done it', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    expect(await house.next('obeyed')).toEqual({ kind: 'obeyed', released: false });
    house.door().release(passage);
    expect(server.doors.get('A')?.opened).toBe(0);
    expect(await house.next('obeyed')).toEqual({ kind: 'obeyed', released: true });
    expect(server.doors.get('A')?.opened).toBe(1);
    house.door().secure('lock');
    expect(await house.next('obeyed')).toEqual({ kind: 'obeyed', released: false });
    expect(server.callsOf('OnlineDoor.Open')).toHaveLength(1);
    expect(server.violations).toEqual([]);
  });

  it('is named as SALTO names it, by id or by name', async () => {
    const server = await serverWith();
    server.addDoor('7', 'Entrée & cour');
    const house = new SaltoHouse(server.port, { naming: 'name', doors: { front: 'Entrée & cour' } }).start();
    house.door().release(passage);
    await server.until(() => server.doors.get('7')?.opened === 1);
    expect(await house.next('monitor')).toEqual({ kind: 'monitor', open: false });
    expect(server.violations).toEqual([]);
  });

  it('stands open in office mode, and in an emergency', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    const a = server.doors.get('A');
    await house.next('obeyed');
    house.door().release({ kind: 'holdOpen' });
    await house.next('obeyed');
    expect(a?.officeMode).toBe(true);
    house.door().release({ kind: 'evacuate' });
    await house.next('obeyed');
    expect(a?.status).toBe(4);
    house.door().secure('block');
    await house.next('obeyed');
    expect(a?.status).toBe(5);
    house.door().secure('lock');
    await house.next('obeyed');
    expect([a?.status, a?.officeMode]).toEqual([1, false]);
  });

  it('tells what SALTO refuses, with its error code, and serves the next order', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    const a = server.addDoor('A');
    a.errorCode = 13;
    house.door().release(passage);
    expect(await house.next('refused')).toEqual({
      kind: 'refused',
      released: true,
      problem: 'SALTO refuses to open this door (its error 13).',
    });
    a.errorCode = 0;
    house.door().release(passage);
    await server.until(() => a.opened === 1);
  });

  it('stays faulty while SALTO refuses what lasts, however often it is seen well', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    const a = server.addDoor('A');
    await house.next('obeyed');
    house.door().release({ kind: 'holdOpen' });
    await house.next('obeyed');
    a.errorCode = 13;
    house.door().secure('lock');
    expect((await house.next('refused')).problem).toMatch(/to end office mode/);
    const faults = () => house.said.get('front')?.left.filter(({ kind }) => kind === 'fault');
    for (let tries = 1; tries <= 3; tries += 1) {
      await house.lookAgain();
      await house.rested();
      house.time.pass(3_000);
      await house.next('refused');
      expect(faults()).toEqual([]);
    }
    a.errorCode = 0;
    house.time.pass(10_000);
    await house.next('obeyed');
    await house.lookAgain();
    expect(await house.next('fault')).toEqual({ kind: 'fault', problem: undefined });
    expect(a.officeMode).toBe(false);
  });

  it('tells what the lock says of its leaf, and its alarms', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    const a = server.addDoor('A');
    expect(await house.next('monitor')).toEqual({ kind: 'monitor', open: false });
    a.status = 3;
    await house.lookAgain();
    expect(await house.next('monitor')).toEqual({ kind: 'monitor', open: true });
    expect(await house.next('alarm')).toEqual({ kind: 'alarm', alarm: 'DoorForcedOpen', active: true });
    // Not knowing ends no alarm.
    a.status = -1;
    await house.lookAgain();
    await server.until(() => server.callsOf('OnlineDoor.GetOnlineStatusList').length === 3);
    a.status = 1;
    await house.lookAgain();
    expect(await house.next('alarm')).toEqual({ kind: 'alarm', alarm: 'DoorForcedOpen', active: false });
  });

  it('is faulty while SALTO does not reach its lock, and refuses to open at once', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    const a = server.addDoor('A');
    a.comm = 0;
    expect(await house.next('fault')).toEqual({ kind: 'fault', problem: 'SALTO does not reach this lock.' });
    expect(() => house.door().release(passage)).toThrow('SALTO does not reach this lock.');
    a.comm = 1;
    await house.lookAgain();
    expect(await house.next('fault')).toEqual({ kind: 'fault', problem: undefined });
    house.door().release(passage);
    await server.until(() => a.opened === 1);
  });

  it('is faulty where SALTO has no such door, or nobody has said its name; the others open', async () => {
    const server = await serverWith('A');
    const doors = { front: 'A', side: 'nowhere', back: undefined };
    const house = new SaltoHouse(server.port, { doors }).start();
    expect((await house.next('fault', 'side')).problem).toBe('SALTO has no online door "nowhere".');
    expect((await house.next('fault', 'back')).problem).toMatch(/saltoDoorId/);
    expect(() => house.door('back').release(passage)).toThrow(/saltoDoorId/);
    house.door().release(passage);
    await server.until(() => server.doors.get('A')?.opened === 1);
  });

  it('opens with the fire alarm input that it shares, also when that spoke before it began', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port);
    house.door().fireInput({ kind: 'fire', active: true });
    house.start();
    expect(await house.next('fire')).toEqual({ kind: 'fire', active: true });
  });

  it('is locked down again when somebody at SALTO has ended it, and not by a look that came too early', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    const a = server.doors.get('A');
    const lockdowns = (): number => server.callsOf('OnlineDoor.EmergencyClose').length;
    await house.next('obeyed');
    await house.rested();
    const { promise: isLockedDown, resolve } = Promise.withResolvers<void>();
    server.holdBack = ({ name }) => (name === 'OnlineDoor.GetOnlineStatusList' ? isLockedDown : undefined);
    await house.lookAgain();
    await server.until(() => server.callsOf('OnlineDoor.GetOnlineStatusList').length === 2);
    house.door().secure('block');
    await house.next('obeyed');
    resolve();
    await house.rested();
    expect(lockdowns()).toBe(1);
    await house.lookAgain();
    await house.rested();
    expect(lockdowns()).toBe(1);
    Object.assign(a ?? {}, { status: 1 });
    await house.lookAgain();
    await house.next('obeyed');
    expect([a?.status, lockdowns()]).toEqual([5, 2]);
  });

  it('lets people in once SALTO says that an emergency is over which it refuses to end', async () => {
    const server = await serverWith();
    const before = new SaltoHouse(server.port);
    before.log.setBegun(before.door().door, { office: false, emergency: true });
    const a = server.addDoor('A');
    a.errorCode = 13;
    const house = new SaltoHouse(server.port, { dir: before.dir }).start();
    expect((await house.next('refused')).problem).toMatch(/to end the emergency/);
    await house.lookAgain();
    expect(await house.next('obeyed')).toEqual({ kind: 'obeyed', released: false });
    expect(house.log.begun(house.door().door)).toEqual({ office: false, emergency: false });
    a.errorCode = 0;
    house.door().release(passage);
    await server.until(() => a.opened === 1);
  });

  it('ends office mode when the controller stops, and leaves an emergency', async () => {
    const server = await serverWith('A', 'B');
    const house = new SaltoHouse(server.port, { doors: { front: 'A', back: 'B' } }).start();
    await house.next('obeyed');
    house.door().release({ kind: 'holdOpen' });
    house.door('back').secure('block');
    await house.next('obeyed');
    await server.until(() => server.doors.get('B')?.status === 5);
    await house.stop();
    expect(server.doors.get('A')?.officeMode).toBe(false);
    expect(server.doors.get('B')?.status).toBe(5);
  });

  it('ends after a crash what was begun before it', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port);
    house.log.setBegun(house.door().door, { office: true, emergency: true });
    const after = new SaltoHouse(server.port, { dir: house.dir }).start();
    const a = server.addDoor('A');
    [a.officeMode, a.status] = [true, 4];
    expect(await after.next('obeyed')).toEqual({ kind: 'obeyed', released: false });
    expect([a.officeMode, a.status]).toEqual([false, 1]);
    expect(after.log.begun(after.door().door)).toEqual({ office: false, emergency: false });
  });
});

describe('a SALTO server', () => {
  it('that is gone is told at every door; orders that last are carried out when it is back', async () => {
    const port = await freePort();
    const server = await new ShipServer().listen(port);
    server.addDoor('A');
    const house = new SaltoHouse(port).start();
    await house.next('obeyed');
    await house.next('monitor');
    await server[Symbol.asyncDispose]();
    await house.lookAgain();
    expect((await house.next('fault')).problem).toBe(
      `The SALTO server at 127.0.0.1:${port} cannot be reached.`,
    );
    expect(() => house.door().release(passage)).toThrow(/cannot be reached/);
    house.door().secure('block');
    expect((await house.next('refused')).released).toBe(false);
    const back = forThisTest(await new ShipServer().listen(port));
    const a = back.addDoor('A');
    house.time.pass(2_000);
    expect(await house.next('obeyed')).toEqual({ kind: 'obeyed', released: false });
    expect([a.status, a.opened]).toEqual([5, 0]);
    await house.lookAgain();
    expect(await house.next('fault')).toEqual({ kind: 'fault', problem: undefined });
  });

  it('that accepts and never answers is told; whoever was to be let in is told, too', async () => {
    const server = await serverWith('A');
    server.misbehave = () => 'silent';
    const house = new SaltoHouse(server.port).start();
    house.door().release(passage);
    await server.until(() => server.callsOf('OnlineDoor.GetOnlineStatusList').length === 1);
    house.time.pass(5_000);
    expect(await house.next('refused')).toMatchObject({
      released: true,
      problem: expect.stringMatching(/SALTO server at/) as string,
    });
    await server.until(() => server.callsOf('GetInfo').length === 2);
    house.time.pass(5_000);
    expect((await house.next('fault')).problem).toMatch(/does not answer/);
    expect(() => house.door().release(passage)).toThrow(/does not answer/);
  });

  it.each<Misbehaviour>([
    'silent',
    'cut',
    'oversized',
    'lengthTooShort',
    'notXml',
    'notText',
    'otherReply',
    'exception',
  ])('whose answer is %s for one door fails that door, and opens the others', async (misbehaviour) => {
    const server = await serverWith('A', 'B');
    server.misbehave = ({ doors }) => (doors.includes('A') ? misbehaviour : undefined);
    const house = new SaltoHouse(server.port, { doors: { front: 'A', back: 'B' } }).start();
    // First of both doors, then of A by itself.
    for (let looks = 1; misbehaviour === 'silent' && looks <= 2; looks += 1) {
      await server.until(() => server.callsOf('OnlineDoor.GetOnlineStatusList').length === looks);
      house.time.pass(4_000);
    }
    expect((await house.next('fault')).problem).toMatch(/SALTO/);
    expect(await house.next('monitor', 'back')).toEqual({ kind: 'monitor', open: false });
    house.door('back').release(passage);
    await server.until(() => server.doors.get('B')?.opened === 1);
    expect(house.said.get('back')?.left.filter(({ kind }) => kind === 'fault')).toEqual([]);
  });

  it('whose first locks hang locks down every other door, before it tries those again', async () => {
    const names = ['A', 'B', 'C', 'D', 'E'];
    const server = await serverWith(...names);
    const hanging = ['A', 'C'];
    const isOrder = (name: string): boolean => name === 'OnlineDoor.EmergencyClose';
    server.misbehave = ({ name, doors: [door = ''] }) =>
      isOrder(name) && hanging.includes(door) ? 'silent' : undefined;
    const doors = Object.fromEntries(names.map((name) => [name.toLowerCase(), name]));
    const house = new SaltoHouse(server.port, { doors }).start();
    await house.rested();
    for (const door of Object.keys(doors)) house.door(door).secure('block');
    for (const door of hanging) {
      await server.until(() => server.callsOf('OnlineDoor.EmergencyClose').at(-1)?.doors[0] === door);
      house.time.pass(4_000);
    }
    for (const door of ['b', 'd', 'e']) {
      // As it started, locked; then locked down.
      await house.next('obeyed', door);
      expect(await house.next('obeyed', door)).toEqual({ kind: 'obeyed', released: false });
    }
    expect(server.callsOf('OnlineDoor.EmergencyClose').map(({ doors: [door] }) => door)).toEqual(names);
    expect((await house.next('refused', 'a')).problem).toMatch(/does not answer/);
  });

  it('is said hello to now and then, so that a dead connection is found before a person finds it', async () => {
    const server = await serverWith('A');
    const house = new SaltoHouse(server.port).start();
    for (let look = 1; look <= 5; look += 1) await house.lookAgain();
    await server.until(() => server.callsOf('OnlineDoor.GetOnlineStatusList').length === 6);
    expect(server.callsOf('GetInfo')).toHaveLength(2);
  });
});
