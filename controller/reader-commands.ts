import { type Command, InvalidArgumentError } from 'commander';
import { formatDuration, parseDuration } from '../config/units.ts';
import { maxWindowMs, type ReaderRequest } from './reader-protocol.ts';

const defaultWindow = '5min';

function windowMs(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined || ms < 1_000 || ms > maxWindowMs)
    throw new InvalidArgumentError(
      `say how long, such as ${defaultWindow}; at most ${formatDuration(maxWindowMs)}.`,
    );
  return ms;
}

/** `vestibule reader …`. */
export function addReaderCommands(
  program: Command,
  run: (order: ReaderRequest, json: boolean) => Promise<void> | void,
): void {
  const readers = program.command('reader').description('readers: how they stand, and their keys');
  const command = (usage: string, text: string): Command =>
    readers.command(usage).description(text).option('--json', 'as one JSON object');
  command('list', 'every reader and how it stands').action(({ json }: { json?: true }) =>
    run({ kind: 'list' }, json === true),
  );
  command(
    'commission <reader>',
    'let one reader, in its installation mode, have a key of its own; waits for it',
  )
    .option('-w, --window <time>', 'for how long', windowMs, windowMs(defaultWindow))
    .action((reader: string, { json, window }: { json?: true; window: number }) =>
      run({ kind: 'commission', reader, windowMs: window }, json === true),
    );
  command(
    'read <reader>',
    'what the next card or tag at this reader is, as the building file wants it; it opens nothing',
  ).action((reader: string, { json }: { json?: true }) => run({ kind: 'read', reader }, json === true));
  command('rotate <reader>', 'another key for a reader that is online').action(
    (reader: string, { json }: { json?: true }) => run({ kind: 'rotate', reader }, json === true),
  );
}
