/** The command `vestibule-sim`: plays the person at a simulated door, phone or reader of a running controller. */
import { request } from 'node:http';
import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Contact, LineFault } from '../../controller/core/door/state.ts';
import { exitCodes } from './exit-codes.ts';
import { addPhoneCommand } from './phone/phone-command.ts';
import { addReaderCommand } from './reader/reader-command.ts';
import { SimReply, type SimRequest } from './sim-protocol.ts';

interface Options {
  readonly state: string;
  readonly json?: true;
}

function send(socketPath: string, body: SimRequest): Promise<SimReply> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(SimReply.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')))));
    });
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}

function describe(reply: SimReply): string {
  if ('error' in reply) return reply.error;
  const strike = reply.released ? 'The simulated strike is released.' : 'The simulated strike is secured.';
  if (!('outcome' in reply)) return strike;
  const { outcome, reason, seq, sentence } = reply;
  const decision = outcome === 'grant' ? 'AccessGranted' : `AccessDenied (${reason ?? 'unknown'})`;
  return `${decision}${seq === undefined ? '' : `, event ${seq}`}. ${strike}\n“${sentence.en}”`;
}

/** `quiet`: a further request of the same command says how it ended. */
async function play(body: SimRequest, { state, json }: Options, quiet = false): Promise<void> {
  const socketPath = join(state, 'sim.sock');
  let reply: SimReply;
  try {
    reply = await send(socketPath, body);
  } catch {
    process.stderr.write(
      `No controller with simulated doors answers at ${socketPath}; start one ("npm start" or "vestibule run"), or name its state folder with --state.\n`,
    );
    process.exitCode = exitCodes.unavailable;
    return;
  }
  if (quiet && !('error' in reply)) return;
  const text = json === true ? JSON.stringify(reply) : describe(reply);
  if ('error' in reply) process.exitCode = exitCodes.usage;
  ('error' in reply && json !== true ? process.stderr : process.stdout).write(`${text}\n`);
}

const onOff =
  (yes: string, no: string) =>
  (value: string): boolean => {
    if (value !== yes && value !== no) throw new InvalidArgumentError(`say ${yes} or ${no}.`);
    return value === yes;
  };
const bitCount = (value: string): number => {
  const bits = Number(value);
  if (!Number.isInteger(bits) || bits < 1 || bits > 256) throw new InvalidArgumentError('say 1 to 256.');
  return bits;
};

const program = new Command('vestibule-sim')
  .description('Plays the person at a simulated door, phone or reader of a running controller.')
  .addHelpText(
    'after',
    '\nExit codes: 0 done (granted or denied), 64 wrong usage, 69 no controller answers, or the phone cannot do that now.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.usage));

const command = (usage: string, text: string): Command =>
  program
    .command(usage)
    .description(text)
    .requiredOption('-d, --door <id>', 'the door to play at')
    .option('-s, --state <dir>', "the controller's state folder", process.env['VESTIBULE_STATE'] ?? './state')
    .option('--json', 'the reply as one JSON object');

type WithDoor = Options & { readonly door: string };

command('code <digits>', 'type a code and press #').action((digits: string, options: WithDoor) =>
  play({ kind: 'code', door: options.door, digits }, options),
);
command('card <hex>', 'hold a card, fob or clicker to the reader (its bits, left-aligned)')
  .option('-b, --bits <count>', 'how many bits', bitCount, 26)
  .action((hex: string, options: WithDoor & { bits: number }) =>
    play({ kind: 'card', door: options.door, bits: options.bits, hex }, options),
  );
command('tag <text>', 'drive up with a car tag that its reader sends as text').action(
  (line: string, options: WithDoor) => play({ kind: 'tag', door: options.door, line }, options),
);
command('rex', 'press the request-to-exit button')
  .option('--held', 'keep it pressed')
  .option('--off', 'let it go')
  .action(async (options: WithDoor & { held?: true; off?: true }) => {
    const { door, held, off } = options;
    if (off !== true) await play({ kind: 'rex', door, active: true }, options, held !== true);
    if (held !== true) await play({ kind: 'rex', door, active: false }, options);
  });
command('monitor', 'move the door')
  .argument('<open|closed>', 'how it stands then', onOff('open', 'closed'))
  .action((open: boolean, options: WithDoor) => play({ kind: 'monitor', door: options.door, open }, options));
command('fire', 'set the fire alarm input')
  .argument('<on|off>', 'what it says then', onOff('on', 'off'))
  .action((active: boolean, options: WithDoor) =>
    play({ kind: 'fire', door: options.door, active }, options),
  );
command('tamper', "set the tamper contact of the door's hardware")
  .argument('<on|off>', 'what it says then', onOff('on', 'off'))
  .action((active: boolean, options: WithDoor) =>
    play({ kind: 'tamper', door: options.door, active }, options),
  );
command('bolt', 'move the bolt, as the lock monitor sees it')
  .argument('<locked|unlocked>', 'how it is then', onOff('locked', 'unlocked'))
  .action((locked: boolean, options: WithDoor) =>
    play({ kind: 'bolt', door: options.door, locked }, options),
  );
command('line', 'break the supervised line of a contact, or mend it')
  .addArgument(new Argument('<contact>').choices(['monitor', 'lockMonitor', 'rex', 'fire', 'tamper']))
  .addArgument(new Argument('<fault>').choices(['open', 'short', 'cut', 'sound']))
  .action((contact: Contact, fault: LineFault | 'sound', options: WithDoor) =>
    play({ kind: 'line', door: options.door, contact, fault }, options),
  );
addPhoneCommand(program);
addReaderCommand(program);

await program.parseAsync(process.argv);
