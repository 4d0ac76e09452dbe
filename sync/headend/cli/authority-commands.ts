/** `broker-certificate` and `devices remove`: what the building's CA gives and takes back. */
import { resolve } from 'node:path';
import { askControl } from '../control/client.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { CommandOutcome } from '../service/command-desk.ts';
import { say, withState } from './context.ts';

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
    await (await books.enrolment()).books.brokerCertificate(host, folder);
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
    const wiped = await decommission(books.stateDir, id);
    await (await books.enrolment()).books.remove(id);
    say(
      wiped
        ? `Removed ${id}: it has wiped its keys, its data and its events.`
        : `Removed ${id}, which could not be reached: its state folder must be deleted by hand. If it was stolen, give out new codes: it holds their hashes and the site key.`,
    );
    say('Let the broker reload its revocation list now (Mosquitto: systemctl reload mosquitto).');
  });

async function decommission(stateDir: string, device: string): Promise<boolean> {
  try {
    const asked = await askControl<CommandOutcome, 'tell'>(stateDir, 'tell', { device, op: 'decommission' });
    return asked.kind === 'answer' && asked.value.kind === 'result' && asked.value.outcome === 'done';
  } catch (error) {
    if (error instanceof HeadEndError && error.code === 'deviceOffline') return false;
    throw error;
  }
}
