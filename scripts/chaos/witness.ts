/** Sees everything that the device and the head-end say, before anything becomes of it on its way, and keeps what counts. */
import { hash } from 'node:crypto';
import { parseUpTopic } from '../../sync/protocol/topics.ts';
import { type DeviceName, devices } from './building.ts';
import type {
  Answer,
  CloudEvidence,
  DeviceEvidence,
  EventRow,
  Evidence,
  Place,
  Rest,
  TakenCommand,
  ToldCursor,
  VersionReading,
} from './evidence.ts';
import { placeKey } from './evidence.ts';
import type { Direction } from './faulty-proxy.ts';
import type { Publish } from './mqtt-frames.ts';

export interface DeviceNotes {
  /** Counts the replicas that this device has had. */
  life: number;
  /** The log that the running process writes. */
  log: string;
  readonly readings: VersionReading[];
  readonly told: ToldCursor[];
  readonly afterKill: { onDisk: Place; told: Place }[];
  readonly logs: Map<string, { events: readonly EventRow[]; acked: number }>;
  readonly sent: Map<string, Map<number, Set<string>>>;
  readonly answers: Answer[];
  readonly taken: TakenCommand[];
  readonly seen: Map<string, ReadonlySet<string>>;
  readonly damagedBoots: Set<string>;
  readonly denialsTookMs: number[];
  readonly offline: { asked: number; decided: number };
  largestRssMb: number;
  largestStateMb: number;
  readonly endedByItself: string[];
  requests: number;
  snapshots: number;
}

const noNotes = (): DeviceNotes => ({
  life: 1,
  log: '',
  readings: [],
  told: [],
  afterKill: [],
  logs: new Map(),
  sent: new Map(),
  answers: [],
  taken: [],
  seen: new Map(),
  damagedBoots: new Set(),
  denialsTookMs: [],
  offline: { asked: 0, decided: 0 },
  largestRssMb: 0,
  largestStateMb: 0,
  endedByItself: [],
  requests: 0,
  snapshots: 0,
});

interface CloudNotes {
  readonly digests: Map<string, Set<string>>;
  events: ReadonlyMap<string, readonly EventRow[]>;
  readonly commands: Map<string, { expiresAt?: string }>;
  readonly acks: { log: string; acked: number; held: number }[];
  readonly closedLogs: Map<string, number>;
  restores: number;
  readonly endedByItself: string[];
}

type Fields = Readonly<Record<string, unknown>>;

const payloadOf = (message: Publish): Fields => {
  const [, payload = ''] = Buffer.from(message.payload).toString('latin1').split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Fields;
};

const hashOf = ({ payload }: Publish): string => hash('sha256', payload);

const downTopicOf = (topic: string): string | undefined => /\/down\/([a-z]+)$/.exec(topic)?.[1];

export class Witness {
  readonly devices: Readonly<Record<DeviceName, DeviceNotes>> = { lobby: noNotes(), garden: noNotes() };
  readonly cloud: CloudNotes = {
    digests: new Map(),
    events: new Map(),
    commands: new Map(),
    acks: [],
    closedLogs: new Map(),
    restores: 0,
    endedByItself: [],
  };
  readonly rests: Rest[] = [];
  /** `device/log` to the highest ack that the present head-end process sent. */
  readonly acked = new Map<string, number>();
  /** Hashes of the commands as the head-end signed them. */
  readonly #commands = new Set<string>();

  /** Of a device's line. */
  onDeviceSent(device: DeviceName, direction: Direction, message: Publish): void {
    if (direction !== 'up') return;
    const name = parseUpTopic(message.topic)?.name;
    const notes = this.devices[device];
    if (name === 'hello' || name === 'cursor') {
      const { epoch, seq } = payloadOf(message) as unknown as Place;
      notes.told.push({ epoch, seq, life: notes.life });
    } else if (name === 'events') this.#events(notes, payloadOf(message));
    else if (name === 'request') {
      const { need } = payloadOf(message);
      if (need === 'deltas') notes.requests += 1;
      if (need === 'snapshot') notes.snapshots += 1;
    }
  }

  onDeviceAcknowledged(device: DeviceName, direction: Direction, message: Publish, tookMs: number): void {
    // What is no command of the head-end's is a forgery that was made on the head-end's line.
    if (direction !== 'down' || !this.#commands.has(hashOf(message))) return;
    const { id, op, args } = payloadOf(message) as { id: string; op: string; args: { on?: boolean } };
    const notes = this.devices[device];
    notes.taken.push({ id, log: notes.log });
    if (op === 'revoke' || (op === 'lockdown' && args.on === true)) notes.denialsTookMs.push(tookMs);
  }

  /** Of the head-end's line: for it, down to the devices is up to the broker. */
  onHeadEndSent(direction: Direction, message: Publish): void {
    if (direction !== 'up') return;
    const name = downTopicOf(message.topic);
    if (name === undefined || name === 'chunk' || name === 'keyset' || name === 'welcome') return;
    const said = payloadOf(message);
    if (name === 'delta' || name === 'manifest') {
      this.published(said as unknown as Place & { digest: string });
    } else if (name === 'command') {
      this.#commands.add(hashOf(message));
      const { id, expiresAt } = said as { id: string; expiresAt?: string };
      this.cloud.commands.set(id, expiresAt === undefined ? {} : { expiresAt });
    } else if (name === 'ack' && said['rewind'] !== true) {
      const { aud, log, upTo } = said as { aud: string; log: string; upTo: number };
      const key = `${aud}/${log}`;
      this.acked.set(key, Math.max(upTo, this.acked.get(key) ?? 0));
    }
  }

  published({ epoch, seq, digest }: Place & { readonly digest: string }): void {
    const key = placeKey({ epoch, seq });
    const known = this.cloud.digests.get(key);
    if (known === undefined) this.cloud.digests.set(key, new Set([digest]));
    else known.add(digest);
  }

  evidence(): Evidence {
    const cloud: CloudEvidence = this.cloud;
    return {
      devices: devices.map((device) => evidenceOf(device, this.devices[device])),
      cloud,
      rests: this.rests,
    };
  }

  #events({ sent }: DeviceNotes, said: Fields): void {
    const { log, events } = said as { log: string; events: readonly EventRow[] };
    const known = sent.get(log) ?? new Map<number, Set<string>>();
    sent.set(log, known);
    for (const { seq, hash } of events) known.set(seq, (known.get(seq) ?? new Set()).add(hash));
  }
}

function evidenceOf(device: DeviceName, notes: DeviceNotes): DeviceEvidence {
  const { logs, ...others } = notes;
  return { ...others, device, logs: [...logs].map(([log, kept]) => ({ log, ...kept })) };
}
