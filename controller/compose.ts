/** Builds the object graph of one controller. Nothing here decides; nothing starts before `start`. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ControllerConfig } from '../config/load.ts';
import { SimDesk } from '../drivers/sim/sim-desk.ts';
import { CloudLink } from '../sync/links/cloud-link.ts';
import { CertificateRenewal } from '../sync/links/enrol/renewal.ts';
import type { Identity } from '../sync/links/identity.ts';
import { AccessService } from './app/access-service.ts';
import { CallDesk } from './app/call-desk.ts';
import { CallRuntime } from './app/call-runtime.ts';
import { CloudEvents } from './app/cloud-events.ts';
import { CloudCommands } from './app/command-executor.ts';
import { CredentialHasher } from './app/credential-hasher.ts';
import { UnreadableWatch } from './app/disk-unreadable.ts';
import { DiskWatch } from './app/disk-watch.ts';
import { DoorClock } from './app/door-clock.ts';
import { DoorProblems } from './app/door-problems.ts';
import { DoorRuntime } from './app/door-runtime.ts';
import { Doors } from './app/doors.ts';
import { Guesses } from './app/guesses.ts';
import { Housekeeping } from './app/housekeeping.ts';
import { LobbyService } from './app/lobby-service.ts';
import { NtpPrograms } from './app/ntp-programs.ts';
import { NtpWatch } from './app/ntp-watch.ts';
import { ReaderDesk } from './app/reader-desk.ts';
import { Recorder } from './app/recorder.ts';
import { JournaledSaltoLog } from './app/salto-log.ts';
import { SystemClock, systemTime, systemTimers, type TimeSource } from './app/system-clock.ts';
import { ConsoleServer } from './console/server.ts';
import { ControlSocket, SocketPathFault } from './control-socket.ts';
import { DoorId } from './core/dataset.ts';
import { beginWipe } from './decommission.ts';
import { HardwareOfDoors, reactionsOf } from './door-hardware.ts';
import { answerDoorTest } from './door-test/answer-door-test.ts';
import { doorTestSocket } from './door-test/protocol.ts';
import { phoneOf } from './phone-setup.ts';
import type { Timers } from './ports/clock.ts';
import type { DatabaseName } from './ports/journal.ts';
import type { Lobby } from './ports/lobby.ts';
import type { NtpSource } from './ports/ntp.ts';
import { answerReaderCommand } from './reader-control.ts';
import { readerLines } from './reader-lines.ts';
import { readerSocket } from './reader-protocol.ts';
import { openStore } from './store/open-store.ts';
import { lockState } from './store/state-lock.ts';

export interface Parts {
  readonly config: ControllerConfig;
  readonly identity: Identity;
  /** Name and version, as `hello` and events carry it. */
  readonly software: string;
  readonly log: Logger;
  readonly time?: TimeSource;
  readonly timers?: Timers;
  readonly ntp?: NtpSource;
}

export interface Controller {
  readonly lobby: Lobby;
  /** Resolves once the cloud has taken this device out of its building: it is to be stopped and wiped. */
  readonly decommissioned: Promise<void>;
  /** Resolves, if ever, with the database that can no longer be read: stop this controller and compose another. */
  readonly unreadable: Promise<DatabaseName>;
  /** Starts doors first, then the screen, then the link. @throws ConsoleFault when the port is taken */
  start(): Promise<{ readonly port: number }>;
  /** Ends the link, the screen and the doors, and leaves every output in its safe state. */
  stop(): Promise<void>;
}

