/** What this process knows of its conversation with each device; nothing of it survives a restart. */
export interface DeviceLink {
  /** Of the latest hello; absent: not heard since the start, or gone. */
  session?: string;
  /** Of the hellos that were heard, the newest last. */
  readonly nonces: Set<string>;
  /** The log that the latest hello named, and how far the device believes it to be acknowledged. */
  log?: { readonly id: string; readonly acked: number };
  /** Deltas up to this (epoch, seq) have been sent and not yet been given up. */
  sent: { readonly epoch: number; readonly seq: number };
  /** Monotonic; when dataset messages were last sent, or chunks last asked for. */
  sentAtMs: number;
  invitedAtMs?: number;
  denialsSentAtMs?: number;
  /** Every log that hellos to this process have named. */
  readonly logs: Set<string>;
  /** When it last made us begin a new epoch. */
  newEpochAtMs?: number;
  /** Since when it is taken to be gone, while the grace runs. */
  goneAtMs?: number;
}

const noncesKept = 1_000;

/** A device makes a new nonce for each hello: one that was heard before is a copy. False: this is one. */
export function takeHello(
  link: DeviceLink,
  { session, nonce }: { readonly session: string; readonly nonce: string },
): boolean {
  const { nonces } = link;
  if (nonces.has(nonce)) return false;
  nonces.add(nonce);
  for (const oldest of nonces) {
    if (nonces.size <= noncesKept) break;
    nonces.delete(oldest);
  }
  link.session = session;
  return true;
}

export class DeviceLinks {
  readonly #links = new Map<string, DeviceLink>();

  of(device: string): DeviceLink {
    const found = this.#links.get(device);
    if (found !== undefined) return found;
    const link: DeviceLink = {
      sent: { epoch: 0, seq: 0 },
      sentAtMs: Number.NEGATIVE_INFINITY,
      nonces: new Set(),
      logs: new Set(),
    };
    this.#links.set(device, link);
    return link;
  }
}
