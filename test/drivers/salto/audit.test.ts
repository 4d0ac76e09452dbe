import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditPageOf } from '../../../drivers/salto/audit/audit-trail.ts';
import { parseXml } from '../../../drivers/salto/ship/xml.ts';
import { forThisTest } from '../../support/for-this-test.ts';
import { storeIn, tempDir } from '../../support/store.ts';
import { type HouseOptions, SaltoHouse } from './salto-house.ts';
import { type PlayedEvent, ShipServer } from './ship-server.ts';

const entry = (id: number | string, more: Partial<PlayedEvent> = {}): PlayedEvent => ({
  id: String(id),
  time: '2026-06-15T11:59:00',
  operation: 17,
  door: 'A',
  ...more,
});

const serverWithTrail = async (...trail: readonly PlayedEvent[]): Promise<ShipServer> => {
  const server = forThisTest(await new ShipServer().listen());
  server.addDoor('A');
  server.trail.push(...trail);
  return server;
};

/** A house that has read the trail once, and so knows where it begins. */
async function readingHouse(server: ShipServer, options: HouseOptions = {}): Promise<SaltoHouse> {
  const house = new SaltoHouse(server.port, { audit: 'ownDoors', ...options }).start();
  await server.until(() => server.callsOf('SaltoDBAuditTrail.Read').length > 0);
  await house.rested();
  return house;
}

const taken = (house: SaltoHouse): readonly unknown[] => house.events().map((event) => event['saltoEvent']);

