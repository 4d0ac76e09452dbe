/**
 * The device of `bench -- revoke`, a process of its own: link, store, executor and doors as `compose` joins them, without
 * the screen. Started with its state folder; tells its parent when it is in session, and when a revoked card is denied.
 */
import { join } from 'node:path';
import pino from 'pino';
import { CloudEvents } from '../../controller/app/cloud-events.ts';
import { CloudCommands } from '../../controller/app/command-executor.ts';
import { DoorRuntime } from '../../controller/app/door-runtime.ts';
import { Doors } from '../../controller/app/doors.ts';
import { Guesses } from '../../controller/app/guesses.ts';
import { Recorder } from '../../controller/app/recorder.ts';
import { SystemClock, systemTime, systemTimers } from '../../controller/app/system-clock.ts';
import { DoorId } from '../../controller/core/dataset.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { SimulatedDoor } from '../../drivers/sim/simulated-door.ts';
import { CloudLink } from '../../sync/links/cloud-link.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { credentialHash } from '../../sync/protocol/hashes.ts';
import { cardForm, type FromDevice } from './revoke-site.ts';

const stateDir = process.argv[2] ?? '';
const loaded = loadIdentity(join(stateDir, 'identity'));
if (loaded.kind === 'refused') throw new Error(loaded.problem);
const { identity } = loaded;
const tell = (what: FromDevice): void => void process.send?.(what);

const log = pino({ level: 'silent' });
const timers = systemTimers;
const { replica, journal } = openStore(stateDir, { now: Date.now });
const clock = new SystemClock(systemTime, journal.clockFloor());
const recorder = new Recorder(journal, clock);
const guesses = new Guesses({ journal, replica, recorder, clock, timers, log });
const doors = new Doors({ replica, journal, clock, guesses });
const id = DoorId.parse('front');
const wiring = { rex: 'release', fire: 'release' } as const;
const door = new DoorRuntime(
  {
    ...{ hardware: new SimulatedDoor(id, true), wiring, recorder, clock, timers, log },
    row: () => doors.row(id),
    decide: (request) => doors.decide(request),
    onDecided: (decision) => doors.decided(id, decision),
    onChange: () => {},
  },
  doors.causes(id),
);
doors.add(door);
door.start();

const decide = (card: string): string => {
  const hash = credentialHash(identity.siteKey, cardForm(card));
  const decision = doors.decide({
    kind: 'credential',
    method: 'card',
    hash,
    door: id,
    accessPoint: 'reader',
  });
  return decision.outcome === 'grant' ? 'grant' : decision.reason;
};
const commands = new CloudCommands({
  calls: undefined,
  log,
  doors,
  journal,
  recorder,
  clock,
  onModeSet: () => {},
  decommission: () => {},
});
const listener = new CloudEvents({ journal, recorder, clock, timers, log, onLink: () => {} });
replica.onChange(() => tell({ kind: 'cursor', seq: replica.cursor().seq, first: decide('0') }));
const link = new CloudLink({
  ...{ identity, replica, journal, clock, timers, listener, log },
  executor: {
    doors: () => commands.doors(),
    execute(command) {
      const seen = commands.execute(command);
      if (command.op === 'revoke') {
        const card = command.revocation.id;
        tell({ kind: 'decided', card, outcome: decide(card), atNs: String(process.hrtime.bigint()) });
      }
      return seen;
    },
  },
  software: 'vestibule/bench',
});
await link.run(new AbortController().signal);
