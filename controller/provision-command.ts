/** `provision`: makes this console one of a building's (PROTOCOL "Enrolment"). */
import { createInterface } from 'node:readline';
import type { ControllerConfig } from '../config/load.ts';
import type { EnrolProblemCode } from '../sync/links/enrol/enrol-refusal.ts';
import {
  lineCount,
  type PairingCode,
  pairingCodeOf,
  readPairingCode,
  readPairingLine,
} from '../sync/protocol/pairing-code.ts';
import { finishWipe } from './decommission.ts';
import { exitCodes } from './exit-codes.ts';
import { lockState, StateInUse } from './store/state-lock.ts';

export interface ProvisionOptions {
  /** What the QR code says, or the typed code as a whole; absent: asked for line by line. */
  readonly code?: string;
  /** Of the enrolment service; not needed with what the QR code says. */
  readonly url?: string;
  readonly replace?: true;
  readonly json?: true;
}

type Told =
  | { readonly kind: 'told'; readonly code: PairingCode; readonly url: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** Ends with a sentence and an exit code; a refusal leaves the state folder as it was. */
export async function provision(
  { stateDir }: ControllerConfig,
  options: ProvisionOptions,
  refuse: (sentence: string, exitCode: number) => void,
): Promise<void> {
  const told =
    options.code === undefined ? await askForCode(options.url) : readTold(options.code, options.url);
  if (told.kind === 'refused') return refuse(told.problem, exitCodes.usage);
  let lock: { release(): void };
  try {
    lock = lockState(stateDir);
  } catch (error) {
    if (error instanceof StateInUse) return refuse(error.message, exitCodes.unavailable);
    throw error;
  }
  try {
    finishWipe(stateDir);
    const ending = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
    const say = (facts: Readonly<Record<string, string>>, text: string): void => {
      process.stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : `${text}\n`);
    };
    // X.509 and JOSE: only this command waits for them.
    const { enrol } = await import('../sync/links/enrol/enrol.ts');
    const outcome = await enrol({
      stateDir,
      code: told.code,
      url: told.url,
      replace: options.replace === true,
      now: () => Date.now(),
      onWaiting: ({ pairing, fingerprint }) =>
        say(
          { state: 'waiting', pairing, fingerprint },
          `This console shows  ${fingerprint.slice(0, 3)} ${fingerprint.slice(3)}\n` +
            `The head-end must show the same for pairing ${pairing}; then confirm it there:\n` +
            `  vestibule-headend confirm ${pairing} --device ID --digits ${fingerprint}`,
        ),
      signal: ending.signal,
    });
    if (outcome.kind === 'enrolled') {
      const { device, building } = outcome;
      return say(
        { state: 'enrolled', device, building },
        `Enrolled as ${device} in ${building}. Start it with: vestibule run`,
      );
    }
    const { code, problem } = outcome;
    if (options.json === true) say({ state: 'refused', code, problem }, '');
    return refuse(`${problem} [${code}]`, exitCodeOf(code));
  } finally {
    lock.release();
  }
}

const anotherTryMayDo: ReadonlySet<EnrolProblemCode> = new Set(['unreachable', 'rateLimited', 'interrupted']);

function exitCodeOf(code: EnrolProblemCode): number {
  if (code === 'alreadyEnrolled') return exitCodes.usage;
  return anotherTryMayDo.has(code) ? exitCodes.unavailable : exitCodes.refused;
}

function readTold(text: string, address: string | undefined): Told {
  const read = readPairingCode(text);
  if (read.kind === 'refused') return read;
  return withAddress(read.code, read.url ?? address);
}

/** The address may be typed without its `https://`. */
function withAddress(code: PairingCode, address: string | undefined): Told {
  const text = address?.trim() ?? '';
  const url = text.includes('://') ? text : `https://${text}`;
  if (text !== '' && URL.canParse(url) && new URL(url).protocol === 'https:') {
    return { kind: 'told', code, url: new URL(url).origin };
  }
  return {
    kind: 'refused',
    problem:
      'The address of the head-end is missing or not like https://head-end.example:8443; name it with --url.',
  };
}

/** What the QR code says when a scanner types it, else address and lines as a person types them. */
async function askForCode(url: string | undefined): Promise<Told> {
  const input = createInterface({ input: process.stdin });
  const lines = input[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string | undefined> => {
    process.stderr.write(`${question}: `);
    const next = await lines.next();
    return next.done === true ? undefined : next.value;
  };
  try {
    let address = url;
    if (address === undefined) {
      const first = await ask('Scan the QR code, or type the address of the head-end');
      if (first === undefined) return ended;
      if (first.trim().toUpperCase().startsWith('VESTIBULE:')) return readTold(first, undefined);
      address = first;
    }
    const typed: Uint8Array[] = [];
    while (typed.length < lineCount) {
      const number = typed.length + 1;
      const line = await ask(`Line ${number} of ${lineCount}`);
      if (line === undefined) return ended;
      const read = readPairingLine(line, number);
      if (read.kind === 'line') typed.push(read.bytes);
      else process.stderr.write(`${read.problem}\n`);
    }
    return withAddress(pairingCodeOf(typed), address);
  } finally {
    input.close();
  }
}

const ended = {
  kind: 'refused',
  problem: 'The code ended too soon; type all of it, or give it with --code.',
} as const satisfies Told;
