import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { revocableTables } from '../dataset/revocation.ts';
import {
  type BrokerCertificateOptions,
  brokerCertificateCommand,
  removeDeviceCommand,
} from './authority-commands.ts';
import { type AddOptions, addDeviceCommand, devicesCommand } from './devices-command.ts';
import { exitCodes } from './exit-codes.ts';
import {
  addGuestCommand,
  type GuestOptions,
  listGuestsCommand,
  revokeGuestCommand,
} from './guest-command.ts';
import { type ImportOptions, importCommand } from './import-command.ts';
import { type RotateOptions, rotateKeysCommand } from './keys-command.ts';
import { type ModeOptions, modeCommand, settableModes } from './mode-command.ts';
import {
  type AnswerOptions,
  answerCommand,
  lockdownCommand,
  rowCommand,
  type UnlockOptions,
  unlockCommand,
} from './orders.ts';
import { type ConfirmOptions, confirmCommand, type PairOptions, pairCommand } from './pair-command.ts';
import { publishCommand } from './publish-command.ts';
import { moveOutCommand, showResidentCommand } from './resident-command.ts';
import { type RunOptions, runCommand } from './run-command.ts';
import { tellCommand } from './tell-command.ts';
import { type WatchOptions, watchCommand } from './watch-command.ts';

const help = `
To begin: publish building.yaml, run with --enrolment, and pair a console.

Exit codes: 0 done, 64 wrong usage, 65 wrong data (with line and column), 69 not running or no answer,
70 a defect, 74 the disk refused, 78 no state folder or a damaged one.`;

const countOf = (text: string): number => {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 10_000) {
    throw new InvalidArgumentError('It must be a number from 0 to 10000.');
  }
  return count;
};

/** The command line of `vestibule-headend`. */
export function headEndProgram(): Command {
  const program = new Command('vestibule-headend')
    .description(
      "The cloud's end of Vestibule for one building: publishes its people and doors, keeps its events.",
    )
    .addOption(
      new Option('--state <dir>', 'the state folder: keys, published data, events')
        .env('VESTIBULE_HEADEND_STATE')
        .default('./headend-state'),
    )
    .addHelpText('after', help)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
    });
  const state = (): string => program.opts<{ state: string }>().state;
  const brokerOption = (): Option =>
    new Option('--broker <url>', 'the MQTT broker, mqtt://host[:port] or mqtts://host[:port]').env(
      'VESTIBULE_HEADEND_BROKER',
    );

  program
    .command('run')
    .description('serve the devices until told to end; logs JSON lines')
    .addOption(brokerOption().default('mqtt://127.0.0.1:1883'))
    .option('--ca <file>', "the broker's CA certificate (PEM), for mqtts:")
    .option('--cert <file>', 'certificate of this head-end (PEM), for mqtts:')
    .option('--key <file>', 'key of that certificate (PEM), for mqtts:')
    .option('--enrolment <url>', 'serve enrolment at https://host:port, as consoles reach this machine')
    .action((options: RunOptions) => runCommand(state(), options));
  program
    .command('publish')
    .argument('<building.yaml>')
    .description('check a building file, print what differs from what was last published, and send only that')
    .action((file: string) => publishCommand(state(), file));
  addPeopleCommands(program, state);
  program
    .command('watch')
    .description('events of all devices as they come')
    .option('--json', 'as JSON lines')
    .option('--device <id>', 'of this device only')
    .option('--tail <count>', 'begin with so many past events', countOf, 10)
    .action((options: WatchOptions) => watchCommand(state(), options));
  program
    .command('unlock')
    .argument('<door>')
    .description("open a door now, on somebody's behalf; the device decides")
    .addOption(new Option('--by <kind:id>', 'staff:ID, resident:ID or guest:ID').env('VESTIBULE_HEADEND_BY'))
    .option('--extended', 'with the longer, accessible time')
    .option('--device <id>', 'the device that drives the door; needed when there are several')
    .option('--call <id>', 'the call for which it is: it ends well')
    .action((door: string, options: UnlockOptions) => unlockCommand(state(), door, options));
  program
    .command('answer')
    .argument('<call>', 'as CallStarted names it in vestibule-headend watch --json')
    .description("answer a console's call as the called resident's app would")
    .addOption(
      new Option('--by <kind:id>', 'resident:ID, or staff:ID for the concierge').env('VESTIBULE_HEADEND_BY'),
    )
    .option('--device <id>', 'the console that calls; needed when there are several')
    .action((call: string, options: AnswerOptions) => answerCommand(state(), call, options));
  program
    .command('mode')
    .argument('<door>')
    .addArgument(new Argument('<mode>').choices(settableModes))
    .description("set a door's mode over its hours, until it is set again; normal: as its hours say")
    .option('--for <duration>', 'only for so long, such as 90min or 8h')
    .option('--device <id>', 'the device that drives the door; needed when there are several')
    .action((door: string, mode: string, options: ModeOptions) => modeCommand(state(), door, mode, options));
  for (const [order, what] of [
    ['revoke', 'end it at once, and over later publishes until it is reinstated'],
    ['reinstate', 'take a revocation back: the row is again as the building file has it'],
  ] as const) {
    program
      .command(order)
      .addArgument(new Argument('<table>').choices(revocableTables))
      .argument('<id>')
      .description(what)
      .action((table: string, id: string) => rowCommand(state(), order, table, id));
  }
  program
    .command('lockdown')
    .addArgument(new Argument('<on|off>').choices(['on', 'off']))
    .description('keep doors shut for everybody: no credential, command or schedule opens them')
    .option('--scope <scope>', 'building, area:ID or door:ID', 'building')
    .action((onOff: string, { scope }: { scope: string }) => lockdownCommand(state(), onOff === 'on', scope));
  for (const [op, what] of [
    ['report', 'how a console stands: its cursor, digest, denials, lockdowns and doors, as JSON'],
    ['identify', 'let a console tell who it is, in its log and its events'],
  ] as const) {
    program
      .command(op)
      .argument('<device>')
      .description(what)
      .action((device: string) => tellCommand(state(), op, device));
  }
  const devices = program
    .command('devices')
    .description('who there is and how far each has come')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: true }) => devicesCommand(state(), json === true));
  devices
    .command('add')
    .argument('<id>')
    .description('add a device and make its identity folder')
    .requiredOption('--out <dir>', 'the identity folder to make')
    .addOption(brokerOption().makeOptionMandatory())
    .option('--replace-key', 'give an existing device a new key, because its folder was lost')
    .action((id: string, options: AddOptions) => addDeviceCommand(state(), id, options));
  devices
    .command('remove')
    .argument('<id>')
    .description('wipe a device, revoke its certificates and forget its key')
    .action((id: string) => removeDeviceCommand(state(), id));
  program
    .command('keys')
    .description('the keys with which this head-end signs')
    .command('rotate')
    .description('make new ones now; they are renewed every year by themselves')
    .option('--drop-old', 'let devices believe the old ones no longer, because one has leaked')
    .action((options: RotateOptions) => rotateKeysCommand(state(), options));
  addEnrolmentCommands(program, state);
  return program;
}

