/**
 * `npm start`: a whole building on this machine, to play with. The broker is aedes in this process on a free loopback
 * port; head-end and controller are the real ones and meet over it through the real protocol; the doors are simulated.
 * What happened stays in `.demo/`: a second start goes on where the first ended.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { loadConfig } from '../config/load.ts';
import { compose } from '../controller/compose.ts';
import { ConsoleFault } from '../controller/console/page-files.ts';
import { SocketPathFault } from '../controller/control-socket.ts';
import { createLogger } from '../controller/logging.ts';
import type { Lobby } from '../controller/ports/lobby.ts';
import { lockState, StateInUse } from '../controller/store/state-lock.ts';
import { HeadEndError } from '../sync/headend/head-end-error.ts';
import { type OpenHeadEnd, openHeadEnd } from '../sync/headend/open-head-end.ts';
import { loadIdentity } from '../sync/links/identity.ts';
import { startDemoTelephone } from './demo-telephone.ts';
import { startEmbeddedBroker } from './embedded-broker.ts';

const project = resolve(import.meta.dirname, '..');
const examples = join(project, 'config', 'examples');

/** A sentence for the person at the terminal. */
class Stop extends Error {}

interface Options {
  readonly port: number;
  readonly phonePort: number;
  readonly folder: string;
  /** With a reader on a serial line, which `vestibule-sim reader` plays. */
  readonly reader: boolean;
  /** A real call to a second telephone on this machine, instead of the simulated one. */
  readonly telephone: boolean;
}

function options(): Options {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8080' },
        'phone-port': { type: 'string', default: '8090' },
        state: { type: 'string', default: join(project, '.demo') },
        readers: { type: 'string' },
      },
    });
    const portOf = (name: 'port' | 'phone-port'): number => {
      const port = Number(values[name]);
      if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
      throw new Stop(`--${name} takes a number from 1 to 65535.`);
    };
    const { readers, state } = values;
    if (readers !== undefined && readers !== 'osdp') throw new Stop('--readers takes osdp.');
    return {
      port: portOf('port'),
      phonePort: portOf('phone-port'),
      folder: resolve(state),
      reader: readers !== undefined,
      telephone: phoneKind() === 'baresip',
    };
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop('npm start takes: -- --port NUMBER --phone-port NUMBER --state FOLDER --readers osdp');
  }
}

function phoneKind(): string | undefined {
  const kind = process.env['PHONE'];
  if (kind === undefined || kind === 'baresip') return kind;
  throw new Stop('PHONE takes baresip; without it the phone is simulated.');
}

/** Publishes the example building on the first start only: later ones keep what the player has published since. */
function prepareHeadEnd(folder: string, brokerUrl: string): OpenHeadEnd {
  const headEnd = openHeadEnd({ stateDir: join(folder, 'headend') });
  const file = join(folder, 'building.yaml');
  const schema = relative(folder, join(project, 'config', 'building.schema.json'));
  if (!existsSync(file)) {
    const example = readFileSync(join(examples, 'building.yaml'), 'utf8');
    writeFileSync(file, example.replace('../building.schema.json', schema), { mode: 0o600 });
  }
  if (headEnd.store.dataset.building() === undefined) {
    const published = headEnd.publishFile(readFileSync(file, 'utf8'), file);
    if (published.kind === 'refused')
      throw new Stop(published.problems.map(({ sentence }) => sentence).join('\n'));
  }
  const identity = join(folder, 'controller', 'identity');
  const deviceFile = join(identity, 'device.json');
  if (existsSync(deviceFile)) {
    // The broker's port is a new one each time.
    const device = JSON.parse(readFileSync(deviceFile, 'utf8')) as object;
    writeFileSync(deviceFile, `${JSON.stringify({ ...device, broker: brokerUrl }, null, 2)}\n`);
  } else {
    headEnd.addDevice('lobby', identity, brokerUrl, {
      replaceKey: headEnd.store.devices.get('lobby') !== undefined,
    });
  }
  return headEnd;
}

/** Nothing is there until somebody plays it: until then the reader is faulty, and is said to be. */
const readerConfig = (folder: string): string => `
readers:
  entrance:
    hardware: osdp
    device: ${JSON.stringify(join(folder, 'reader.tty'))}
    baudRate: 115200
    readers:
      hall: { address: 0, door: front, reads: [keypad, card], cards: [H10301], display: [en, fr] }
`;

function prepareConfig(
  { folder, port, phonePort, reader }: Options,
  phoneSection: string | undefined,
): string {
  const file = join(folder, 'vestibule.yaml');
  const schema = relative(folder, join(project, 'config', 'vestibule.schema.json'));
  const example = readFileSync(join(examples, 'vestibule.yaml'), 'utf8')
    .replace('../vestibule.schema.json', schema)
    .replace('stateDir: ./state     ', 'stateDir: ./controller')
    .replace('port: 8080', `port: ${port}`)
    .replace('port: 8090', `port: ${phonePort}`)
    .replace(/^phone:\n(?: .*\n)+/m, (section) => phoneSection ?? section);
  writeFileSync(file, reader ? `${example}${readerConfig(folder)}` : example);
  return file;
}

