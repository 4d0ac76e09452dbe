/** Every message's payload (PROTOCOL "Topics"), in the order of its table. Unknown fields are ignored. */
import { z } from 'zod';
import {
  DoorId,
  GuestId,
  InstantText,
  ResidentId,
  StaffId,
  tableNames,
} from '../../controller/core/dataset.ts';
import { limits } from './limits.ts';

const whole = z.int().min(0);
const positive = z.int().min(1);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const uuid = z.uuid();
const reference = z.string().min(1).max(64);
export const DeviceId = z.string().regex(/^[a-z0-9-]{1,64}$/, '1–64 lower-case letters, digits or dashes');
const BuildingAudience = z.string().regex(/^building:[a-z0-9-]{1,64}$/);

export const keyRoles = ['time', 'dataset', 'command', 'ack'] as const;
export type KeyRole = (typeof keyRoles)[number];

/** An Ed25519 public key (RFC 8037) with the roles it signs for; `nbf` and `exp` in seconds. */
export const SigningKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  kid: z.string(),
  roles: z.array(z.enum(keyRoles)).min(1),
  nbf: whole,
  exp: whole,
});
export const Keyset = z.object({
  aud: BuildingAudience,
  n: positive,
  keys: z.array(SigningKey).min(1).max(32),
});

export const Welcome = z.object({
  aud: DeviceId,
  nonce: uuid.nullable(),
  time: InstantText,
  epoch: whole,
  seq: whole,
});

export const WireRow = z.object({
  table: reference,
  id: reference,
  version: positive,
  row: z.string(),
});
const Deletion = WireRow.omit({ row: true });
export const RowOp = z.union([z.object({ put: WireRow }), z.object({ delete: Deletion })]);
export const Delta = z.object({
  aud: BuildingAudience,
  epoch: positive,
  prev: whole,
  seq: positive,
  ops: z.array(z.unknown()),
  digest: hex64,
});
export const Manifest = z.object({
  aud: BuildingAudience,
  snapshot: uuid,
  epoch: positive,
  seq: whole,
  rows: whole,
  digest: hex64,
  chunks: z.array(hex64).max(limits.snapshotChunks),
});

export const CommandBy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resident'), id: ResidentId }),
  z.object({ kind: z.literal('guest'), id: GuestId }),
  z.object({ kind: z.literal('staff'), id: StaffId }),
]);
/** `session`, `n` and `expiresAt` are for every command but the denials (`revoke`, `lockdown` on). */
export const Command = z.object({
  aud: DeviceId,
  id: reference,
  session: uuid.optional(),
  n: positive.optional(),
  op: z.string().max(64),
  args: z.unknown(),
  by: z.unknown().optional(),
  issuedAt: InstantText,
  expiresAt: InstantText.optional(),
});
/** `call`: the call for which it is, as `ring` has named it. */
export const UnlockArgs = z.object({
  door: DoorId,
  extended: z.boolean().optional(),
  call: uuid.optional(),
});
/** Somebody has answered in an app; `by` is the called resident, or staff where the concierge is called. */
export const AnswerArgs = z.object({ call: uuid });
/** `normal`: no operator's mode any more. Until `until`, or until it is set again. */
export const SetDoorModeArgs = z.object({
  door: DoorId,
  mode: z.enum(['Locked', 'Unlocked', 'Blocked', 'LockedDown', 'LockedOpen', 'normal']),
  until: InstantText.optional(),
});
export const RevokeArgs = z.object({
  table: z.enum(tableNames as [string, ...string[]]).transform((name) => name as (typeof tableNames)[number]),
  id: reference,
  maxVersion: positive,
  epoch: whole,
  seq: whole,
});
export const LockdownScope = z.string().regex(/^(building|(area|door):[A-Za-z0-9._-]{1,64})$/);
export const LockdownArgs = z.object({ on: z.boolean(), scope: LockdownScope, counter: positive });

export const Ack = z.object({
  aud: DeviceId,
  log: uuid,
  upTo: whole,
  hash: hex64,
  rewind: z.boolean().optional(),
});

