import type { AccessRequest } from '../core/access/decision.ts';
import { tell } from '../core/access/sentences.ts';
import type { DoorId } from '../core/dataset.ts';
import { isMiss } from '../core/guess-budget.ts';
import type { AccessAnswer, AccessControl, Presented } from '../ports/access-control.ts';
import type { Clock } from '../ports/clock.ts';
import type { CredentialHasher } from './credential-hasher.ts';
import type { Doors } from './doors.ts';
import type { Guesses } from './guesses.ts';
import { faultSentence } from './plain-sentences.ts';

/** Codes, cards and tags come in here; the answer goes back to the person who stands at the door. */
export class AccessService implements AccessControl {
  readonly #doors: Doors;
  readonly #hasher: CredentialHasher;
  readonly #clock: Clock;
  readonly #guesses: Guesses;
  readonly #timezone: () => string | undefined;

  constructor(parts: {
    readonly doors: Doors;
    readonly hasher: CredentialHasher;
    readonly clock: Clock;
    readonly guesses: Guesses;
    readonly timezone: () => string | undefined;
  }) {
    this.#doors = parts.doors;
    this.#hasher = parts.hasher;
    this.#clock = parts.clock;
    this.#guesses = parts.guesses;
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
    const keypad = { accessPoint: at.accessPoint, entry: 'code' } as const;
    const mayHint = this.#guesses.isQuiet(keypad);
    const outcome = runtime.request(request, at, {
      onDenial: (decision) =>
        presented.kind === 'code' && isMiss(decision) ? this.#guesses.miss(keypad, at.door) : undefined,
    });
    if (outcome.kind === 'fault') return { outcome: 'deny', reason: outcome.reason, sentence: faultSentence };
    const { decision, seq } = outcome;
    const sentence = tell(decision, {
      mayHint,
      timezone: this.#timezone() ?? 'UTC',
      now: this.#clock.reading().now,
    });
    return decision.outcome === 'grant'
      ? { outcome: 'grant', seq, sentence }
      : { outcome: 'deny', reason: decision.reason, seq, sentence };
  }
}
