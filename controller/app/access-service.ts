import type { AccessRequest, Decision } from '../core/access/decision.ts';
import { tell } from '../core/access/sentences.ts';
import type { DoorId } from '../core/dataset.ts';
import type { AccessAnswer, AccessControl, Presented } from '../ports/access-control.ts';
import type { Clock } from '../ports/clock.ts';
import type { CredentialHasher } from './credential-hasher.ts';
import type { Doors } from './doors.ts';
import { faultSentence } from './plain-sentences.ts';

/** A hint of times is given only where nobody has been guessing in this time (DESIGN section 4). */
const quietMs = 60_000;

/** A closed door or an interlock says nothing about the code (DESIGN section 6). */
const isMiss = ({ outcome, explanation: { check } }: Decision): boolean =>
  outcome === 'deny' && check !== 3 && check !== 12;

/** Codes, cards and tags come in here; the answer goes back to the person who stands at the door. */
export class AccessService implements AccessControl {
  readonly #doors: Doors;
  readonly #hasher: CredentialHasher;
  readonly #clock: Clock;
  readonly #timezone: () => string | undefined;
  readonly #lastMissMs = new Map<string, number>();

  constructor(parts: {
    readonly doors: Doors;
    readonly hasher: CredentialHasher;
    readonly clock: Clock;
    readonly timezone: () => string | undefined;
  }) {
    this.#doors = parts.doors;
    this.#hasher = parts.hasher;
    this.#clock = parts.clock;
    this.#timezone = parts.timezone;
  }

  present(at: { readonly door: DoorId; readonly accessPoint: string }, presented: Presented): AccessAnswer {
    const runtime = this.#doors.get(at.door);
    if (runtime === undefined) return { outcome: 'deny', reason: 'doorFault', sentence: faultSentence };
    const request: AccessRequest = {
      kind: 'credential',
      method: presented.kind === 'code' ? 'code' : 'card',
      hash: this.#hasher.hash(presented),
      ...at,
    };
    const mayHint = this.#isQuiet(at.accessPoint);
    const outcome = runtime.request(request, at);
    if (outcome.kind === 'fault') return { outcome: 'deny', reason: outcome.reason, sentence: faultSentence };
    const { decision, seq } = outcome;
    if (presented.kind === 'code' && isMiss(decision))
      this.#lastMissMs.set(at.accessPoint, this.#clock.monotonicMs());
    const sentence = tell(decision, {
      mayHint,
      timezone: this.#timezone() ?? 'UTC',
      now: this.#clock.reading().now,
    });
    return decision.outcome === 'grant'
      ? { outcome: 'grant', seq, sentence }
      : { outcome: 'deny', reason: decision.reason, seq, sentence };
  }

  #isQuiet(accessPoint: string): boolean {
    const last = this.#lastMissMs.get(accessPoint);
    return last === undefined || this.#clock.monotonicMs() - last > quietMs;
  }
}
