import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { loadConfig } from '../../config/load.ts';
import { systemTime } from '../../controller/app/system-clock.ts';
import { type Controller, compose } from '../../controller/compose.ts';
import { sine, wavOf } from '../../drivers/sip/wav.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { writeBenchSite } from './bench-site.ts';
import { readyAfterFailures } from './call-failures.ts';
import { type Bench, percentile, rounded } from './measure.ts';
import { startTelephone } from './telephone.ts';

const residents = 1_000;
const calls = 200;
/** Until caches are warm: what they take is no leak. */
const warmUpCalls = 20;
const port = 18_085;
/** Waits between calls pass so many times as fast, and so does the clock that bounds calls to six a minute. */
const hurry = { timers: 10, clock: 2_000 } as const;

/** The limit for `readyAfterFailureMs`. */
const readyLimitMs = 2_000;

/**
 * Touch to INVITE on the wire, and digit on the wire to relay, with the event fsynced before it: 200 calls in a row over
 * the phone engine as shipped, to a telephone of this process. No broker. Then `readyAfterFailureMs`: from what spoils a
 * call to the next guest's INVITE on the wire, beside its limit.
 */
export const callBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const telephone = await startTelephone();
  const controller = composeConsole(dir, telephone.port);
  try {
    await controller.start();
    const { lobby } = controller;
    const fault = lobby.status().phone?.fault;
    if (fault !== undefined) throw new Error(fault);
    await until(lobby, () => lobby.state().directory.length > 0);
    const callee = lobby.state().directory.find(({ suite }) => suite === '100');
    if (callee === undefined) throw new Error('nobody can be called');
    const released = (): boolean => lobby.status().doors[0]?.released ?? false;
    const toInvite: number[] = [];
    const toRelay: number[] = [];
    const call = async (): Promise<void> => {
      await until(lobby, () => !released() && (lobby.state().call?.phase.kind ?? 'ended') === 'ended');
      const coming = telephone.invited();
      const touchedMs = performance.now();
      const answer = lobby.call({ resident: callee.id });
      if (answer.outcome !== 'calling')
        throw new Error(`no call: ${answer.reason} ${lobby.status().phone?.fault ?? ''}`);
      const invite = await coming;
      toInvite.push(invite.atMs - touchedMs);
      telephone.answer(invite);
      await until(lobby, () => lobby.state().call?.phase.kind === 'talking');
      const goodbye = telephone.hungUp();
      const pressedMs = performance.now();
      telephone.press(invite, 9);
      await until(lobby, released);
      toRelay.push(performance.now() - pressedMs);
      await goodbye;
    };
    for (let n = 0; n < warmUpCalls; n += 1) await call();
    toInvite.length = 0;
    toRelay.length = 0;
    const engine = engineOf(dir);
    const before = {
      fds: openFiles('self') + openFiles(engine),
      engineKb: residentKb(engine),
      ownKb: residentKb('self'),
    };
    for (let n = 0; n < calls; n += 1) {
      if (n % 50 === 0) progress(`call ${n} of ${calls} …`);
      await call();
    }
    const growth = {
      leakedFds: openFiles('self') + openFiles(engine) - before.fds,
      engineGrowthKb: residentKb(engine) - before.engineKb,
      controllerGrowthKb: residentKb('self') - before.ownKb,
      engineMb: rounded(residentKb(engine) / 1_024, 1),
    };
    progress('what spoils a call …');
    const readyAfterFailureMs = await readyAfterFailures({
      ...{ lobby, telephone, callee: callee.id, folder: join(dir, 'state', 'phone') },
      until: (reached) => until(lobby, reached),
    });
    return {
      calls,
      touchToInviteP50ms: rounded(percentile(toInvite, 0.5)),
      touchToInviteP99ms: rounded(percentile(toInvite, 0.99)),
      digitToRelayP50ms: rounded(percentile(toRelay, 0.5)),
      digitToRelayP99ms: rounded(percentile(toRelay, 0.99)),
      ...growth,
      readyAfterFailureMs,
      readyLimitMs,
    };
  } finally {
    await controller.stop();
    telephone.close();
    rmSync(dir, { recursive: true, force: true });
  }
};

function composeConsole(dir: string, telephonePort: number): Controller {
  const file = writeBenchSite(dir, residents, port);
  writeFileSync(join(dir, 'tone.wav'), wavOf(sine(440, 60_000)));
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')}phone:
  hardware: sip
  user: lobby
  domain: 127.0.0.1
  dial: sip:{number}@127.0.0.1:${telephonePort}
  listen: 127.0.0.1:15066
  interface: 127.0.0.1
  microphone: file:./tone.wav
  speaker: discard
`,
  );
  const config = loadConfig(file);
  const identity = loadIdentity(join(dir, 'state', 'identity'));
  if (config.kind === 'refused') throw new Error(config.problem);
  if (identity.kind === 'refused') throw new Error(identity.problem);
  return compose({
    config: config.config,
    identity: identity.identity,
    software: 'vestibule/bench',
    log: pino({ level: 'silent' }),
    time: { rtc: () => systemTime.rtc(), monotonicMs: () => Math.floor(performance.now() * hurry.clock) },
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, ms / hurry.timers);
        return { cancel: () => clearTimeout(timer) };
      },
    },
  });
}

/** Looks at once, and again at each change. */
function until(lobby: Controller['lobby'], reached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (reached()) {
      resolve();
      return;
    }
    const unsubscribe = lobby.onChange(() => {
      if (!reached()) return;
      unsubscribe();
      resolve();
    });
  });
}

const engineOf = (dir: string): string => readFileSync(join(dir, 'state', 'phone', 'engine.pid'), 'utf8');
const openFiles = (pid: string): number => readdirSync(`/proc/${pid}/fd`).length;
const residentKb = (pid: string): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
