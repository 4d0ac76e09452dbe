/** What this process knows of its conversation with each device; nothing of it survives a restart. */
export interface DeviceLink {
  /** Of the latest hello; absent: not heard since the start, or gone. */
  session?: string;
  /** Those before it, the newest last. */
  readonly pastSessions: Set<string>;
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

const pastSessionsKept = 1_000;

/** A device makes a new session for each connection: a hello of one that it has left is a copy. False: this is one. */
export function takeSession(link: DeviceLink, session: string): boolean {
  if (link.pastSessions.has(session)) return false;
  if (link.session !== undefined && link.session !== session) {
    link.pastSessions.add(link.session);
    for (const oldest of link.pastSessions) {
      if (link.pastSessions.size <= pastSessionsKept) break;
      link.pastSessions.delete(oldest);
    }
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
      pastSessions: new Set(),
      logs: new Set(),
    };
    this.#links.set(device, link);
    return link;
  }
}
