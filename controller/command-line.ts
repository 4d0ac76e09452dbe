import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ControllerConfig, loadConfig } from '../config/load.ts';
import { parseDuration } from '../config/units.ts';
import type { Language } from './core/dataset.ts';
import { exitCodes } from './exit-codes.ts';
import type { ProvisionOptions } from './provision-command.ts';
import { addReaderCommands } from './reader-commands.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const software = `vestibule/${version}`;

function waitMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1_000) throw new InvalidArgumentError('say how long, such as 60s or 5min.');
  return ms;
}

interface EventsOptions {
  readonly follow?: true;
  readonly after: number;
  readonly json?: true;
  readonly sentences?: Language;
}

/** Says one sentence and ends with its exit code once what is running has ended. */
function refuse(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
}

function withConfig(
  path: string,
  use: (config: ControllerConfig) => Promise<void> | void,
): Promise<void> | void {
  const read = loadConfig(path);
  if (read.kind === 'refused') return refuse(read.problem, exitCodes.config);
  return use(read.config);
}

export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('vestibule')
    .description("The access controller inside a building's entry console.")
    .version(version)
    .option('-c, --config <file>', 'the configuration file', './vestibule.yaml')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 doctor found a failure, 64 wrong usage, 69 not running or port taken, 70 a defect, 74 disk, 77 enrolment refused, 78 configuration.',
    )
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
    });
  const config = (): string => program.opts<{ config: string }>().config;

  program
    .command('run')
    .description('run the controller until it is told to end')
    .action(() =>
      withConfig(config(), async (loaded) => {
        const { runController } = await import('./run-command.ts');
        await runController(loaded, software, refuse);
      }),
    );
  program
    .command('status')
    .description('how the running controller stands: link, clock, dataset, events, doors')
    .option('--json', 'as one JSON object')
    .action(({ json }: { json?: true }) =>
      withConfig(config(), async (loaded) => {
        const { showStatus } = await import('./status-command.ts');
        await showStatus(loaded, json === true, refuse);
      }),
    );
  program
    .command('events')
    .description('the event log of this device, oldest first')
    .option('--follow', 'go on with events as they come')
    .option('--after <seq>', 'only events after this one', Number, 0)
    .option('--json', 'as JSON lines')
    .addOption(
      new Option('--sentences [language]', 'a sentence each, in English or French')
        .choices(['en', 'fr'])
        .preset('en'),
    )
    .action(({ follow, after, json, sentences }: EventsOptions) =>
      withConfig(config(), async (loaded) => {
        const { showEvents } = await import('./events-command.ts');
        const wanted = { follow: follow === true, after, json: json === true, sentences };
        await showEvents(loaded, wanted, refuse);
      }),
    );
  const doctor = program
    .command('doctor')
    .description(
      'what is not well with this device, and the way out; works whether the controller runs or not',
    )
    .option('--json', 'as one JSON object')
    .action(async ({ json }: { json?: true }) => {
      const { runDoctor } = await import('./doctor-command.ts');
      await runDoctor(config(), json === true);
    });
  doctor
    .command('phone')
    .description(
      'try the telephone line of a controller that does not run: sound, registration, a test call, keys',
    )
    .option('--call <number>', 'whom to call for the test: +14165550100, or an extension')
    .option('--json', 'as one JSON object')
    .action(async (_: object, command: Command) => {
      const { json, call } = command.optsWithGlobals<{ json?: true; call?: string }>();
      const { runPhoneDoctor } = await import('./doctor-command.ts');
      await runPhoneDoctor(config(), { json: json === true, ...(call === undefined ? {} : { call }) });
    });
  doctor
    .command('salto')
    .description('ask the SALTO server about itself, its clock and the doors of this device; moves no door')
    .option('--json', 'as one JSON object')
    .action(async (_: object, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: true }>();
      const { runSaltoDoctor } = await import('./doctor-command.ts');
      await runSaltoDoctor(config(), json === true);
    });
  program
    .command('door')
    .description('doors of the running controller')
    .command('test')
    .argument('<door>', "the door's id")
    .description('walk through strike, door monitor and exit of one door; it is released for that')
    .addOption(
      new Option('--wait <time>', 'how long each step waits for you')
        .argParser(waitMs)
        .default(60_000, '60s'),
    )
    .option('--by-hand', 'at a simulated door: play it yourself, with vestibule-sim')
    .option('--json', 'the outcome as one JSON object')
    .action((door: string, { wait, byHand, json }: { wait: number; byHand?: true; json?: true }) =>
      withConfig(config(), async (loaded) => {
        const { doorTest } = await import('./door-test/door-test-command.ts');
        const options = { waitMs: wait, byHand: byHand === true, json: json === true };
        await doorTest(loaded, door, options, refuse);
      }),
    );
  program
    .command('provision')
    .description("enrol this console with the building's head-end: vestibule-headend pair shows the code")
    .option('--code <text>', 'what the QR code says, or the five lines; absent: asked for')
    .option('--url <url>', 'the address of the head-end; not needed with what the QR code says')
    .option('--replace', 'take the place of the identity that this console has')
    .option('--json', 'as JSON lines')
    .action((options: ProvisionOptions) =>
      withConfig(config(), async (loaded) => {
        const { provision } = await import('./provision-command.ts');
        await provision(loaded, options, refuse);
      }),
    );
  addReaderCommands(program, (order, json) =>
    withConfig(config(), async (loaded) => {
      const { readerCommand } = await import('./reader-command.ts');
      await readerCommand(loaded, order, { json, refuse });
    }),
  );
  program
    .command('config')
    .description('work on the configuration file')
    .command('check')
    .description('read the configuration file and say what is wrong with it')
    .action(() =>
      withConfig(config(), (loaded) => {
        const count = Object.keys(loaded.doors).length;
        process.stdout.write(`${loaded.file}: good, ${count} ${count === 1 ? 'door' : 'doors'}\n`);
      }),
    );
  await program.parseAsync(argv);
}
