import type { DoorId } from '../../controller/core/dataset.ts';
import { exceptionProblem, faultProblem, unnamedProblem } from './problems.ts';
import type { CallFault, CallOutcome } from './session/session-state.ts';
import type { ShipCall } from './ship/call.ts';
import { type DoorNaming, type OnlineDoor, onlineDoorsOf, statusCall } from './ship/doors.ts';
import { infoCall } from './ship/info.ts';

export type Seen =
  | { readonly kind: 'stands'; readonly as: OnlineDoor }
  | { readonly kind: 'unwell'; readonly problem: string };

/** A door of this device that SALTO opens. */
export interface SiteDoor {
  readonly door: DoorId;
  /** What SALTO calls it; undefined while nobody has said, or another door here is called so. */
  saltoId(): string | undefined;
  /** SALTO is about to be asked how it stands. */
  lookBegins(): void;
  /** How it stands, from time to time. */
  seen(seen: Seen): void;
}

export interface DoorLookParts {
  readonly server: string;
  readonly naming: DoorNaming;
  /** An urgent one does not wait for the pause after a failure. */
  readonly ask: (call: ShipCall, urgent: boolean) => Promise<CallOutcome>;
}

interface Named {
  readonly door: SiteDoor;
  readonly id: string;
}

/** Looks how doors stand, and tells each. An answer that one door has spoiled costs the others nothing. */
export class DoorLook {
  readonly #parts: DoorLookParts;

  constructor(parts: DoorLookParts) {
    this.#parts = parts;
  }

  /** What is wrong with the server itself, if anything is; `closed` where there was nobody to look. Never rejects. */
  async look(doors: readonly SiteDoor[]): Promise<CallFault | undefined> {
    const { naming, ask, server } = this.#parts;
    const named: readonly Named[] = doors.flatMap((door) => {
      const id = door.saltoId();
      if (id !== undefined) return [{ door, id }];
      door.seen(unwell(unnamedProblem));
      return [];
    });
    if (named.length === 0) return undefined;
    for (const { door } of named) door.lookBegins();
    const ids = named.map(({ id }) => id);
    const outcome = await ask(statusCall(ids, naming), false);
    const online = outcome.kind === 'params' ? onlineDoorsOf(outcome.params) : undefined;
    if (online !== undefined) {
      for (const { door, id } of named) door.seen(standing(online.get(id), id));
      return undefined;
    }
    const fault = await this.#faultOfAll(outcome);
    if (fault === 'closed') return fault;
    for (const { door, id } of named) {
      door.seen(fault === undefined ? await this.#lookAtOne(id) : unwell(faultProblem(fault, server)));
    }
    return fault;
  }

  /** Whether the server is unwell, or one door has spoiled the answer for all: then each is asked by itself. */
  async #faultOfAll(outcome: CallOutcome): Promise<CallFault | undefined> {
    if (outcome.kind !== 'fault') return undefined;
    if (outcome.fault === 'unreachable' || outcome.fault === 'closed') return outcome.fault;
    const info = await this.#parts.ask(infoCall, true);
    return info.kind === 'fault' ? info.fault : undefined;
  }

  async #lookAtOne(id: string): Promise<Seen> {
    const { naming, ask, server } = this.#parts;
    const outcome = await ask(statusCall([id], naming), true);
    switch (outcome.kind) {
      case 'fault':
        return unwell(faultProblem(outcome.fault, server));
      case 'exception':
        return unwell(exceptionProblem('to say how this door stands', outcome.code));
      case 'params': {
        const online = onlineDoorsOf(outcome.params);
        return online === undefined
          ? unwell(faultProblem('otherReply', server))
          : standing(online.get(id), id);
      }
      default:
        return outcome satisfies never;
    }
  }
}

const unwell = (problem: string): Seen => ({ kind: 'unwell', problem });

const standing = (as: OnlineDoor | undefined, id: string): Seen =>
  as === undefined ? unwell(`SALTO has no online door "${id}".`) : { kind: 'stands', as };
