/** Why a console has not carried out an order, where that is no decision about access: what to do about it. */
import type { CommandRefusal } from '../../plan/command.ts';

export interface Order {
  readonly device: string;
  /** Absent: the order concerns none. */
  readonly door?: string;
  /** RFC 3339; absent: the order does not end by itself. */
  readonly until?: string | undefined;
  /** On whose behalf it is. */
  readonly by?: { readonly kind: string };
}

/** PROTOCOL "Every other command": each reason but a decision's own, and what disk and lock refuse. */
type OrderRefusal = CommandRefusal | 'aborted' | 'storageFault' | 'doorFault';

const sentences: Readonly<Record<OrderRefusal, (order: Order) => string>> = {
  session: ({ device }) => `${device} has connected anew in this moment; try again.`,
  n: ({ device }) => `${device} had taken a later order before this one came; try again.`,
  expired: ({ device }) =>
    `The order came to ${device} too late; look at the network between broker and console, and try again.`,
  life: ({ device }) =>
    `${device} lets no order live so long; bring the console and this head-end to the same release.`,
  future: ({ device }) =>
    `The order is dated ahead of the clock of ${device}; look at the clock of this machine (timedatectl), and try again.`,
  noClock: ({ device }) =>
    `${device} does not know the time yet, which it gets from this head-end; try again in a few seconds.`,
  unknownOp: ({ device }) =>
    `${device} does not know this order; bring it to the release of this head-end (vestibule-headend devices shows which it has).`,
  badArguments: ({ device, door, until }) => {
    if (door === undefined)
      return `${device} does not understand this order; bring the console and this head-end to the same release.`;
    const orPast = until === undefined ? '' : `, or its clock is past ${until}`;
    return `${device} does not drive the door ${door}${orPast}; name the console that does with --device, or add the door to the configuration of ${device}.`;
  },
  aborted: ({ device }) => `${device} was cut off before it did anything; try again.`,
  storageFault: ({ device }) =>
    `The disk of ${device} refused, so nothing was done; run vestibule doctor there.`,
  doorFault: ({ device, door = '' }) =>
    `The lock of the door ${door} does not obey ${device}; look at its wiring, and run vestibule doctor there.`,
};

const isOrderRefusal = (reason: string): reason is OrderRefusal => Object.hasOwn(sentences, reason);

/**
 * One sentence with the way out, the reason at its end; undefined for a decision about access, which is an answer, and for
 * a reason of a later release.
 */
export function orderRefusal(
  { reason }: { readonly reason?: string | null },
  order: Order,
): string | undefined {
  if (reason === undefined || reason === null || !isOrderRefusal(reason)) return undefined;
  // Of a guest it is the invitation that is over.
  if (reason === 'expired' && order.by?.kind === 'guest') return undefined;
  return `${sentences[reason](order)} [${reason}]`;
}