describe('SALTO’s audit trail', () => {
  it('becomes events from the next entry on, not from the first that there ever was', async () => {
    const server = await serverWithTrail(entry(1), entry(2));
    const house = await readingHouse(server);
    expect(house.events()).toEqual([]);
    server.trail.push(
      entry(3, { time: '2026-06-14T24:00:00', subject: 'Zoë', exit: true }),
      entry(4, { operation: 42, time: '2000-01-01T00:00:00' }),
      entry(5, { operation: 4711 }),
    );
    await house.lookAgain();
    await house.rested();
    const common = { type: 'SaltoAudit', door: 'front', saltoDoor: 'A', exit: false };
    expect(house.events()).toMatchObject([
      {
        ...common,
        severity: 'info',
        saltoEvent: '3',
        operation: 'openedByKey',
        code: 17,
        exit: true,
        saltoSubject: 'Zoë',
        localTime: '2026-06-15T00:00:00',
      },
      { ...common, severity: 'alarm', saltoEvent: '4', operation: 'duress', code: 42 },
      { ...common, severity: 'info', saltoEvent: '5', operation: 'other', code: 4711 },
    ]);
    expect(house.events()[1]).not.toHaveProperty('localTime');
    expect(server.violations).toEqual([]);
  });

  it('is read from the beginning of one that was empty', async () => {
    const server = await serverWithTrail();
    const house = await readingHouse(server);
    server.trail.push(entry(1), entry(2));
    await house.lookAgain();
    await house.rested();
    expect(taken(house)).toEqual(['1', '2']);
  });

  it('is read page by page, with ids that no number holds', async () => {
    const first = 11_224_444_556_677_889_000n;
    const server = await serverWithTrail(entry(String(first)));
    server.maxEvents = 7;
    const house = await readingHouse(server);
    const ids = Array.from({ length: 30 }, (_, i) => String(first + 1n + BigInt(i)));
    server.trail.push(...ids.map((id) => entry(id)));
    await house.lookAgain();
    await house.rested();
    expect(taken(house)).toEqual(ids);
  });

  it('is taken in by parts where a server sends more than was asked for', async () => {
    const server = await serverWithTrail();
    const house = await readingHouse(server);
    server.sendsAll = true;
    server.trail.push(...Array.from({ length: 250 }, (_, i) => entry(i + 1)));
    await house.lookAgain();
    await house.rested();
    expect(taken(house)).toEqual(server.trail.map(({ id }) => id));
    expect(server.callsOf('SaltoDBAuditTrail.Read')).toHaveLength(2);
  });

  it('goes on after a restart where it was', async () => {
    const server = await serverWithTrail(entry(1));
    const house = await readingHouse(server);
    server.trail.push(entry(2));
    await house.lookAgain();
    await house.rested();
    await house.stop();
    server.trail.push(entry(3));
    const after = new SaltoHouse(server.port, { audit: 'ownDoors', dir: house.dir }).start();
    await after.rested();
    expect(taken(after)).toEqual(['2', '3']);
  });

  it('goes on from the end of a trail that has begun again', async () => {
    const server = await serverWithTrail(entry(500));
    const house = await readingHouse(server);
    await house.stop();
    server.trail.splice(0, 1, entry(1), entry(2));
    const problems: (string | undefined)[] = [];
    const after = await readingHouse(server, {
      dir: house.dir,
      onAuditProblem: (problem) => problems.push(problem),
    });
    expect(problems).toEqual([expect.stringContaining('begun again')]);
    server.trail.push(entry(3));
    await after.lookAgain();
    await after.rested();
    expect(taken(after)).toEqual(['3']);
    expect(problems).toEqual([expect.any(String), undefined]);
  });

  it('leaves other doors out, or takes them in, as it is configured', async () => {
    const server = await serverWithTrail();
    const own = await readingHouse(server);
    const all = await readingHouse(server, { audit: 'all' });
    server.trail.push(entry(1, { door: 'Z' }), entry(2), entry(3, { door: 'Z' }));
    for (const house of [own, all]) {
      await house.lookAgain();
      await house.rested();
    }
    expect(taken(own)).toEqual(['2']);
    expect(taken(all)).toEqual(['1', '2', '3']);
    expect(all.events()[0]).not.toHaveProperty('door');
    expect(own.log.lastAuditEntry()).toBe('3');
  });

  it('keeps no number of a key or a telephone', () => {
    const subjects = ['04BD04229B6684', '+1 949 690 8067', '12345678', 'R-101', '4521', 'Zoë Martin'];
    const ids = ['3f2b8c1e-9d4a-4f6b-8a7c-1d2e3f4a5b6c'];
    const xml = [...subjects, ...ids].map(
      (subject, i) =>
        `<SaltoDBAuditTrailEvent><EventID>${i + 1}</EventID><Operation>17</Operation><SubjectID>${subject}</SubjectID></SaltoDBAuditTrailEvent>`,
    );
    const params = parseXml(`<Params><SaltoDBAuditTrail>${xml.join('')}</SaltoDBAuditTrail></Params>`);
    const page = params === undefined ? undefined : auditPageOf(params);
    expect(page?.events.map(({ subject }) => subject)).toEqual([
      ...[undefined, undefined, undefined, 'R-101', '4521', 'Zoë Martin'],
      ...ids,
    ]);
  });

  it('that cannot be read is told once, and at its end', async () => {
    const server = await serverWithTrail(entry(1));
    const problems: (string | undefined)[] = [];
    server.misbehave = ({ name }) => (name.startsWith('SaltoDBAudit') ? 'exception' : undefined);
    const house = await readingHouse(server, { onAuditProblem: (problem) => problems.push(problem) });
    await house.lookAgain();
    await house.rested();
    expect(problems).toEqual(['SALTO does not hand out its audit trail.']);
    server.misbehave = () => undefined;
    await house.lookAgain();
    await house.rested();
    expect(problems).toEqual([expect.any(String), undefined]);
  });

  it('waits at SALTO while the disk is nearly full, and is lost neither there nor here', async () => {
    const server = await serverWithTrail();
    const house = await readingHouse(server);
    house.recorder.shedding.begin();
    server.trail.push(entry(1), entry(2));
    await house.lookAgain();
    await house.rested();
    expect([taken(house), house.log.lastAuditEntry()]).toEqual([[], '0']);
    house.recorder.shedding.end();
    await house.lookAgain();
    await house.rested();
    expect(taken(house)).toEqual(['1', '2']);
  });

  it('loses no entry and takes none in twice, though the device is killed again and again', async () => {
    const server = forThisTest(await new ShipServer().listen());
    server.addDoor('A');
    server.maxEvents = 3;
    const dir = tempDir();
    const script = fileURLToPath(new URL('audit-until-killed.ts', import.meta.url));
    let next = 1;
    for (let round = 1; round <= 6; round += 1) {
      const device: ChildProcessByStdio<null, Readable, null> = spawn(
        process.execPath,
        [script, dir, String(server.port)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      onTestFinished(() => void device.kill('SIGKILL'));
      const before = server.calls.length;
      // It has begun to read before there is anything to read.
      await server.until(() => server.calls.length > before);
      for (let i = 0; i < 40; i += 1) server.trail.push(entry(next++));
      const asked = server.calls.length;
      await server.until(() => server.calls.length >= asked + 3 + round);
      device.kill('SIGKILL');
      await once(device, 'exit');
    }
    const { journal } = storeIn(dir);
    const ids = journal
      .after(0, 10_000)
      .map(({ body }) => (JSON.parse(body) as { saltoEvent: string }).saltoEvent);
    const last = Number(journal.saltoNote('auditEntry'));
    expect(last).toBeGreaterThan(20);
    expect(ids).toEqual(Array.from({ length: last }, (_, i) => String(i + 1)));
  }, 60_000);
});
