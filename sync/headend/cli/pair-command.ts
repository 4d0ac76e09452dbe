/** `pair` and `confirm`: bringing a console into the building (PROTOCOL "Enrolment" 1 and 3). */
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { pairingLines, pairingText } from '../../protocol/pairing-code.ts';
import { askControl } from '../control/client.ts';
import type { Health } from '../control/requests.ts';
import { rowLabel } from '../dataset/summary.ts';
import type { EnrolmentBooks, WaitingDevice } from '../enrolment/enrolment-books.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { OpenHeadEnd } from '../open-head-end.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { complain, say, untilToldToEnd, withState } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { sayList } from './say-list.ts';
import { terminalQr } from './terminal-qr.ts';

/** The store tells nobody when it grows; a look costs one pragma. */
const lookEveryMs = 200;

export interface PairOptions {
  readonly building?: string;
  readonly broker?: string;
  readonly refuse?: string;
}

/** `pair`: shows a code and waits for the device that comes with it. */
export const pairCommand = (stateDir: string, options: PairOptions): Promise<void> =>
  withState(stateDir, async (books) => {
    const { books: enrolment } = await books.enrolment();
    if (options.refuse !== undefined) {
      enrolment.refuse(options.refuse.toUpperCase());
      return say(`Refused: nothing was given to the device in pairing ${options.refuse.toUpperCase()}.`);
    }
    const building = books.store.dataset.building() ?? '';
    if (options.building !== undefined && options.building !== building) {
      throw new HeadEndError(
        'otherBuilding',
        `This head-end serves the building "${building}", not "${options.building}"; name the other one's --state.`,
      );
    }
    const served = await servedAddresses(books);
    const broker = options.broker ?? served.broker;
    const { id, code, expiresAt } = enrolment.makePairing(broker);
    const lines = pairingLines(code);
    for (const line of terminalQr(pairingText(code, served.url), {
      coloured: process.stdout.isTTY === true,
    }))
      say(line);
    say(`Pairing ${id} for ${building}; good for one console until ${new Date(expiresAt).toISOString()}.`);
    say(`On the console: vestibule provision, then scan this, or type the address and the five lines:`);
    say(`  address  ${served.url}`);
    for (const [index, line] of lines.entries()) say(`  line ${index + 1}   ${line}`);
    say(`Its broker will be ${broker}.`);
    await awaitDevice(books.store, enrolment, id);
  });

async function servedAddresses({ stateDir }: OpenHeadEnd): Promise<{ url: string; broker: string }> {
  const health = await askControl<Health, 'health'>(stateDir, 'health', {});
  if (health.kind === 'answer' && health.value.enrolment !== undefined) {
    return { url: health.value.enrolment, broker: health.value.broker };
  }
  throw new HeadEndError(
    'notRunning',
    'No enrolment service is running; start the head-end with: vestibule-headend run --enrolment https://HOST:PORT',
  );
}

/** Until a device has come, the code has expired, or the user has seen enough. */
async function awaitDevice(store: HeadEndStore, enrolment: EnrolmentBooks, id: string): Promise<void> {
  const signal = untilToldToEnd();
  let version = -1;
  while (!signal.aborted) {
    const now = store.dataVersion();
    const pairing = now === version ? undefined : store.enrolment.pairing(id);
    version = now;
    if (pairing !== undefined && pairing.state !== 'open') {
      if (pairing.state === 'claimed') sayWaiting(enrolment.waitingIn(id));
      return;
    }
    if (Date.now() >= (store.enrolment.pairing(id)?.expiresAt ?? 0)) {
      return complain(
        'No console came in time; make a new code with: vestibule-headend pair',
        exitCodes.unavailable,
      );
    }
    await pause(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}

function sayWaiting({ pairing, fingerprint }: WaitingDevice): void {
  say(`A console waits in pairing ${pairing}. It must show ${spaced(fingerprint)}; then confirm it with:`);
  say(`  vestibule-headend confirm ${pairing} --device ID --digits DIGITS (those that it shows)`);
  say(`If it shows anything else: vestibule-headend pair --refuse ${pairing}`);
}

const spaced = (digits: string): string => `${digits.slice(0, 3)} ${digits.slice(3)}`;

export interface ConfirmOptions {
  readonly device?: string;
  readonly digits?: string;
  readonly replace?: true;
}

/** `confirm`: makes the waiting console one of the building's; without a pairing it lists those that wait. */
export const confirmCommand = (
  stateDir: string,
  pairing: string | undefined,
  { device, digits, replace }: ConfirmOptions,
): Promise<void> =>
  withState(stateDir, async (books) => {
    const { books: enrolment } = await books.enrolment();
    if (pairing === undefined) {
      const waiting = enrolment.waiting();
      if (waiting.length === 0) return say('No console waits to be confirmed.');
      for (const one of waiting) say(`${one.pairing}  shows ${spaced(one.fingerprint)}`);
      return;
    }
    if (device === undefined) {
      throw new HeadEndError('badInput', 'Say what the console shall be called: --device ID, such as lobby.');
    }
    const waiting = enrolment.waitingIn(pairing.toUpperCase());
    if (digits === undefined && process.stdin.isTTY !== true) {
      throw new HeadEndError(
        'badInput',
        'Say which six digits the console shows: --digits DIGITS. There is no terminal here at which anybody could be asked.',
      );
    }
    showWhatIsAsked(books, waiting, device);
    if (!(await isTheSame(waiting, digits))) {
      return complain(
        `Not confirmed; if the console shows other digits, refuse it with: vestibule-headend pair --refuse ${waiting.pairing}`,
        exitCodes.data,
      );
    }
    const list = await enrolment.confirm(waiting.pairing, device, { replace: replace === true });
    say(`Confirmed: ${device} fetches its certificate now and can then be started.`);
    if (list !== undefined) {
      sayList(
        list,
        `${device} is confirmed, but the certificate of the console before it is not on the broker's revocation list`,
      );
    }
  });

function showWhatIsAsked(
  { store }: OpenHeadEnd,
  { pairing, fingerprint }: WaitingDevice,
  device: string,
): void {
  say(`pairing   ${pairing}`);
  say(`digits    ${spaced(fingerprint)}`);
  say(`device    ${device}`);
  say(`building  ${store.dataset.building() ?? ''}`);
  const doors = store.dataset.tableRows('door').map(({ id, row }) => {
    const label = rowLabel('door', JSON.parse(row ?? '{}') as Record<string, unknown>);
    return label === undefined ? id : `${id} (${label})`;
  });
  say(`doors     ${doors.join(', ') || 'none is published yet'}`);
}

/** The person has compared the digits (PROTOCOL "Enrolment" 3): given with `--digits`, or asked for at the terminal. */
async function isTheSame({ fingerprint }: WaitingDevice, digits: string | undefined): Promise<boolean> {
  if (digits !== undefined) return digits.replace(/\s/g, '') === fingerprint;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await asking.question(`Does the console show ${spaced(fingerprint)}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    // Ctrl-C or Ctrl-D: nobody has said yes. They leave the cursor behind the question.
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    say('');
    return false;
  } finally {
    asking.close();
  }
}