const ClockState = z.enum(['trusted', 'held', 'unknown']);
export const Hello = z.object({
  iss: DeviceId,
  session: uuid,
  nonce: uuid,
  boot: uuid,
  log: uuid,
  epoch: whole,
  seq: whole,
  digest: hex64,
  eventHead: whole,
  eventAcked: whole,
  /** `n` of the keyset in use; 0 for none. */
  keyset: whole,
  clockState: ClockState,
  software: z.string().max(64),
});
export const SyncRequest = z.object({
  iss: DeviceId,
  need: z.enum(['deltas', 'snapshot', 'chunks']),
  epoch: whole,
  seq: whole,
  digest: hex64,
  snapshot: uuid.optional(),
  indexes: z.array(whole).max(64).optional(),
  /** A snapshot whose chunks failed three times: build another. */
  reject: uuid.optional(),
});
const CursorReport = z.object({ iss: DeviceId, epoch: whole, seq: whole, digest: hex64 });
const WireEvent = z.object({ seq: positive, body: z.string(), hash: hex64 });
export const EventBatch = z.object({ iss: DeviceId, log: uuid, events: z.array(WireEvent).min(1).max(200) });
/** The answer to `report`: how the device stands. */
export const ReportState = z.object({
  epoch: whole,
  seq: whole,
  digest: hex64,
  /** Live rows, those that their schema refuses among them. */
  rows: whole,
  keyset: whole,
  eventHead: whole,
  eventAcked: whole,
  /** Revocations on the denylist: those that the dataset does not carry yet. */
  denials: whole,
  lockdowns: z.array(LockdownArgs),
  doors: z.record(
    z.string(),
    z.object({
      mode: z.enum(['Locked', 'Unlocked', 'Accessed', 'Blocked', 'LockedDown', 'LockedOpen']),
      relayActivations: whole,
    }),
  ),
  clockState: ClockState,
});
const commandOutcomes = ['accepted', 'done', 'rejected', 'failed'] as const;
export const CommandResult = z.object({
  iss: DeviceId,
  id: reference,
  outcome: z.enum(commandOutcomes),
  reason: z.string().max(64).optional(),
  duplicate: z.boolean().optional(),
  state: ReportState.optional(),
  at: InstantText,
});
/**
 * Somebody calls from the console: the cloud rings the apps of `resident` (absent: of the concierge) while it is
 * `ringing`. Not repeated; who missed it has missed it.
 */
const RingNotice = z.object({
  iss: DeviceId,
  call: uuid,
  state: z.enum(['ringing', 'answered', 'over']),
  resident: ResidentId.optional(),
  at: InstantText,
});
export const Status = z.object({ state: z.enum(['online', 'offline']), session: uuid });

export type SetDoorModeArgs = z.infer<typeof SetDoorModeArgs>;
export type SigningKey = z.infer<typeof SigningKey>;
export type Keyset = z.infer<typeof Keyset>;
export type Welcome = z.infer<typeof Welcome>;
export type RowOp = z.infer<typeof RowOp>;
export type Delta = z.infer<typeof Delta>;
export type Manifest = z.infer<typeof Manifest>;
export type Command = z.infer<typeof Command>;
export type Ack = z.infer<typeof Ack>;
export type Hello = z.infer<typeof Hello>;
export type SyncRequest = z.infer<typeof SyncRequest>;
export type EventBatch = z.infer<typeof EventBatch>;
export type ReportState = z.infer<typeof ReportState>;
export type CommandResult = z.infer<typeof CommandResult>;
export type Status = z.infer<typeof Status>;

/** Downward signed messages: who signs, and their schema. */
export const downMessages = {
  keyset: { typ: 'vestibule-keyset', signer: 'root', schema: Keyset },
  welcome: { typ: 'vestibule-welcome', signer: 'time', schema: Welcome },
  delta: { typ: 'vestibule-delta', signer: 'dataset', schema: Delta },
  manifest: { typ: 'vestibule-manifest', signer: 'dataset', schema: Manifest },
  command: { typ: 'vestibule-command', signer: 'command', schema: Command },
  ack: { typ: 'vestibule-ack', signer: 'ack', schema: Ack },
} as const;
export type SignedDownName = keyof typeof downMessages;
export type DownPayload<N extends SignedDownName> = z.infer<(typeof downMessages)[N]['schema']>;

/** Upward signed messages: always by the device. */
export const upMessages = {
  hello: { typ: 'vestibule-hello', schema: Hello },
  request: { typ: 'vestibule-request', schema: SyncRequest },
  cursor: { typ: 'vestibule-cursor', schema: CursorReport },
  events: { typ: 'vestibule-events', schema: EventBatch },
  result: { typ: 'vestibule-result', schema: CommandResult },
  ring: { typ: 'vestibule-ring', schema: RingNotice },
} as const;
export type SignedUpName = keyof typeof upMessages;
export type UpPayload<N extends SignedUpName> = z.infer<(typeof upMessages)[N]['schema']>;
