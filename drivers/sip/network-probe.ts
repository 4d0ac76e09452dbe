import { networkInterfaces } from 'node:os';
import type { SipSetup } from './sip-setup.ts';

/**
 * Why the engine would start in vain: it looks for its own address when it starts and then only once a minute, and places
 * no call without one ("Protocol not supported"), not even on loopback. An interface that was named it looks for itself.
 * @returns a sentence, or undefined where there is an address
 */
export function networkProblem(
  { interface: named }: Pick<SipSetup, 'interface'>,
  found = networkInterfaces(),
): string | undefined {
  if (named !== undefined) return undefined;
  const addresses = Object.values(found).flatMap((ofOne) => ofOne ?? []);
  // Link-local ones (RFC 4291, 2.5.6) are there as soon as the cable is, and the engine does not take them.
  return addresses.some(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
    ? undefined
    : 'This console has no network address, so it cannot place calls: check the network cable and the router.';
}
