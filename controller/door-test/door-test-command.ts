/** `vestibule door test`: walks an installer through a door of the running controller. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControllerConfig } from '../../config/load.ts';
import { askControlSocket } from '../ask-control-socket.ts';
import { exitCodes } from '../exit-codes.ts';
import { type DoorSeen, DoorTestReply, type DoorTestRequest, doorTestSocket } from './protocol.ts';
import { momentMs, type StepResult, walkDoor } from './walk.ts';

export interface DoorTestOptions {
  /** At a simulated door a person plays the installer's part with `vestibule-sim`. */
  readonly byHand: boolean;
  /** How long each step waits for the installer. */
  readonly waitMs: number;
  readonly json: boolean;
}

type Refuse = (sentence: string, exitCode: number) => void;

class Unanswered extends Error {
  readonly code: number;
  constructor(sentence: string, code: number) {
    super(sentence);
    this.name = 'Unanswered';
    this.code = code;
  }
}

const refusals: Readonly<Record<'barred' | 'doorFault' | 'storageFault' | 'request', string>> = {
  barred: 'The door is blocked or locked down: nothing but an exit or fire opens it.',
  doorFault:
    'The hardware refused to release: "vestibule status" and "vestibule events" say what it reports.',
  storageFault: 'The disk refused the event, and no door opens unrecorded: see "vestibule doctor".',
  request: 'The running controller does not understand this command: is it of another release?',
};

export async function doorTest(
  { stateDir }: ControllerConfig,
  door: string,
  { byHand, waitMs, json }: DoorTestOptions,
  refuse: Refuse,
): Promise<void> {
  const say = (sentence: string): void =>
    void (json ? process.stderr : process.stdout).write(`${sentence}\n`);
  const ask = (kind: DoorTestRequest['kind']): Promise<DoorTestReply> => asked(stateDir, { kind, door });
  const look = async (): Promise<DoorSeen> => seenIn(door, await ask('look'));
  try {
    const { simulated } = await look();
    const plays = simulated && !byHand;
    say(introduction(door, simulated, plays));
    const steps = await walkDoor({
      look,
      release: async () => {
        const reply = await ask('release');
        if (reply.kind === 'door') return undefined;
        return reply.why === 'unknownDoor' ? 'The door is gone.' : refusals[reply.why];
      },
      ...(plays ? { play: (what) => playAt(stateDir, door, what) } : {}),
      say: (sentence) => say(`  ${sentence}`),
      moment: () => delay(momentMs),
      patience: Math.ceil(waitMs / momentMs),
    });
    finish({ door, simulated, playedBy: plays ? 'command' : 'person', steps }, json);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    refuse(error.message, error.code);
  }
}

async function asked(stateDir: string, body: DoorTestRequest): Promise<DoorTestReply> {
  const socketPath = join(stateDir, doorTestSocket);
  try {
    return DoorTestReply.parse(await askControlSocket(socketPath, body));
  } catch {
    throw new Unanswered(
      `No controller answers at ${socketPath}; start it with "vestibule run", or name its --config.`,
      exitCodes.unavailable,
    );
  }
}

function seenIn(door: string, reply: DoorTestReply): DoorSeen {
  if (reply.kind === 'door') return reply;
  if (reply.why !== 'unknownDoor') throw new Unanswered(refusals[reply.why], exitCodes.unavailable);
  throw new Unanswered(
    `This controller has no door "${door}"; it has: ${(reply.doors ?? []).join(', ')}.`,
    exitCodes.usage,
  );
}

async function playAt(stateDir: string, door: string, what: 'open' | 'shut' | 'exit'): Promise<void> {
  const path = join(stateDir, 'sim.sock');
  if (what === 'exit') {
    await askControlSocket(path, { kind: 'rex', door, active: true });
    await askControlSocket(path, { kind: 'rex', door, active: false });
  } else await askControlSocket(path, { kind: 'monitor', door, open: what === 'open' });
}

function introduction(door: string, simulated: boolean, plays: boolean): string {
  if (!simulated) return `Testing ${door}. Stand at the door; it will be released.`;
  return plays
    ? `Testing ${door}, a SIMULATED door: its contact and its button are played for you (--by-hand: play them with vestibule-sim).`
    : `Testing ${door}, a SIMULATED door: play it with vestibule-sim monitor open|closed and vestibule-sim rex.`;
}

interface Report {
  readonly door: string;
  readonly simulated: boolean;
  readonly playedBy: 'command' | 'person';
  readonly steps: readonly StepResult[];
}

function finish(report: Report, json: boolean): void {
  const isPassed = report.steps.every(({ result }) => result !== 'failed');
  if (!isPassed) process.exitCode = exitCodes.found;
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...report, passed: isPassed })}\n`);
    return;
  }
  const lines = report.steps.map(
    ({ step, result, sentence }) => `${step.padEnd(8)} ${result.padEnd(8)} ${sentence}`,
  );
  process.stdout.write(
    `${lines.join('\n')}\n${isPassed ? 'The door is well.' : 'The door is not well yet.'}\n`,
  );
}
