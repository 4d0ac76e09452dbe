import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimReply } from '../../drivers/sim/sim-protocol.ts';
import type { Broker } from './broker.ts';
import { type Finished, headEnd, type RunningCommand, sim, vestibule } from './command.ts';
import { exampleConfig } from './example-config.ts';
import { freePort } from './free-port.ts';
import { startMosquitto } from './mosquitto.ts';

/** One event as `vestibule-headend watch --json` prints it. */
export interface Watched {
  readonly device: string;
  readonly log: string;
  readonly seq: number;
  readonly event: {
    readonly type: string;
    readonly door?: string;
    readonly reason?: string;
    readonly backfilled?: boolean;
    readonly command?: string;
    readonly subject?: { readonly kind: string; readonly id: string };
  };
}

/** A site as its operator and installer set it up: every program a process of its own, on a real Mosquitto. */
export interface Site extends AsyncDisposable {
  readonly folder: string;
  readonly buildingFile: string;
  readonly broker: Broker;
  readonly port: number;
  /** Of the simulated phone's page. */
  readonly phonePort: number;
  readonly configFile: string;
  readonly stateDir: string;
  readonly headEndState: string;
  startController(): Promise<RunningCommand>;
  startHeadEnd(): Promise<RunningCommand>;
  /** Resolves once the controller's status is as awaited. */
  until(accepts: (status: Status) => boolean): Promise<void>;
  /** Resolves once the controller is in session and has what was published. */
  inStep(): Promise<void>;
  status(): Promise<Status>;
  run(...args: readonly string[]): Promise<Finished>;
  sim(...args: readonly string[]): Promise<SimReply & Record<string, unknown>>;
  watch(): RunningCommand;
  /** Every program of ours that was ever started here, with all that it has said. */
  readonly programs: readonly RunningCommand[];
}

interface Status {
  readonly link: { readonly connected: boolean; readonly session: boolean };
  readonly dataset: { readonly epoch: number; readonly seq: number };
  readonly events: { readonly log: string; readonly head: number; readonly acked: number };
  readonly doors: readonly { readonly id: string; readonly mode: string; readonly released: boolean }[];
}

export async function startSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-site-'));
  const broker = await startMosquitto();
  const port = await freePort();
  const phonePort = await freePort();
  const headEndState = join(folder, 'headend');
  const stateDir = join(folder, 'controller');
  const buildingFile = join(folder, 'building.yaml');
  const configFile = join(folder, 'vestibule.yaml');
  await copyFile('config/examples/building.yaml', buildingFile);
  await writeFile(configFile, exampleConfig({ port, phonePort }).replace('./state ', './controller '));

  const programs: RunningCommand[] = [];
  const keep = (command: RunningCommand): RunningCommand => {
    programs.push(command);
    return command;
  };
  const run = async (...args: readonly string[]): Promise<Finished> =>
    keep(headEnd(['--state', headEndState, ...args])).finished();
  const must = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await run(...args);
    if (code !== 0) throw new Error(`vestibule-headend ${args.join(' ')} ended with ${code}: ${stderr}`);
  };
  await must('publish', buildingFile);
  await must('devices', 'add', 'lobby', '--out', join(stateDir, 'identity'), '--broker', broker.url);

  const status = async (): Promise<Status> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/status`);
    return (await response.json()) as Status;
  };
  const until = async (accepts: (status: Status) => boolean): Promise<void> => {
    // The screen's own stream says each time that something has changed.
    const response = await fetch(`http://127.0.0.1:${port}/api/events`);
    for await (const _ of response.body ?? []) if (accepts(await status())) return;
    throw new Error('the controller ended before its status was as awaited');
  };
  return {
    folder,
    buildingFile,
    broker,
    port,
    phonePort,
    configFile,
    stateDir,
    headEndState,
    status,
    run,
    async startController() {
      const controller = keep(vestibule(['run', '--config', configFile]));
      await controller.line((line) => line.includes('"controller is up"'));
      return controller;
    },
    async startHeadEnd() {
      const serving = keep(headEnd(['--state', headEndState, 'run', '--broker', broker.url]));
      await serving.line((line) => line.includes('connected to the broker'));
      return serving;
    },
    until,
    inStep: () => until(({ link, dataset }) => link.session && dataset.seq > 0),
    async sim(...args) {
      const { stdout } = await keep(sim([...args, '--state', stateDir, '--json'])).finished();
      if (stdout === '') throw new Error(programs.map(({ errors }) => errors).join('\n'));
      return JSON.parse(stdout) as SimReply & Record<string, unknown>;
    },
    programs,
    watch: () => keep(headEnd(['--state', headEndState, 'watch', '--json', '--tail', '10000'])),
    async [Symbol.asyncDispose]() {
      for (const program of programs) await program[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const watched = (lines: readonly string[]): readonly Watched[] =>
  lines.map((line) => JSON.parse(line) as Watched);
