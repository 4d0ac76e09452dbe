/** `vestibule-sim phone …`: what the simulated phone's page does, for scripts and for people without a browser. */
import { request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { PhoneAction, PhonePreset } from './phone-machine.ts';
import { dtmfDigits, PhoneRefusal, PhoneView, phonePresets } from './phone-view.ts';

interface Options {
  readonly port: number;
  readonly json?: true;
}

interface Question {
  readonly path: string;
  readonly body?: PhoneAction | { readonly preset: PhonePreset };
}

/** Rejects where nobody answers, or somebody else. */
async function ask(port: number, { path, body }: Question): Promise<PhoneView | PhoneRefusal> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // As the page would: other origins are refused.
  const headers = { origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' };
  const method = body === undefined ? 'GET' : 'POST';
  const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
    textOf(response).then(resolve, reject);
  });
  sent.once('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const answer: unknown = JSON.parse(await promise);
  const refusal = PhoneRefusal.safeParse(answer);
  return refusal.success ? refusal.data : PhoneView.parse(answer);
}

async function play(question: Question, { port, json }: Options): Promise<void> {
  let answer: PhoneView | PhoneRefusal;
  try {
    answer = await ask(port, question);
  } catch {
    process.stderr.write(
      `No simulated phone answers on port ${port} of 127.0.0.1; start a controller that has one ("npm start" or "vestibule run"), or name its port with --port.\n`,
    );
    process.exitCode = exitCodes.unavailable;
    return;
  }
  const text = 'error' in answer ? answer.sentence : describe(answer);
  if ('error' in answer) process.exitCode = exitCodes.unavailable;
  ('error' in answer && json !== true ? process.stderr : process.stdout).write(
    `${json === true ? JSON.stringify(answer) : text}\n`,
  );
}

const describe = ({ title, sentence, digits, heardSentences, preset }: PhoneView): string =>
  [
    `${title} (simulated). ${sentence}`,
    ...(digits === '' ? [] : [`Pressed: ${digits}`]),
    ...heardSentences,
    `The next calls meet: ${preset}`,
  ].join('\n');

const portNumber = (value: string): number => {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError('say 1 to 65535.');
  return port;
};

export function addPhoneCommand(program: Command): void {
  const phone = program
    .command('phone')
    .description('play whoever is called, at the simulated phone of a running controller');
  const command = (usage: string, description: string): Command =>
    phone
      .command(usage)
      .description(description)
      .option('-p, --port <number>', "the port of the phone's page", portNumber, 8090)
      .option('--json', 'how the phone stands then, as one JSON object');
  const act = (action: PhoneAction, options: Options): Promise<void> =>
    play({ path: '/api/phone/act', body: action }, options);

  command('show', 'say how the phone stands').action((options: Options) =>
    play({ path: '/api/phone' }, options),
  );
  command('answer', 'answer the call that rings').action((options: Options) =>
    act({ kind: 'answer' }, options),
  );
  command('decline', 'decline the call that rings').action((options: Options) =>
    act({ kind: 'decline' }, options),
  );
  command('press', 'press a key while talking')
    .addArgument(new Argument('<digit>', '0 to 9, * or #').choices(dtmfDigits))
    .action((digit: (typeof dtmfDigits)[number], options: Options) => act({ kind: 'press', digit }, options));
  command('hang-up', 'end the conversation').action((options: Options) => act({ kind: 'hangUp' }, options));
  command('preset', 'choose what the next calls meet')
    .addArgument(new Argument('<name>', 'how it goes').choices(phonePresets))
    .action((preset: PhonePreset, options: Options) =>
      play({ path: '/api/phone/preset', body: { preset } }, options),
    );
}
