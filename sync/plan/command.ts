/** Whether a command may act (PROTOCOL "Denials" and "Every other command"), after signature, audience and a known id. */
import type { ClockReading } from '../../controller/core/access/facts.ts';
import type { CloudCommand } from '../../controller/ports/cloud.ts';
import { durations } from '../protocol/limits.ts';
import {
  AnswerArgs,
  type Command,
  CommandBy,
  LockdownArgs,
  RevokeArgs,
  SetDoorModeArgs,
  UnlockArgs,
} from '../protocol/messages.ts';

export type CommandRefusal =
  | 'session'
  | 'n'
  | 'noClock'
  | 'life'
  | 'future'
  | 'expired'
  | 'unknownOp'
  | 'badArguments';

export interface CommandSession {
  /** Absent until a welcome has been accepted on this connection. */
  readonly session: string | undefined;
  /** The highest `n` of this session; 0 for none. */
  readonly lastN: number;
}

export type CommandVerdict =
  | { readonly kind: 'execute'; readonly command: CloudCommand }
  | { readonly kind: 'reject'; readonly reason: CommandRefusal };

/** Denials need neither session, `n` nor expiry: they can only shut. */
export function isDenial({ op, args }: Command): boolean {
  if (op === 'revoke') return true;
  return op === 'lockdown' && typeof args === 'object' && args !== null && 'on' in args && args.on === true;
}

export function judgeCommand(command: Command, session: CommandSession, clock: ClockReading): CommandVerdict {
  const reason = isDenial(command) ? undefined : judgeOccasion(command, session, clock);
  return reason === undefined ? readCommand(command) : { kind: 'reject', reason };
}

/** True when the command belongs to this session and is new in it: then its `n` is used up, whatever comes of it. */
export const advancesSession = (command: Command, { session, lastN }: CommandSession): boolean =>
  session !== undefined && command.session === session && command.n !== undefined && command.n > lastN;

function judgeOccasion(
  command: Command,
  current: CommandSession,
  { state, now }: ClockReading,
): CommandRefusal | undefined {
  if (current.session === undefined || command.session !== current.session) return 'session';
  if (!advancesSession(command, current)) return 'n';
  if (state === 'unknown') return 'noClock';
  if (command.expiresAt === undefined) return 'life';
  const issuedAt = Date.parse(command.issuedAt);
  const expiresAt = Date.parse(command.expiresAt);
  if (expiresAt - issuedAt > durations.commandLifeMs) return 'life';
  if (issuedAt > now + durations.commandAheadMs) return 'future';
  return now >= expiresAt ? 'expired' : undefined;
}

function readCommand({ id, op, args, by }: Command): CommandVerdict {
  switch (op) {
    case 'unlock': {
      const unlock = UnlockArgs.safeParse(args);
      const onBehalfOf = CommandBy.safeParse(by);
      if (!unlock.success || !onBehalfOf.success) return badArguments;
      const { door, extended = false, call } = unlock.data;
      const ofCall = call === undefined ? {} : { call };
      return { kind: 'execute', command: { op, id, door, extended, by: onBehalfOf.data, ...ofCall } };
    }
    case 'answer': {
      const answer = AnswerArgs.safeParse(args);
      const onBehalfOf = CommandBy.safeParse(by);
      if (!answer.success || !onBehalfOf.success) return badArguments;
      return { kind: 'execute', command: { op, id, call: answer.data.call, by: onBehalfOf.data } };
    }
    case 'setDoorMode': {
      const asked = SetDoorModeArgs.safeParse(args);
      const onBehalfOf = CommandBy.optional().safeParse(by);
      if (!asked.success || !onBehalfOf.success) return badArguments;
      const { door, mode, until } = asked.data;
      const end = until === undefined ? {} : { until: Date.parse(until) };
      const behalf = onBehalfOf.data === undefined ? {} : { by: onBehalfOf.data };
      return { kind: 'execute', command: { op, id, door, mode, ...end, ...behalf } };
    }
    case 'revoke': {
      const revocation = RevokeArgs.safeParse(args);
      if (!revocation.success) return badArguments;
      return { kind: 'execute', command: { op, id, revocation: revocation.data } };
    }
    case 'lockdown': {
      const lockdown = LockdownArgs.safeParse(args);
      if (!lockdown.success) return badArguments;
      return { kind: 'execute', command: { op, id, lockdown: lockdown.data } };
    }
    case 'identify':
    case 'report':
    case 'decommission':
      return { kind: 'execute', command: { op, id } };
    default:
      return { kind: 'reject', reason: 'unknownOp' };
  }
}

const badArguments = { kind: 'reject', reason: 'badArguments' } as const satisfies CommandVerdict;
