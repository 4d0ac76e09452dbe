/** `broker-certificate` and `devices remove`: what the building's CA gives and takes back. */
import { resolve } from 'node:path';
import { askControl } from '../control/client.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { CommandOutcome } from '../service/command-desk.ts';
import { complain, say, withState } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { sayList } from './say-list.ts';

export interface BrokerCertificateOptions {
  readonly host: readonly [string, ...string[]];
  readonly out: string;
}

export const brokerCertificateCommand = (
  stateDir: string,
  { host, out }: BrokerCertificateOptions,
): Promise<void> =>
  withState(stateDir, async (books) => {
    const folder = resolve(out);
    const list = await (await books.enrolment()).books.brokerCertificate(host, folder);
    if (list.kind !== 'written')
      return sayList(list, `In ${folder} are server.crt, server.key and ca.crt, but`);
    say(
      `In ${folder}: server.crt and server.key for ${host.join(', ')}, ca.crt, and the revocation list ca.crl.`,
    );
    say('The revocation list is kept there from now on; the broker reads it when it is told to reload.');
  });

/** `devices remove`: wipes the device if it can be reached, then takes its certificate and its key away. */
export const removeDeviceCommand = (stateDir: string, id: string): Promise<void> =>
  withState(stateDir, async (books) => {
    if (books.store.devices.get(id) === undefined) {
      const ids = books.store.devices.all().map((device) => device.id);
      throw new HeadEndError(
        'unknownDevice',
        `There is no device "${id}"; there is ${ids.join(', ') || 'none'}.`,
      );
    }
    // First, while it is still let in: nobody who has been taken out hears a command.
    const wipe = await decommission(books.stateDir, id);
    if (wipe.kind === 'refused') {
      return complain(
        `Not removed: ${id} answered ${wipe.answer} when it was told to wipe itself. Try again; to remove it without that, take it off the network or end vestibule-headend run for the moment.`,
        exitCodes.unavailable,
      );
    }
    const list = await (await books.enrolment()).books.remove(id);
    say(
      wipe.kind === 'wiped'
        ? `Removed ${id}: it has wiped its keys, its data and its events.`
        : `Removed ${id}, which could not be reached: its state folder must be deleted by hand. If it was stolen, give out new codes: it holds their hashes and the site key.`,
    );
    sayList(list, `${id} is removed, but its certificate is not on the broker's revocation list`);
  });

type Wipe =
  | { readonly kind: 'wiped' | 'unreached' }
  /** It is there and has not done it: without its key it could be told no more. */
  | { readonly kind: 'refused'; readonly answer: string };

async function decommission(stateDir: string, device: string): Promise<Wipe> {
  try {
    const asked = await askControl<CommandOutcome, 'tell'>(stateDir, 'tell', { device, op: 'decommission' });
    if (asked.kind === 'notRunning' || asked.value.kind === 'noAnswer') return { kind: 'unreached' };
    const { outcome, reason } = asked.value;
    if (outcome === 'done') return { kind: 'wiped' };
    return { kind: 'refused', answer: reason === undefined ? outcome : `${outcome} (${reason})` };
  } catch (error) {
    if (error instanceof HeadEndError && error.code === 'deviceOffline') return { kind: 'unreached' };
    throw error;
  }
}
