/** Everything that a run has seen, as plain data: what the invariants are checked on. Instants are of the harness's clock. */

export interface EventRow {
  readonly seq: number;
  /** JSON text. */
  readonly body: string;
  readonly hash: string;
}

export interface Place {
  readonly epoch: number;
  readonly seq: number;
}

/** The replica, read in one transaction from outside the controller. */
export interface VersionReading extends Place {
  readonly digest: string;
  /** Of the live rows, added up from the disk. */
  readonly sum: string;
  /** Counts the databases that this device has had: a damaged one is set aside and begins anew. */
  readonly life: number;
}

/** A cursor that the device has told the cloud, in the order of its telling. */
export interface ToldCursor extends Place {
  readonly life: number;
}

/** What `vestibule-sim` was answered. */
export interface Answer {
  readonly log: string;
  readonly seq: number;
  readonly outcome: 'grant' | 'deny';
  readonly reason?: string;
  readonly card: string;
  readonly door: string;
  /** What the building says when everything is at rest; absent while anything may be under way. */
  readonly expected?: 'grant' | 'deny';
}

/** A command that the device has acknowledged to the broker (PUBACK). */
export interface TakenCommand {
  readonly id: string;
  readonly log: string;
}

export interface DeviceEvidence {
  readonly device: string;
  readonly readings: readonly VersionReading[];
  readonly told: readonly ToldCursor[];
  /** Cursors found on disk after a kill, each beside the last one told before it. */
  readonly afterKill: readonly { readonly onDisk: Place; readonly told: Place }[];
  /** Whole logs from `events.db`, in the order in which the device began them; the last one is the present one. */
  readonly logs: readonly {
    readonly log: string;
    readonly events: readonly EventRow[];
    readonly acked: number;
  }[];
  /** What went out on the wire: `log`, then `seq` to every hash that was ever sent for it. */
  readonly sent: ReadonlyMap<string, ReadonlyMap<number, ReadonlySet<string>>>;
  readonly answers: readonly Answer[];
  readonly taken: readonly TakenCommand[];
  /** By log, the ids in the command table. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  /** Boots that began on a damaged replica: what they make of its rows is the disk's fault. */
  readonly damagedBoots: ReadonlySet<string>;
  /** How long each denial took from the wire to its PUBACK. */
  readonly denialsTookMs: readonly number[];
  readonly offline: { readonly asked: number; readonly decided: number };
  readonly largestRssMb: number;
  readonly largestStateMb: number;
  /** Processes that ended without having been killed, with what they said. */
  readonly endedByItself: readonly string[];
}

export interface CloudEvidence {
  /** `epoch.seq` to every digest that the head-end ever published for it. */
  readonly digests: ReadonlyMap<string, ReadonlySet<string>>;
  /** `device/log` to what the head-end holds of it. */
  readonly events: ReadonlyMap<string, readonly EventRow[]>;
  /** By id, the commands that the head-end has sent; denials have no end. */
  readonly commands: ReadonlyMap<string, { readonly expiresAt?: string }>;
  /** Found after a kill of the head-end: the highest ack that it had sent, and what is on its disk. */
  readonly acks: readonly { readonly log: string; readonly acked: number; readonly held: number }[];
  /**
   * `device/log` of logs whose `events.db` was destroyed to how many of their events the head-end held at that moment, or
   * holds since it was restored from a backup: nobody has the later ones any more.
   */
  readonly closedLogs: ReadonlyMap<string, number>;
  readonly restores: number;
  readonly endedByItself: readonly string[];
}

/** One time that traffic stopped. */
export interface Rest {
  /** From both links being up until cloud and devices were equal; undefined: they never were. */
  readonly tookMs: number | undefined;
  /** What differed last. */
  readonly differs: string;
}

export interface Evidence {
  readonly devices: readonly DeviceEvidence[];
  readonly cloud: CloudEvidence;
  readonly rests: readonly Rest[];
}

export const placeKey = ({ epoch, seq }: Place): string => `${epoch}.${seq}`;

/** Negative when `a` comes before `b`. */
export const comparePlaces = (a: Place, b: Place): number => a.epoch - b.epoch || a.seq - b.seq;
