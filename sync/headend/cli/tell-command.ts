import { askControl } from '../control/client.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { CommandOutcome } from '../service/command-desk.ts';
import { complain, say, withState } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { orderRefusal } from './order-refusals.ts';

/** Enough to tell two digests apart. */
const digestShown = 16;

/** `report` and `identify`: what a console says of itself. */
export const tellCommand = (stateDir: string, op: 'report' | 'identify', device: string): Promise<void> =>
  withState(stateDir, async ({ store, stateDir: folder }) => {
    if (store.devices.get(device) === undefined) {
      const ids = store.devices.all().map(({ id }) => id);
      throw new HeadEndError(
        'unknownDevice',
        `There is no device "${device}"; there is ${ids.join(', ') || 'none'}.`,
      );
    }
    const asked = await askControl<CommandOutcome, 'tell'>(folder, 'tell', { device, op });
    if (asked.kind === 'notRunning') {
      throw new HeadEndError(
        'notRunning',
        'The head-end is not running; start it with: vestibule-headend run',
      );
    }
    const { value } = asked;
    if (value.kind === 'noAnswer') {
      return complain(`${device} did not answer.`, exitCodes.unavailable);
    }
    if (value.outcome !== 'done') {
      const why = value.reason === undefined ? '' : ` (${value.reason})`;
      const refused = orderRefusal(value, { device }) ?? `${device} answered ${value.outcome}${why}.`;
      return complain(refused, exitCodes.unavailable);
    }
    if (op === 'report') {
      // Nothing that looks like a code's hash is printed, so that nobody has to wonder.
      const digest = value.state?.digest.slice(0, digestShown);
      return say(JSON.stringify({ ...value.state, digest }, null, 2));
    }
    return say(`${device} has written it into its log and its events: Identified.`);
  });
