/** `revoke`, `reinstate`, `lockdown`, `unlock`: orders that a running head-end carries out at once. */
import { DoorId } from '../../../controller/core/dataset.ts';
import { CommandBy, LockdownScope } from '../../protocol/messages.ts';
import { askControl, type ControlAnswer } from '../control/client.ts';
import type { ControlRequest } from '../control/requests.ts';
import type { Published } from '../dataset/publish-rows.ts';
import { rowLabel, typedId } from '../dataset/summary.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { CommandOutcome } from '../service/command-desk.ts';
import { type LockdownState, lockdownTopic } from '../store/command-store.ts';
import type { DeviceRow } from '../store/device-store.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { awaitDevices, reached } from './await-devices.ts';
import { complain, notServing, say, withState } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { type Order, orderRefusal } from './order-refusals.ts';
import { show } from './publish-command.ts';

/** `revoke` and `reinstate`. */
export const rowCommand = (
  stateDir: string,
  order: 'revoke' | 'reinstate',
  table: string,
  id: string,
): Promise<void> =>
  withState(stateDir, async (books) => {
    const served = await askControl<Published, typeof order>(books.stateDir, order, { table, id });
    const published = served.kind === 'answer' ? served.value : books.desk[order](table, id);
    show(published);
    if (published.kind === 'unchanged') return;
    if (served.kind === 'answer') await awaitDevices(books.store, reached(published.epoch, published.seq));
    else say(notServing);
  });

export const lockdownCommand = (stateDir: string, on: boolean, scope: string): Promise<void> =>
  withState(stateDir, async (books) => {
    checkScope(books.store, scope);
    const served = await askControl<LockdownState, 'lockdown'>(books.stateDir, 'lockdown', { scope, on });
    const state = served.kind === 'answer' ? served.value : books.desk.lockdown(scope, on);
    say(`Lockdown of ${scope} is ${on ? 'on' : 'off'}.`);
    if (served.kind === 'notRunning') return say(notServing);
    await awaitDevices(books.store, ({ id }: DeviceRow) => {
      const command = books.store.commands.byTopic(id, lockdownTopic(state));
      if (command?.outcome === 'rejected') {
        const { reason } = command;
        return { refused: orderRefusal({ reason }, { device: id }) ?? `${reason ?? 'no reason given'}.` };
      }
      return command?.outcome === 'done' ? 'done' : 'waiting';
    });
  });

type UnlockOrder = ControlRequest<'unlock'>;

export interface UnlockOptions {
  readonly by?: string;
  readonly device?: string;
  readonly extended?: true;
  /** The call for which it is. */
  readonly call?: string;
}

export const unlockCommand = (stateDir: string, door: string, options: UnlockOptions): Promise<void> =>
  withState(stateDir, async ({ store, stateDir: folder }) => {
    mustExist(store, 'door', door);
    const device = deviceFor(store, options.device);
    const by = byOf(store, options.by);
    const asked = await askControl<CommandOutcome, 'unlock'>(folder, 'unlock', {
      device,
      door: DoorId.parse(door),
      by,
      ...(options.extended === true ? { extended: true } : {}),
      ...(options.call === undefined ? {} : { call: options.call }),
    });
    told(asked, { done: `Unlocked ${door}.`, not: 'Not unlocked', order: { device, door, by } });
  });

export interface AnswerOptions {
  readonly by?: string;
  readonly device?: string;
}

/** As the called resident's app would: the console's telephone stops ringing. */
export const answerCommand = (stateDir: string, call: string, options: AnswerOptions): Promise<void> =>
  withState(stateDir, async ({ store, stateDir: folder }) => {
    const device = deviceFor(store, options.device);
    const asked = await askControl<CommandOutcome, 'answer'>(folder, 'answer', {
      device,
      call,
      by: byOf(store, options.by),
    });
    told(asked, { done: 'Answered.', not: 'Not answered', order: { device } });
  });

/** What the device said to an order, for the person who gave it. A denied access is an answer, not a failure. */
function told(
  asked: ControlAnswer<CommandOutcome>,
  { done, not, order }: { readonly done: string; readonly not: string; readonly order: Order },
): void {
  if (asked.kind === 'notRunning') {
    throw new HeadEndError('notRunning', 'The head-end is not running; start it with: vestibule-headend run');
  }
  const { value } = asked;
  if (value.kind === 'noAnswer') {
    complain(
      'The device did not answer; look at the door and at vestibule-headend watch before you try again.',
      exitCodes.unavailable,
    );
  } else if (value.outcome === 'done') say(done);
  else {
    const refused = orderRefusal(value, order);
    const why = value.reason === undefined ? '' : ` (${value.reason})`;
    const sentence = `${not}: ${refused ?? `the device answered ${value.outcome}${why}.`}`;
    if (refused === undefined && value.outcome === 'rejected') say(sentence);
    else complain(sentence, exitCodes.unavailable);
  }
}

export function deviceFor(store: HeadEndStore, named: string | undefined): string {
  const ids = store.devices.all().map(({ id }) => id);
  const [only, ...more] = ids;
  if (named !== undefined) {
    if (ids.includes(named)) return named;
    throw new HeadEndError(
      'unknownDevice',
      `There is no device "${named}"; there is ${ids.join(', ') || 'none'}.`,
    );
  }
  if (only === undefined) {
    throw new HeadEndError(
      'unknownDevice',
      'No device has been added yet: vestibule-headend devices add ID --out DIR --broker URL',
    );
  }
  if (more.length > 0) {
    throw new HeadEndError(
      'whichDevice',
      `Say which device drives the door: --device ${ids.join(' or --device ')}.`,
    );
  }
  return only;
}

function byOf(store: HeadEndStore, text: string | undefined): UnlockOrder['by'] {
  const [kind, id] = text?.split(':', 2) ?? [];
  const by = CommandBy.safeParse({ kind, id });
  if (!by.success) {
    const staff = store.dataset
      .tableRows('staff')
      .slice(0, 5)
      .map(({ id: staffId }) => `staff:${staffId}`);
    throw new HeadEndError(
      'badInput',
      `Say on whose behalf: --by staff:ID, resident:ID or guest:ID, or $VESTIBULE_HEADEND_BY${staff.length === 0 ? '' : ` (here for example ${staff.join(', ')})`}.`,
    );
  }
  mustExist(store, by.data.kind, by.data.id);
  return by.data;
}

function checkScope(store: HeadEndStore, scope: string): void {
  if (!LockdownScope.safeParse(scope).success) {
    throw new HeadEndError('badInput', 'The scope must be building, area:ID or door:ID.');
  }
  const [table, id] = scope.split(':', 2);
  if (table !== undefined && id !== undefined) mustExist(store, table, id);
}

export function mustExist(store: HeadEndStore, table: string, id: string): void {
  if ((store.dataset.row(table, id)?.row ?? null) !== null) return;
  const some = store.dataset
    .tableRows(table)
    .slice(0, 8)
    .map((row) => {
      const label = rowLabel(table, JSON.parse(row.row ?? '{}') as Record<string, unknown>);
      return label === undefined ? row.id : `${row.id} (${label})`;
    });
  const hint = some.length === 0 ? 'none is published' : `there are for example ${some.join(', ')}`;
  throw new HeadEndError('unknownRow', `No ${table} has ${typedId(id)}; ${hint}.`);
}
