import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CardFormatTable } from './card-formats.ts';
import { didYouMean } from './did-you-mean.ts';
import { type GpioBackendName, problemInGpio } from './gpio.ts';
import { problemInReaders, type ReaderLines } from './readers.ts';
import { problemInSalto } from './salto.ts';
import { ControllerFile } from './schema.ts';
import { readYaml } from './yaml-problems.ts';

export interface ControllerConfig {
  /** Absolute, as the two below: later changes of the working folder change nothing. */
  readonly file: string;
  readonly stateDir: string;
  readonly console: {
    readonly port: number;
    readonly keypadDoor: string;
    readonly callDoor: string;
    readonly showAnswerForMs: number;
  };
  readonly doors: Readonly<Record<string, DoorWiring>>;
  /** Absent: no door is on a line of this machine. */
  readonly gpio?: { readonly backend: GpioBackendName };
  /** Absent: no door is behind one. */
  readonly salto?: SaltoSetup;
  readonly phone?: PhoneSetup;
  /** Absent: none. */
  readonly readers?: ReaderLines;
  /** Beside the built-in ones; absent: none. */
  readonly cardFormats?: CardFormatTable;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
}

/** How one door is wired, by kind of hardware. */
type DoorWiring = Readonly<ControllerFile['doors'][string]>;

type SaltoSetup = Readonly<NonNullable<ControllerFile['salto']>>;

/** What calls are placed with, by kind of hardware. */
type PhoneSetup = Readonly<NonNullable<ControllerFile['phone']>>;

export type ConfigRead =
  | { readonly kind: 'config'; readonly config: ControllerConfig }
  /** One sentence for the person who wrote the file: where, what, and the way out. */
  | { readonly kind: 'refused'; readonly problem: string };

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; config/examples/vestibule.yaml is one to start from',
  EACCES: 'this user may not read the file; give it the right to (chmod, chown)',
  EISDIR: 'this is a folder; name the YAML file in it',
};

/** Reads and checks the configuration file. Never throws for anything that is wrong with the file. */
export function loadConfig(path: string): ConfigRead {
  const file = resolve(path);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return {
      kind: 'refused',
      problem: `${path}: ${unreadable[code] ?? `the file cannot be read (${code})`}.`,
    };
  }
  return readConfig(text, path, dirname(file));
}

/** The same for a text at hand; relative folders are resolved against `folder`. */
function readConfig(text: string, path: string, folder: string): ConfigRead {
  const read = readYaml(text, path, ControllerFile);
  if (read.kind === 'refused') return { kind: 'refused', problem: read.problems[0].sentence };
  const { stateDir, console, doors, gpio, salto, phone, log, readers, cardFormats } = read.value;
  for (const key of ['keypadDoor', 'callDoor'] as const) {
    const named = console[key];
    if (named === undefined || Object.hasOwn(doors, named)) continue;
    const hint = didYouMean(named, Object.keys(doors));
    const what = `names "${named}", which \`doors\` lacks: ${hint || 'add that door, or name one of them'}`;
    return { kind: 'refused', problem: read.problemAt(['console', key], what).sentence };
  }
  const problem =
    problemInReaders(readers ?? {}, cardFormats ?? {}, Object.keys(doors)) ??
    problemInGpio(gpio, doors) ??
    problemInSalto(doors, salto);
  if (problem !== undefined)
    return { kind: 'refused', problem: read.problemAt(problem.path, problem.what).sentence };
  return {
    kind: 'config',
    config: {
      file: resolve(path),
      stateDir: resolve(folder, stateDir),
      console: {
        port: console.port,
        keypadDoor: console.keypadDoor,
        callDoor: console.callDoor ?? console.keypadDoor,
        showAnswerForMs: console.showAnswerFor,
      },
      doors,
      ...(gpio === undefined ? {} : { gpio }),
      ...(salto === undefined ? {} : { salto }),
      ...(phone === undefined ? {} : { phone }),
      ...(readers === undefined ? {} : { readers }),
      ...(cardFormats === undefined ? {} : { cardFormats }),
      log,
    },
  };
}