const hasBuilding = (lobby: Lobby): Promise<void> =>
  new Promise((done) => {
    const look = (): void => {
      if (lobby.state().building === undefined) return;
      unsubscribe();
      done();
    };
    const unsubscribe = lobby.onChange(look);
    look();
  });

const readerToTry = (shown: string): string => `
A reader at the front door, on a serial line without hardware. In another terminal, be that reader:
  npx vestibule-sim reader --device ${shown}/reader.tty --memory ${shown}/reader.key
Let it have a key of its own, once:
  npx vestibule reader commission hall --config ${shown}/vestibule.yaml
Then type at it:  48292613#
`;

const calledForReal = (port: number, shown: string): string => `
Vestibule is up:  http://127.0.0.1:${port}/    (the doors are simulated; calls are real ones)

Touch a name on the screen: a second telephone on this machine, a baresip like the console's own, rings, answers by
itself after 2 s, and opens with its 9. In another terminal, in this folder:
  npx vestibule status --config ${shown}/vestibule.yaml

Ctrl-C ends it; the next start goes on from here. Logs: ${shown}/controller.log
`;

function whatToTry({ folder, port, phonePort, reader, telephone }: Options): string {
  const shown = relative(process.cwd(), folder) || '.';
  if (telephone) return calledForReal(port, shown);
  const ofPhone = phonePort === 8090 ? '' : ` --port ${phonePort}`;
  return `
Vestibule is up:  http://127.0.0.1:${port}/    (the doors are simulated)

Type a code at the keypad there, and press Enter:
  48292613   opens the front door: Élodie Tremblay, suite 101
  62817389   is refused and says from when on it works: a guest whose invitation starts in 2031
  78467016   is refused without a hint: Ronan Fitzgerald, suite 406, moved out in 2024

Touch a name on the screen, and answer at  http://127.0.0.1:${phonePort}/
(a simulated phone: no real call is made); its 9 opens the door. Or type who is to be called, and press Enter:
  3543       calls Élodie Tremblay
  2908       calls a resident whose name is on no screen

In another terminal, in this folder:
  npx vestibule-sim code 48292613 --door front --state ${shown}/controller
  npx vestibule-sim phone answer${ofPhone}
  npx vestibule-sim phone press 9${ofPhone}
  npx vestibule-headend watch --state ${shown}/headend
  npx vestibule-headend lockdown on --state ${shown}/headend
  npx vestibule status --config ${shown}/vestibule.yaml
  npx vestibule door test front --config ${shown}/vestibule.yaml
  edit a nickname in ${shown}/building.yaml, then
  npx vestibule-headend publish ${shown}/building.yaml --state ${shown}/headend
${reader ? readerToTry(shown) : ''}
Ctrl-C ends it; the next start goes on from here. Logs: ${shown}/controller.log
`;
}

/** The controller itself goes on without a phone; who plays wants one. */
const phonePortTaken = ({ phonePort }: Options): string =>
  `The simulated phone's page cannot listen on port ${phonePort} of 127.0.0.1; is another program using it? Another port: npm start -- --phone-port 8091`;

/** What a person at the terminal can put right, with the way out. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Stop || error instanceof SocketPathFault || error instanceof HeadEndError)
    return error.message;
  if (error instanceof ConsoleFault) return `${error.message} Another port: npm start -- --port 8081`;
  if (error instanceof StateInUse)
    return 'npm start is running in this folder already. A second one: npm start -- --port 8081 --phone-port 8091 --state OTHER_FOLDER';
  return undefined;
}

async function demo(): Promise<void> {
  const chosen = options();
  const { folder } = chosen;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A demo that runs there already keeps its files as they are.
  lockState(join(folder, 'controller')).release();
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const broker = await startEmbeddedBroker();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const headEnd = prepareHeadEnd(folder, url);
  const telephone = chosen.telephone
    ? await startDemoTelephone(folder, (sentence) => void process.stdout.write(`${sentence}\n`))
    : undefined;
  const config = loadConfig(prepareConfig(chosen, telephone?.phoneSection));
  if (config.kind === 'refused') throw new Stop(config.problem);
  const identity = loadIdentity(join(folder, 'controller', 'identity'));
  if (identity.kind === 'refused') throw new Stop(identity.problem);
  const controller = compose({
    config: config.config,
    identity: identity.identity,
    software: 'vestibule/demo',
    log: createLogger('info', pino.destination(join(folder, 'controller.log'))),
  });
  const serving = headEnd.run({ url }, ending.signal);
  // What it may refuse at once is told below, when it is awaited.
  serving.catch(() => {});
  try {
    await controller.start();
    const fault = controller.lobby.status().phone?.fault;
    if (fault !== undefined) throw new Stop(chosen.telephone ? fault : phonePortTaken(chosen));
    await Promise.race([hasBuilding(controller.lobby), serving]);
    if (!ending.signal.aborted) process.stdout.write(whatToTry(chosen));
    await serving;
  } finally {
    ending.abort();
    // First: it may be in a call yet, and would say goodbye to nobody for seconds.
    await telephone?.close();
    await controller.stop();
    await serving.catch(() => {});
    headEnd.close();
    await broker.stop();
  }
  process.stdout.write('Ended.\n');
}

try {
  await demo();
} catch (error) {
  const said = sentenceOf(error);
  if (said === undefined) throw error;
  process.stderr.write(`${said}\n`);
  process.exit(1);
}
