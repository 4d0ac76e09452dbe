import type { AccessRequest } from '../core/access/decision.ts';
import { notOpened, tell } from '../core/access/sentences.ts';
import type { DoorId } from '../core/dataset.ts';
import { isMiss } from '../core/guess-budget.ts';
import type { AccessAnswer, AccessControl, Presented } from '../ports/access-control.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import { StorageFault } from '../ports/journal.ts';
import type { CredentialHasher } from './credential-hasher.ts';
import type { Doors } from './doors.ts';
import type { Guesses } from './guesses.ts';
import type { Log } from './log.ts';
import { faultSentence } from './plain-sentences.ts';
import type { Recorder } from './recorder.ts';
import { RefusalCounter } from './refusal-counter.ts';

/** Codes, cards and tags come in here; the answer goes back to the person who stands at the door. */
export class AccessService implements AccessControl {
  readonly #doors: Doors;
  readonly #hasher: CredentialHasher;
  readonly #clock: Clock;
  readonly #guesses: Guesses;
  readonly #timezone: () => string | undefined;
  readonly #lockedTries: RefusalCounter;

  constructor(parts: {
    readonly doors: Doors;
    readonly hasher: CredentialHasher;
    readonly clock: Clock;
    readonly guesses: Guesses;
    readonly timezone: () => string | undefined;
    readonly recorder: Recorder;
    readonly timers: Timers;
    readonly log: Log;
  }) {
    this.#doors = parts.doors;
    this.#hasher = parts.hasher;
    this.#clock = parts.clock;
    this.#guesses = parts.guesses;
    this.#timezone = parts.timezone;
    const { recorder, timers, log } = parts;
    this.#lockedTries = new RefusalCounter(timers, (accessPoint, _lockedOut, count) => {
      try {
        recorder.commit([{ type: 'LockedKeypadTried', severity: 'notice', accessPoint, count }]);
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error;
        log.error({ fault: error.code }, 'tries at a locked keypad could not be recorded');
      }
    });
  }

  /** Tries at a locked keypad that are still counted are recorded. */
  close(): void {
    this.#lockedTries.close();
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
    if (presented.kind === 'code' && this.#guesses.isLockedOut(keypad))
      return this.#lockedOut(keypad.accessPoint);
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

  /**
   * Check 1, without an event of its own for each try: whoever hammers a locked keypad would fill the disk with them, and
   * spend the room that is kept for people who may come in.
   */
  #lockedOut(accessPoint: string): AccessAnswer {
    this.#lockedTries.count(accessPoint, 'lockedOut');
    return { outcome: 'deny', reason: 'lockedOut', sentence: notOpened };
  }
}
