/** `mode`: an operator sets what a door does, until it is set again or for a time. */
import { parseDuration } from '../../../config/units.ts';
import { SetDoorModeArgs } from '../../protocol/messages.ts';
import { askControl } from '../control/client.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { CommandOutcome } from '../service/command-desk.ts';
import { complain, say, withState } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { orderRefusal } from './order-refusals.ts';
import { deviceFor, mustExist } from './orders.ts';

export const settableModes = SetDoorModeArgs.shape.mode.options;

export interface ModeOptions {
  readonly for?: string;
  readonly device?: string;
}

export const modeCommand = (
  stateDir: string,
  door: string,
  mode: string,
  options: ModeOptions,
): Promise<void> =>
  withState(stateDir, async ({ store, stateDir: folder }) => {
    mustExist(store, 'door', door);
    const until = endOf(options.for);
    const device = deviceFor(store, options.device);
    const asked = await askControl<CommandOutcome, 'setDoorMode'>(folder, 'setDoorMode', {
      device,
      ...SetDoorModeArgs.parse({ door, mode, ...(until === undefined ? {} : { until }) }),
    });
    if (asked.kind === 'notRunning') {
      throw new HeadEndError(
        'notRunning',
        'The head-end is not running; start it with: vestibule-headend run',
      );
    }
    const { value } = asked;
    if (value.kind === 'noAnswer') {
      return complain(
        `The device did not answer; ${door} is as it was, or as you set it.`,
        exitCodes.unavailable,
      );
    }
    if (value.outcome === 'done') {
      const what = mode === 'normal' ? 'again as its hours say' : mode;
      return say(`${door} is ${what}${until === undefined ? '' : ` until ${until}`}.`);
    }
    const why = value.reason === undefined ? '' : ` (${value.reason})`;
    const refused =
      orderRefusal(value, { device, door, until }) ?? `the device answered ${value.outcome}${why}.`;
    return complain(`Not set: ${refused}`, exitCodes.unavailable);
  });

function endOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0)
    throw new HeadEndError('badInput', `"${text}" is no time; write for example --for 90min or --for 8h.`);
  return new Date(Date.now() + ms).toISOString();
}
