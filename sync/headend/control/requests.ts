/** What the command line asks of a running head-end, over the socket in its state folder. */
import { z } from 'zod';
import { DoorId } from '../../../controller/core/dataset.ts';
import { CommandBy, DeviceId, LockdownScope, SetDoorModeArgs } from '../../protocol/messages.ts';
import type { HeadEndErrorCode } from '../head-end-error.ts';

const name = z.string().min(1).max(64);

export const controlRequests = {
  publish: z.object({
    rows: z.array(z.object({ table: name, id: name, row: z.record(z.string(), z.unknown()) })),
  }),
  revoke: z.object({ table: name, id: name }),
  reinstate: z.object({ table: name, id: name }),
  lockdown: z.object({ scope: LockdownScope, on: z.boolean() }),
  unlock: z.object({
    device: DeviceId,
    door: DoorId,
    by: CommandBy,
    extended: z.boolean().optional(),
    call: z.uuid().optional(),
  }),
  answer: z.object({ device: DeviceId, call: z.uuid(), by: CommandBy }),
  setDoorMode: SetDoorModeArgs.extend({ device: DeviceId }),
  tell: z.object({ device: DeviceId, op: z.enum(['decommission', 'identify', 'report']) }),
  rotateKeys: z.object({ dropOld: z.boolean() }),
  health: z.object({}),
} as const;

export type ControlName = keyof typeof controlRequests;
export type ControlRequest<N extends ControlName> = z.infer<(typeof controlRequests)[N]>;

export const isControlName = (text: string): text is ControlName => Object.hasOwn(controlRequests, text);

/** The answer to what could not be done. */
export interface ControlFailure {
  readonly code: HeadEndErrorCode;
  /** A sentence with the way out. */
  readonly message: string;
}

/** What the running head-end was started with. */
export interface ServedAddresses {
  readonly broker: string;
  /** `https://…` of the enrolment service, where it is served. */
  readonly enrolment?: string;
}

/** The answer to `health`. */
export interface Health extends ServedAddresses {
  /** Whether the broker is reached. */
  readonly connected: boolean;
}

/** Where the socket is: in the state folder, which only its owner may enter. */
export const socketName = 'headend.sock';