export function compose({
  config,
  identity,
  software,
  log,
  time = systemTime,
  timers = systemTimers,
  ntp = new NtpPrograms(),
}: Parts): Controller {
  const lock = lockState(config.stateDir);
  const store = openStore(config.stateDir, { now: () => time.rtc() });
  const { replica, journal } = store;
  const clock = new SystemClock(time, journal.clockFloor());
  const recorder = new Recorder(journal, clock);
  const diskWatch = new DiskWatch({ disk: store.disk, journal, recorder, timers, log });
  const guesses = new Guesses({ journal, replica, recorder, clock, timers, log });
  const doors = new Doors({ replica, journal, clock, guesses });
  const cloudEvents = new CloudEvents({
    journal,
    recorder,
    clock,
    timers,
    log,
    onLink: () => {
      // A welcome may have set the clock.
      doorClock.look('clock');
      lobby.changed();
    },
  });

  const hardware = new HardwareOfDoors(config, {
    saltoLog: new JournaledSaltoLog(journal, recorder),
    timers,
    monotonicMs: () => clock.monotonicMs(),
    log,
  });
  const { simulated } = hardware;
  for (const [name, wiring] of Object.entries(config.doors)) {
    const id = DoorId.parse(name);
    const runtime = new DoorRuntime(
      {
        hardware: hardware.of(id, wiring, () => doors.row(id)?.saltoDoorId),
        wiring: reactionsOf(wiring),
        recorder,
        clock,
        timers,
        row: () => doors.row(id),
        decide: (request) => doors.decide(request),
        onDecided: (decision) => doors.decided(id, decision),
        log,
        onChange: () => {
          readers?.doorStands(id, runtime.status().mode);
          lobby.changed();
        },
      },
      doors.causes(id),
    );
    doors.add(runtime);
  }

  const doorClock = new DoorClock({ doors, clock, timers, recorder, log });
  const problems = new DoorProblems({ doors, recorder, log });
  const access = new AccessService({
    doors,
    replica,
    hasher: new CredentialHasher(identity.siteKey),
    clock,
    guesses,
    timezone: () => lobby.timezone(),
    recorder,
    timers,
    log,
  });
  const readers =
    config.readers &&
    new ReaderDesk({
      readers: readerLines(config, { timers, log }),
      access,
      recorder,
      timers,
      monotonicMs: () => clock.monotonicMs(),
      log,
      onChange: () => lobby.changed(),
    });
  const calls =
    config.phone &&
    new CallRuntime({
      apps: { tell: (news) => link.tell(news) },
      phone: phoneOf(config, config.phone, { timers, time, log }),
      recorder,
      timers,
      showOutcomeForMs: config.console.showAnswerForMs,
      log,
      onChange: () => lobby.changed(),
    });
  const callDesk = new CallDesk({
    calls,
    callDoor: DoorId.parse(config.console.callDoor),
    doors,
    replica,
    journal,
    recorder,
    clock,
    log,
  });
  const lobby = new LobbyService({
    software,
    device: identity.device,
    buildingId: identity.building,
    keypadDoor: DoorId.parse(config.console.keypadDoor),
    showAnswerForMs: config.console.showAnswerForMs,
    simulatedDoors: new Set(simulated.keys()),
    doors,
    problems,
    replica,
    journal,
    clock,
    timers,
    access,
    guesses,
    callDesk,
    link: () => cloudEvents.link(),
    disk: () => diskWatch.status(),
    ...(readers === undefined ? {} : { readers: () => readers.status() }),
    log,
  });
  const consoleServer = new ConsoleServer({ lobby, timers, logger: log, port: config.console.port });
  const socket = (name: string, answer: (asked: unknown, gone: AbortSignal) => unknown): ControlSocket =>
    new ControlSocket(join(config.stateDir, name), answer);
  const simDesk = new SimDesk(simulated, access);
  const sockets = [
    ...(simulated.size === 0 ? [] : [socket('sim.sock', (asked) => simDesk.answer(asked))]),
    socket(doorTestSocket, (asked) => answerDoorTest(doors, asked)),
    ...(readers === undefined
      ? []
      : [socket(readerSocket, (asked, gone) => answerReaderCommand(readers, asked, gone))]),
  ];
  const left = Promise.withResolvers<void>();
  const link = new CloudLink({
    identity,
    replica,
    journal,
    clock,
    timers,
    executor: new CloudCommands({
      calls,
      log,
      doors,
      journal,
      recorder,
      clock,
      onModeSet: () => doorClock.look('operator'),
      decommission: () => {
        beginWipe(config.stateDir);
        left.resolve();
      },
    }),
    listener: cloudEvents,
    software,
    log,
  });
  const housekeeping = new Housekeeping({
    recorder,
    journal,
    replica,
    clock,
    timers,
    doorClock,
    problems,
    lobby,
    software,
    log,
  });

  const ntpWatch = new NtpWatch({ source: ntp, time, clock, recorder, timers, log });
  const unreadableWatch = new UnreadableWatch({
    disk: store.disk,
    timers,
    isAnyDoorReleased: () => doors.all().some((door) => door.status().passing),
    log,
  });

  const renewal = new CertificateRenewal({ identity, clock, timers, log });
  const ending = new AbortController();
  const doorsEnded = new AbortController();
  let hardwareEnded: Promise<void> = Promise.resolve();
  let linkEnded: Promise<void> = Promise.resolve();
  let renewalEnded: Promise<void> = Promise.resolve();
  let ntpEnded: Promise<void> = Promise.resolve();
  return {
    lobby,
    decommissioned: left.promise,
    unreadable: unreadableWatch.unreadable,
    async start() {
      unreadableWatch.start();
      housekeeping.start(store.notices, [...simulated.keys()]);
      diskWatch.start();
      guesses.start();
      callDesk.start();
      for (const door of doors.all()) door.start();
      hardwareEnded = hardware.run(doorsEnded.signal);
      doorClock.start();
      lobby.start();
      readers?.start();
      for (const one of sockets) {
        await one.start().catch((error: unknown) => {
          // Real doors open without their tools; who plays at simulated ones wants to know.
          if (simulated.size > 0 || !(error instanceof SocketPathFault)) throw error;
          log.error(error.message);
        });
      }
      const bound = await consoleServer.start();
      linkEnded = link.run(ending.signal);
      renewalEnded = renewal.run(ending.signal);
      ntpEnded = ntpWatch.run(ending.signal);
      await calls?.start();
      return bound;
    },
    async stop() {
      ending.abort();
      await renewalEnded;
      await Promise.all([linkEnded, ntpEnded]);
      cloudEvents.close();
      await consoleServer.close();
      for (const one of sockets) await one.close();
      // Deaf from now on; no serial port keeps the doors waiting.
      const readersClosed = readers?.close();
      await calls?.close();
      lobby.close();
      doorClock.close();
      for (const door of doors.all()) door.close();
      hardware.close();
      await readersClosed;
      doorsEnded.abort();
      await hardwareEnded;
      access.close();
      guesses.close();
      diskWatch.close();
      unreadableWatch.close();
      housekeeping.stop([...simulated.keys()]);
      store.close();
      lock.release();
    },
  };
}
