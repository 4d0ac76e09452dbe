/** `vestibule reader list | commission | rotate`: asks the running controller over its socket. */
import { join } from 'node:path';
import type { ControllerConfig } from '../config/load.ts';
import { formatDuration } from '../config/units.ts';
import { askControlSocket } from './ask-control-socket.ts';
import { exitCodes } from './exit-codes.ts';
import { ReaderReply, type ReaderRequest, readerSocket } from './reader-protocol.ts';

type Refuse = (sentence: string, exitCode: number) => void;

export interface ReaderCommandOptions {
  readonly json: boolean;
  readonly refuse: Refuse;
}

const ask = async (socketPath: string, body: ReaderRequest): Promise<ReaderReply> =>
  ReaderReply.parse(await askControlSocket(socketPath, body));

const failures: Readonly<Record<string, string>> = {
  notOnline:
    'The reader is not online: see "vestibule reader list". When it is back it goes on with the key that it has.',
  windowClosed:
    'The window has closed and no reader has taken the key. Put the reader into its installation mode (its manual says how), see that its address and speed are those of the configuration, and begin again.',
  notTaken: 'The reader did not take the new key; the one before is still in use. Begin again.',
  storage:
    'The key could not be kept on the disk, so it was not given to the reader. See "vestibule doctor".',
  unknownReader: 'The configuration has no reader of this name: see "vestibule reader list".',
  keyless:
    'This reader has no keys: it is on a plain serial line, or the file with the keys cannot be read ("vestibule doctor").',
  online:
    'The reader works with a key of its own, and stays in service. For another key: "vestibule reader rotate". Commission it when it is not online: reset, or replaced.',
  busy: 'Another reader is being given its key: one at a time. Wait until its window is over.',
  nothingRead:
    'Nothing was held to the reader within a minute, or the reader is not online: see "vestibule reader list".',
  request: 'The running controller does not understand this command: is it of another release?',
};

export async function readerCommand(
  { stateDir, readers }: ControllerConfig,
  order: ReaderRequest,
  { json, refuse }: ReaderCommandOptions,
): Promise<void> {
  if (readers === undefined)
    return refuse(
      'The configuration has no `readers`; docs/readers.md shows how to add some.',
      exitCodes.config,
    );
  const socketPath = join(stateDir, readerSocket);
  let reply: ReaderReply;
  try {
    if (order.kind === 'commission' && !json) invite(order, await ask(socketPath, { kind: 'list' }));
    if (order.kind === 'read' && !json)
      process.stderr.write(`Hold the card or tag to the reader ${order.reader} now: it opens nothing.\n`);
    reply = await ask(socketPath, order);
  } catch {
    return refuse(
      `No controller with readers answers at ${socketPath}; start it with "vestibule run", or name its --config.`,
      exitCodes.unavailable,
    );
  }
  if (json) process.stdout.write(`${JSON.stringify(reply)}\n`);
  if (reply.kind === 'failed' || reply.kind === 'refused') {
    const sentence = failures[reply.why] ?? 'The reader did not take the key.';
    if (json) process.exitCode = exitCodes.unavailable;
    else refuse(sentence, reply.why === 'unknownReader' ? exitCodes.usage : exitCodes.unavailable);
    return;
  }
  if (!json) process.stdout.write(describe(reply));
}

function invite(
  { reader, windowMs }: Extract<ReaderRequest, { kind: 'commission' }>,
  list: ReaderReply,
): void {
  const problem = list.kind === 'list' ? list.readers.find(({ id }) => id === reader)?.problem : undefined;
  process.stderr.write(
    `For ${formatDuration(windowMs)}, or until you end this with Ctrl-C, the reader ${reader} may have a key of its own: put it into its installation mode now.\n${
      problem === undefined ? '' : `It cannot be reached yet and is waited for: ${problem}\n`
    }`,
  );
}

function describe(reply: Extract<ReaderReply, { kind: 'list' | 'keyed' | 'shown' }>): string {
  if (reply.kind === 'keyed') {
    const { vendor, model, serial } = reply.device;
    return `Done: the reader of vendor ${vendor}, model ${model}, serial number ${serial} has a key of its own now, and is known by these.\n`;
  }
  if (reply.kind === 'shown') return describeRead(reply);
  return reply.readers
    .map(
      ({ id, door, state, problem, tamper, powerFailing, device }) =>
        `${id}: ${state}${problem === undefined ? '' : ` (${problem})`}, door ${door}` +
        `${device === undefined ? '' : `, vendor ${device.vendor} model ${device.model} serial ${device.serial} firmware ${device.firmware}`}` +
        `${tamper === true ? ', TAMPER' : ''}${powerFailing === true ? ', POWER FAILING' : ''}\n`,
    )
    .join('');
}

/** In the words of the building file. */
function describeRead({ presented, card }: Extract<ReaderReply, { kind: 'shown' }>): string {
  if (presented.kind === 'text') return `tag: ${presented.line}\n`;
  const numbers =
    card === undefined
      ? ''
      : `   (${card.format}: ${card.facility === undefined ? '' : `facility ${card.facility}, `}card ${card.number})`;
  return `bits: ${presented.bits}, hex: ${presented.hex}${numbers}\n`;
}
