import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimReply } from '../../drivers/sim/sim-protocol.ts';
import { type Finished, headEnd, type RunningCommand, sim, vestibule } from './command.ts';
import { exampleConfig } from './example-config.ts';
import { freePort } from './free-port.ts';
import { type Mosquitto, startMosquitto, startShippedMosquitto } from './mosquitto.ts';

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
  readonly broker: Mosquitto;
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
  readonly link: { readonly connected: boolean; readonly session: boolean; readonly problem?: string };
  readonly dataset: { readonly epoch: number; readonly seq: number };
  readonly events: { readonly log: string; readonly head: number; readonly acked: number };
  readonly doors: readonly { readonly id: string; readonly mode: string; readonly released: boolean }[];
}

/** `secure`: the programs know each other by certificates, and the console was enrolled. */
export async function startSite({ secure = false } = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-site-'));
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
  const operate = (...args: readonly string[]): RunningCommand =>
    keep(headEnd(['--state', headEndState, ...args]));
  const run = (...args: readonly string[]): Promise<Finished> => operate(...args).finished();
  const good = async (command: RunningCommand): Promise<void> => {
    const { code, stderr } = await command.finished();
    if (code !== 0) throw new Error(`${command.command} ended with ${code}: ${stderr}`);
  };
  await good(operate('publish', buildingFile));
  const certificates = join(folder, 'broker');
  if (secure) await good(operate('broker-certificate', '--host', '127.0.0.1', '--out', certificates));
  const broker = secure ? await startShippedMosquitto(certificates) : await startMosquitto();

  const serve = async (...args: readonly string[]): Promise<RunningCommand> => {
    const serving = operate('run', '--broker', broker.url, ...args);
    await serving.line((line) => line.includes('connected to the broker'));
    return serving;
  };
  if (secure) {
    const url = `https://127.0.0.1:${await freePort()}`;
    const serving = await serve('--enrolment', url);
    const pair = operate('pair');
    await pair.line((line) => line.startsWith('Its broker'));
    const [, pairing = ''] = /^Pairing (\w{8}) /m.exec(pair.lines.join('\n')) ?? [];
    const code = pair.lines.map((line) => /^ +line \d +(\S+)$/.exec(line)?.[1] ?? '').join('');
    const provision = keep(vestibule(['--config', configFile, 'provision', '--url', url, '--code', code]));
    const shows = await provision.line((line) => line.startsWith('This console shows'));
    const digits = shows.replaceAll(/\D/g, '');
    await good(operate('confirm', pairing, '--device', 'lobby', '--digits', digits));
    await good(provision);
    await serving.kill('SIGTERM');
  } else {
    await good(
      operate('devices', 'add', 'lobby', '--out', join(stateDir, 'identity'), '--broker', broker.url),
    );
  }

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
    startHeadEnd: () => serve(),
    until,
    inStep: () => until(({ link, dataset }) => link.session && dataset.seq > 0),
    async sim(...args) {
      const { stdout } = await keep(sim([...args, '--state', stateDir, '--json'])).finished();
      if (stdout === '') throw new Error(programs.map(({ errors }) => errors).join('\n'));
      return JSON.parse(stdout) as SimReply & Record<string, unknown>;
    },
    programs,
    watch: () => operate('watch', '--json', '--tail', '10000'),
    async [Symbol.asyncDispose]() {
      for (const program of programs) await program[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const watched = (lines: readonly string[]): readonly Watched[] =>
  lines.map((line) => JSON.parse(line) as Watched);
