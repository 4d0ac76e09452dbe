/** `vestibule-sim reader`: an OSDP reader on a pty, and its keypad in this terminal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Command, InvalidArgumentError } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { PtyFault } from './pty.ts';
import { helpText, readTyped, shownBy } from './reader-lines.ts';
import { SimulatedReaders, simulatedSettings } from './simulated-reader.ts';

interface ReaderOptions {
  readonly device: string;
  readonly address: number;
  readonly memory: string;
}

const addressOf = (value: string): number => {
  const address = Number(value);
  if (!Number.isInteger(address) || address < 0 || address > 126)
    throw new InvalidArgumentError('say 0 to 126.');
  return address;
};

export function addReaderCommand(program: Command): void {
  program
    .command('reader')
    .description('be an OSDP reader on a serial line without hardware, and type at its keypad here')
    .option('--device <path>', 'the device file to make', './reader.tty')
    .option('-a, --address <number>', 'its address', addressOf, 0)
    .option('--memory <file>', 'where it keeps its key, as a reader does without power', './reader.key')
    .action(play);
}

/** Otherwise it has been said why there is no line. */
function isStarted(reader: SimulatedReaders): boolean {
  try {
    reader.start();
    return true;
  } catch (error) {
    if (!(error instanceof PtyFault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodes.unavailable;
    return false;
  }
}

/** Its key from an earlier run; none: it is as from the factory. */
function remembered(file: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromHex(readFileSync(file, 'utf8').trim());
  } catch {
    return undefined;
  }
}

async function play({ device, address, memory }: ReaderOptions): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const scbk = remembered(memory);
  const reader = new SimulatedReaders({
    path: resolve(device),
    readers: [simulatedSettings(address, scbk)],
    onDid: (_, command) => {
      if (command.kind === 'KEYSET') writeFileSync(memory, `${command.key.toHex()}\n`, { mode: 0o600 });
      const shown = shownBy(command);
      if (shown !== undefined) say(shown);
    },
    onChannel: (_, up) => say(up ? 'secure channel: up' : 'secure channel: down'),
  });
  if (!isStarted(reader)) return;
  say(
    `OSDP reader on ${resolve(device)}, address ${address}, ${scbk === undefined ? 'in its installation mode: it has no key yet' : 'with the key that it has'}.`,
  );
  say('Type keys, such as 48292613#, or "help".');
  const terminal = createInterface({ input: process.stdin });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => terminal.close());
  for await (const line of terminal) {
    if (line.trim() === '') continue;
    const typed = readTyped(line);
    if (typed.kind === 'quit') break;
    if (typed.kind === 'actions') for (const action of typed.actions) reader.act(address, action);
    if (typed.kind === 'help') process.stdout.write(helpText);
    if (typed.kind === 'unplug') {
      await reader.close();
      say('Unplugged: the device file is gone, and the panel hears that the line is.');
    }
    if (typed.kind === 'plug') {
      if (!isStarted(reader)) break;
      say(`Plugged in: the line is at ${resolve(device)}.`);
    }
    if (typed.kind === 'misunderstood') say('That is nothing that this reader knows; type "help".');
    if (typed.kind === 'reset') {
      writeFileSync(memory, '', { mode: 0o600 });
      reader.replace(address, simulatedSettings(address, undefined));
      say('In its installation mode: it has no key.');
    }
  }
  terminal.close();
  await reader.close();
}
