/** Everything that a run is made of: a folder, a broker, a head-end, two devices, and a proxy in front of each of the three. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { siteKeyOf } from '../../sync/headend/keys/key-files.ts';
import { openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { freePort } from '../free-port.ts';
import { BuildingModel, type DeviceName, devices, doorsAt } from './building.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import type { Prng } from './prng.ts';
import { Program } from './program.ts';
import { readCloud } from './read-databases.ts';
import { type SmallDisk, smallDisk } from './state-disk.ts';
import type { Witness } from './witness.ts';

export interface Device {
  readonly name: DeviceName;
  readonly stateDir: string;
  readonly replica: string;
  readonly journal: string;
  readonly clockFile: string;
  /** Of its console. */
  readonly port: number;
  readonly program: Program;
  readonly proxy: FaultyProxy;
  /** It serves, and its log is known. */
  up: boolean;
  /** Of the monotonic clock; infinite while it is not up. */
  upSinceMs: number;
  /** Its replica was damaged: what is read there says nothing until it has been put right. */
  suspect: boolean;
  /** Its disk is full, or was since it was last started: it may refuse to start. */
  diskFull: boolean;
}

export interface Site {
  readonly folder: string;
  readonly model: BuildingModel;
  readonly broker: Program;
  readonly headEnd: Program;
  readonly headEndState: string;
  readonly headEndDb: string;
  readonly headEndProxy: FaultyProxy;
  readonly devices: Readonly<Record<DeviceName, Device>>;
  /** Of the device `lobby`. */
  readonly disk: SmallDisk;
  close(keepFolder: boolean): Promise<void>;
}

export interface SiteOptions {
  /** The tree whose programs run. */
  readonly root: string;
  readonly prng: Prng;
  readonly witness: Witness;
  /** How many of the publishes are too large for a delta, from 0 to 1. */
  readonly massEdits: number;
  readonly onEnded: (who: DeviceName | 'headEnd', how: string) => void;
}

const controllerUnderTest = new URL('./controller-under-test.ts', import.meta.url);
/** The same file of the tree whose programs run. */
const controllerIn = (root: string): string =>
  join(root, 'scripts/chaos', basename(controllerUnderTest.pathname));

/** A socket cannot be copied. */
const isKept = (file: string): boolean => !file.endsWith('.sock') && !file.endsWith('filler');

const configText = (device: DeviceName, port: number): string => `stateDir: ./state
console:
  port: ${port}
  keypadDoor: ${doorsAt(device)[0]}
doors:
${doorsAt(device)
  .map((door) => `  ${door}: {hardware: simulated, monitor: true, rex: release, fire: release}`)
  .join('\n')}
`;

export async function openSite({ root, prng, witness, massEdits, onEnded }: SiteOptions): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-chaos-'));
  const brokerPort = await freePort();
  const broker = mosquitto(folder, brokerPort);
  const headEndProxy = new FaultyProxy(brokerPort, prng.fork('proxy headEnd'), {
    onSent: (direction, message) => witness.onHeadEndSent(direction, message),
  });
  await headEndProxy.start();

  const headEndState = join(folder, 'headend');
  const books = openHeadEnd({ stateDir: headEndState });
  const model = new BuildingModel(siteKeyOf(headEndState), massEdits);
  books.desk.publish(model.rows());
  const made: Partial<Record<DeviceName, Device>> = {};
  let disk: SmallDisk | undefined;
  for (const name of devices) {
    const home = join(folder, name);
    const stateDir = join(home, 'state');
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    if (name === 'lobby') disk = smallDisk(stateDir);
    const proxy = new FaultyProxy(brokerPort, prng.fork(`proxy ${name}`), {
      onSent: (direction, message) => witness.onDeviceSent(name, direction, message),
      onAcknowledged: (direction, message, tookMs) =>
        witness.onDeviceAcknowledged(name, direction, message, tookMs),
    });
    await proxy.start();
    books.addDevice(name, join(stateDir, 'identity'), proxy.url);
    made[name] = await deviceIn(home, name, proxy, root, (how) => onEnded(name, how));
  }
  books.close();

  const headEndDb = join(headEndState, 'headend.db');
  const cloud = readCloud(headEndDb);
  if (cloud !== undefined) witness.published(cloud);
  const headEnd = new Program({
    command: process.execPath,
    args: ['sync/headend/main.ts', '--state', headEndState, 'run', '--broker', headEndProxy.url],
    cwd: root,
    upLine: '"connected to the broker"',
    logFile: join(folder, 'headend.log'),
    onEnded: (how) => onEnded('headEnd', how),
  });
  const site = { folder, model, broker, headEnd, headEndState, headEndDb, headEndProxy };
  const all = made as Readonly<Record<DeviceName, Device>>;
  const lobbyDisk = disk as SmallDisk;
  return {
    ...site,
    devices: all,
    disk: lobbyDisk,
    async close(keepFolder) {
      for (const { program, proxy } of Object.values(all)) {
        await program.close();
        await proxy[Symbol.asyncDispose]();
      }
      await headEnd.close();
      await headEndProxy[Symbol.asyncDispose]();
      await broker.close();
      const { stateDir } = all.lobby;
      if (keepFolder) cpSync(stateDir, `${stateDir}-kept`, { recursive: true, filter: isKept });
      lobbyDisk.unmount();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mosquitto(folder: string, port: number): Program {
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\nset_tcp_nodelay true\n`,
  );
  return new Program({
    command: 'mosquitto',
    args: ['-c', config],
    cwd: folder,
    upLine: 'running',
    logFile: join(folder, 'mosquitto.log'),
  });
}

async function deviceIn(
  home: string,
  name: DeviceName,
  proxy: FaultyProxy,
  root: string,
  onEnded: (how: string) => void,
): Promise<Device> {
  const stateDir = join(home, 'state');
  const configFile = join(home, 'vestibule.yaml');
  const clockFile = join(home, 'clock-offset-ms');
  const port = await freePort();
  writeFileSync(configFile, configText(name, port));
  writeFileSync(clockFile, '0');
  const program = new Program({
    command: process.execPath,
    args: [controllerIn(root), configFile, clockFile],
    cwd: root,
    upLine: '"controller is up"',
    logFile: join(home, 'controller.log'),
    onEnded,
  });
  return {
    name,
    stateDir,
    replica: join(stateDir, 'replica.db'),
    journal: join(stateDir, 'events.db'),
    clockFile,
    port,
    program,
    proxy,
    up: false,
    upSinceMs: Number.POSITIVE_INFINITY,
    suspect: false,
    diskFull: false,
  };
}