/** Those that read and change the building file. */
function addPeopleCommands(program: Command, state: () => string): void {
  const fileOption = (): Option =>
    new Option('--file <building.yaml>', 'the building file; absent: the one that was published last');
  program
    .command('import')
    .argument('<residents.csv>')
    .description('add residents from a CSV file to the building file; says row by row what would happen')
    .option('--apply', 'do it: write the building file and publish it')
    .addOption(new Option('--dates <order>', 'how to read dates like 03/01/2026').choices(['mdy', 'dmy']))
    .addOption(fileOption())
    .action((csv: string, options: ImportOptions) => importCommand(state(), csv, options));
  const guest = program.command('guest').description('guests of the building file and their codes');
  guest
    .command('add')
    .description('invite a guest: makes a code, shows it once, and publishes')
    .option('--host <resident>', "the inviting resident's id, suite or name; absent: the building itself")
    .requiredOption('--name <name>', 'as events and lists show it')
    .option('--starts <time>', 'such as "2027-05-31 17:00", in the building\'s time; absent: now')
    .requiredOption('--ends <time>', 'such as "2027-06-02 12:00"')
    .option('--door <id...>', 'these doors only; absent: the guest entrances')
    .option('--uses <count>', 'how often it works', countOf)
    .option('--valid-for <duration>', 'how long it works from its first use on, such as 2h')
    .addOption(
      new Option('--kind <kind>', 'who comes').choices(['guest', 'delivery', 'service']).default('guest'),
    )
    .addOption(fileOption())
    .action((options: GuestOptions) => addGuestCommand(state(), options));
  guest
    .command('revoke')
    .argument('<id>')
    .description("end a guest's code, in the building file and at every device at once")
    .addOption(fileOption())
    .action((id: string, options: { file?: string }) => revokeGuestCommand(state(), id, options));
  guest
    .command('list')
    .description('who may come, without codes')
    .option('--all', 'those who are over or revoked, too')
    .addOption(fileOption())
    .action((options: { file?: string; all?: true }) => listGuestsCommand(state(), options));
  const resident = program.command('resident').description('residents of the building file');
  resident
    .command('show')
    .argument('<resident>', 'id, suite or name')
    .description('what is known of a resident, without codes')
    .option('--phones', 'with phone numbers')
    .addOption(fileOption())
    .action((asked: string, options: { file?: string; phones?: true }) =>
      showResidentCommand(state(), asked, options),
    );
  resident
    .command('move-out')
    .argument('<resident>', 'id, suite or name')
    .description('set the last day on which a resident has access, and publish')
    .requiredOption('--on <date>', 'such as 2027-05-31')
    .addOption(fileOption())
    .action((asked: string, options: { file?: string; on: string }) =>
      moveOutCommand(state(), asked, options),
    );
}

/** Those that bring consoles and the broker under the building's CA. */
function addEnrolmentCommands(program: Command, state: () => string): void {
  program
    .command('pair')
    .description('show a QR and a typed code with which one console can enrol, and wait for it')
    .option('--building <id>', 'refuse unless this is the building that is served here')
    .option(
      '--broker <url>',
      'the broker, as the console reaches it; absent: the one of the running head-end',
    )
    .option('--refuse <pairing>', 'refuse the console that waits in a pairing')
    .action((options: PairOptions) => pairCommand(state(), options));
  program
    .command('confirm')
    .argument('[pairing]', 'absent: list the consoles that wait')
    .description('let a waiting console into the building, once it shows the same six digits')
    .option('--device <id>', 'what it shall be called')
    .option(
      '--digits <digits>',
      'the six digits that it shows; others confirm nothing. Absent: asks at the terminal',
    )
    .option('--replace', 'let it take the place of the device that has this id')
    .action((pairing: string | undefined, options: ConfirmOptions) =>
      confirmCommand(state(), pairing, options),
    );
  program
    .command('broker-certificate')
    .description("make the broker's certificate, and keep the revocation list beside it")
    .requiredOption('--host <host...>', 'names and addresses by which the broker is reached')
    .requiredOption('--out <dir>', 'the folder for server.crt, server.key, ca.crt and ca.crl')
    .action((options: BrokerCertificateOptions) => brokerCertificateCommand(state(), options));
}
