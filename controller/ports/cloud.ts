/** What passes between the cloud link (`sync/links/`) and the controller. */
import type { CommandBy } from '../core/access/decision.ts';
import type { DoorMode, EpochMs } from '../core/access/facts.ts';
import type { DoorId } from '../core/dataset.ts';
import type { OperatorMode } from '../core/door/state.ts';
import type { Lockdown, Revocation, SeenCommand } from './journal.ts';
import type { RowRefusal } from './replica.ts';

export interface LinkState {
  readonly connected: boolean;
  /** The session whose welcome was accepted; absent until then. */
  readonly session?: string;
  /** Why the last attempt failed, in words for an installer; no secrets. */
  readonly problem?: string;
  /** One connection after the other has been closed soon after it was made: somebody else uses this device's id. */
  readonly contested?: true;
}

/** The link tells the controller. */
export interface CloudListener {
  linkChanged(state: LinkState): void;
  /**
   * A welcome was accepted: the session has begun, and `time` was the cloud's at `atMonotonicMs`. The listener sets the
   * clock and persists floor and welcome, before it returns.
   */
  welcomed(welcome: {
    readonly session: string;
    readonly time: EpochMs;
    readonly atMonotonicMs: number;
  }): void;
  rowsRefused(refusals: readonly RowRefusal[]): void;
  /** A message that changed nothing: forged, mis-addressed, malformed. `message` is its topic's last level. */
  messageRefused(refusal: { readonly message: string; readonly reason: string }): void;
}

/** A command whose signature, audience and schema have been checked. */
export type CloudCommand =
  | {
      readonly op: 'unlock';
      readonly id: string;
      readonly door: DoorId;
      readonly extended: boolean;
      readonly by: CommandBy;
      /** The call for which it is, by its id. */
      readonly call?: string;
    }
  /** Somebody has answered a call in an app. */
  | { readonly op: 'answer'; readonly id: string; readonly call: string; readonly by: CommandBy }
  | { readonly op: 'revoke'; readonly id: string; readonly revocation: Revocation }
  | { readonly op: 'lockdown'; readonly id: string; readonly lockdown: Lockdown }
  /** `normal`: no operator's mode any more. Without `by` an operator at the head-end sends it. */
  | {
      readonly op: 'setDoorMode';
      readonly id: string;
      readonly door: DoorId;
      readonly mode: OperatorMode | 'normal';
      readonly until?: EpochMs;
      readonly by?: CommandBy;
    }
  /** Which of several consoles is this? An event and a line in the log. */
  | { readonly op: 'identify'; readonly id: string }
  /** Changes nothing; the result says how the device stands. */
  | { readonly op: 'report'; readonly id: string }
  /** The device leaves the building: it wipes itself once its result is on the way. */
  | { readonly op: 'decommission'; readonly id: string };

export interface DoorReport {
  readonly mode: DoorMode;
  /** How often the strike was released since the start. */
  readonly relayActivations: number;
}

/** The controller carries out. Each call commits `seen` and its event in one transaction first, then acts. */
export interface CommandExecutor {
  execute(command: CloudCommand): SeenCommand;
  /** The doors of this device by id, for the answer to `report`. */
  doors(): Readonly<Record<string, DoorReport>>;
}
