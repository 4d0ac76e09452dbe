import { describe, expect, it, onTestFinished } from 'vitest';
import { systemTimers } from '../../../controller/app/system-clock.ts';
import type { Timers } from '../../../controller/ports/clock.ts';
import { doorCall, doorResultOf } from '../../../drivers/salto/ship/doors.ts';
import { infoCall } from '../../../drivers/salto/ship/info.ts';
import type { ShipEncoding } from '../../../drivers/salto/ship/text.ts';
import { oneLookUpAtATime, ShipConnection } from '../../../drivers/salto/ship-connection.ts';
import { HandTimers } from '../../support/console-timers.ts';
import { deafListener } from '../../support/deaf-listener.ts';
import { forThisTest } from '../../support/for-this-test.ts';
import { fastTimers } from '../../support/timers.ts';
import { type Misbehaviour, ShipServer } from './ship-server.ts';

/** Long: a busy machine may take its time. */
const withinMs = 50_000;
const connectWithinMs = 30_000;

function connectionTo(
  port: number,
  { encoding = 'utf-8', timers = systemTimers }: { encoding?: ShipEncoding; timers?: Timers } = {},
): ShipConnection {
  const connection = new ShipConnection({
    address: { host: '127.0.0.1', port },
    setup: {
      dialect: { encoding, names: {} },
      timing: { connectWithinMs, retryMinMs: 1_000, retryMaxMs: 15_000 },
    },
    timers,
  });
  onTestFinished(() => connection.close());
  return connection;
}

const open = async (connection: ShipConnection, door: string, ms = withinMs): Promise<string> => {
  const outcome = await connection.call(doorCall('open', door, 'id'), { withinMs: ms, urgent: true });
  switch (outcome.kind) {
    case 'fault':
      return outcome.fault;
    case 'exception':
      return `exception ${outcome.code}`;
    case 'params':
      return doorResultOf(outcome.params, door).kind;
    default:
      return outcome satisfies never;
  }
};

describe('a connection to a SHIP server', () => {
  it.each(['utf-8', 'iso-8859-1'] as const)('opens a door with accents in %s', async (encoding) => {
    const server = forThisTest(await new ShipServer(encoding).listen());
    const door = server.addDoor('Entrée – École');
    expect(await open(connectionTo(server.port, { encoding }), 'Entrée – École')).toBe('done');
    expect([door.opened, server.violations]).toEqual([1, []]);
  });

  it('is kept from call to call', async () => {
    const server = forThisTest(await new ShipServer().listen());
    server.addDoor('A');
    const connection = connectionTo(server.port);
    for (let i = 0; i < 3; i += 1) expect(await open(connection, 'A')).toBe('done');
    expect(server.connections).toBe(1);
  });

  it('reads an answer that comes byte by byte', async () => {
    const server = forThisTest(await new ShipServer().listen());
    server.addDoor('Entrée');
    server.pieceBytes = 1;
    expect(await open(connectionTo(server.port), 'Entrée')).toBe('done');
  });

  it('tells the error code of one door', async () => {
    const server = forThisTest(await new ShipServer().listen());
    server.addDoor('A').errorCode = 13;
    expect(await open(connectionTo(server.port), 'A')).toBe('refused');
  });

  it.each<[Misbehaviour, string]>([
    ['hangUp', 'cut'],
    ['cut', 'cut'],
    ['oversized', 'oversized'],
    ['lengthTooShort', 'notXml'],
    ['notXml', 'notXml'],
    ['entities', 'notXml'],
    ['notText', 'notText'],
    ['notShip', 'notShip'],
    ['otherDoor', 'untold'],
    ['otherReply', 'otherReply'],
    ['exception', 'exception 502'],
  ])('fails only the door whose answer is %s', async (misbehaviour, told) => {
    const server = forThisTest(await new ShipServer().listen());
    for (const id of ['A', 'B', 'C']) server.addDoor(id);
    server.misbehave = ({ doors }) => (doors.includes('B') ? misbehaviour : undefined);
    const connection = connectionTo(server.port);
    expect(await Promise.all(['A', 'B', 'C'].map((door) => open(connection, door)))).toEqual([
      'done',
      told,
      'done',
    ]);
  });

  it.each<Misbehaviour>(['silent', 'lengthTooLong'])(
    'gives up on one door’s answer that does not end (%s), and opens the next on a new connection',
    async (misbehaviour) => {
      const server = forThisTest(await new ShipServer().listen());
      for (const id of ['A', 'B']) server.addDoor(id);
      server.misbehave = ({ doors }) => (doors.includes('A') ? misbehaviour : undefined);
      const timers = new HandTimers();
      const connection = connectionTo(server.port, { timers });
      const both = Promise.all([open(connection, 'A', 50), open(connection, 'B')]);
      await server.until(() => server.calls.length === 1);
      timers.pass(50);
      expect(await both).toEqual(['silent', 'done']);
      expect(server.connections).toBe(2);
    },
  );

  it('survives a server that says everything twice', async () => {
    const server = forThisTest(await new ShipServer().listen());
    server.addDoor('A');
    server.misbehave = () => 'twice';
    const connection = connectionTo(server.port);
    expect([await open(connection, 'A'), await open(connection, 'A')]).toEqual(['done', 'done']);
    expect(server.doors.get('A')?.opened).toBe(2);
  });

  it('comes back by itself after the server has', async () => {
    const server = forThisTest(await new ShipServer().listen());
    // Only its pauses are hurried.
    const timers: Timers = {
      after: (ms, run) => systemTimers.after(ms < connectWithinMs ? ms / 100 : ms, run),
    };
    const connection = connectionTo(server.port, { timers });
    await connection.call(infoCall, { withinMs: 60_000, urgent: true });
    server.hangUp();
    await server.untilConnections(2);
    expect((await connection.call(infoCall, { withinMs: 60_000, urgent: true })).kind).toBe('params');
    expect(server.connections).toBe(2);
  });

  it('says that nobody is there where a port is closed, and where packets vanish', async () => {
    expect(await open(connectionTo(1), 'A')).toBe('unreachable');
    const deaf = await deafListener();
    expect(await open(connectionTo(deaf, { timers: fastTimers(100) }), 'A')).toBe('unreachable');
  });
});

describe('looking up names', () => {
  it('asks once for however many wait, and again after the answer', () => {
    const asked: ((error: null, address: string, family: number) => void)[] = [];
    const lookUp = oneLookUpAtATime((_, __, answer) => void asked.push(answer as never));
    const told: string[] = [];
    for (let i = 0; i < 3; i += 1)
      lookUp(
        'salto.example',
        {},
        (_, address) => void told.push(typeof address === 'string' ? address : 'several'),
      );
    expect(asked).toHaveLength(1);
    asked[0]?.(null, '192.0.2.1', 4);
    expect(told).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.1']);
    lookUp('salto.example', {}, () => {});
    expect(asked).toHaveLength(2);
  });
});
