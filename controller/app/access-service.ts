import type { AccessRequest, Decision } from '../core/access/decision.ts';
import { notOpened, tell } from '../core/access/sentences.ts';
import type { Credential, Door, DoorId } from '../core/dataset.ts';
import { isMiss } from '../core/guess-budget.ts';
import type { AccessAnswer, Presented } from '../ports/access-control.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { StorageFault } from '../ports/journal.ts';
import type { ReaderAccess } from '../ports/reader.ts';
import type { Replica } from '../ports/replica.ts';
import type { CredentialHasher } from './credential-hasher.ts';
import type { Also } from './door-runtime.ts';
import type { Doors } from './doors.ts';
import type { Guesses } from './guesses.ts';
import type { Log } from './log.ts';
import { faultSentence } from './plain-sentences.ts';
import type { Recorder } from './recorder.ts';
import { RefusalCounter } from './refusal-counter.ts';

/** Where somebody presents something. */
interface At {
  readonly door: DoorId;
  readonly accessPoint: string;
}

/** Codes, cards and tags come in here; the answer goes back to the person who stands at the door. */
export class AccessService implements ReaderAccess {
  readonly #doors: Doors;
  readonly #replica: Pick<Replica, 'read'>;
  readonly #recorder: Recorder;
  readonly #log: Log;
  readonly #hasher: CredentialHasher;
  readonly #clock: Clock;
  readonly #guesses: Guesses;
  readonly #timezone: () => string | undefined;
  readonly #lockedTries: RefusalCounter;

  constructor(parts: {
    readonly doors: Doors;
    readonly replica: Pick<Replica, 'read'>;
    readonly hasher: CredentialHasher;
    readonly clock: Clock;
    readonly guesses: Guesses;
    readonly timezone: () => string | undefined;
    readonly recorder: Recorder;
    readonly timers: Timers;
    readonly log: Log;
  }) {
    this.#doors = parts.doors;
    this.#replica = parts.replica;
    this.#recorder = parts.recorder;
    this.#log = parts.log;
    this.#hasher = parts.hasher;
    this.#clock = parts.clock;
    this.#guesses = parts.guesses;
    this.#timezone = parts.timezone;
    this.#lockedTries = new RefusalCounter(parts.timers, (accessPoint, _lockedOut, count) => {
      this.#record({ type: 'LockedKeypadTried', severity: 'notice', accessPoint, count });
    });
  }

  /** Tries at a locked keypad that are still counted are recorded. */
  close(): void {
    this.#lockedTries.close();
  }

  present(at: At, presented: Presented): AccessAnswer {
    const isCode = presented.kind === 'code';
    const hash = this.#hasher.hash(presented);
    const request: AccessRequest = { kind: 'credential', method: isCode ? 'code' : 'card', hash, ...at };
    return this.#ask(at, request, { isCode, ...(isCode ? {} : { cardHash: hash }) });
  }

  presentCardAndCode(at: At, card: Presented, digits: string): AccessAnswer {
    const cardHash = this.#hasher.hash(card);
    const codeHash = this.#hasher.hash({ kind: 'code', digits });
    return this.#ask(at, { kind: 'cardAndCode', cardHash, codeHash, ...at }, { isCode: true, cardHash });
  }

  authenticationAt(door: DoorId): Door['authentication'] | undefined {
    try {
      return this.#doors.row(door)?.authentication;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return undefined;
    }
  }

  cardSeen(at: At, card: Presented): void {
    const lost = this.#lostCard(this.#hasher.hash(card));
    if (lost !== undefined) this.#record(lostEvent(at, lost));
  }

  /** `isCode`: something typed is part of it, so that it counts as a guess. */
  #ask(
    at: At,
    request: AccessRequest,
    { isCode, cardHash }: { readonly isCode: boolean; readonly cardHash?: string },
  ): AccessAnswer {
    const runtime = this.#doors.get(at.door);
    if (runtime === undefined) return { outcome: 'deny', reason: 'doorFault', sentence: faultSentence };
    const keypad = { accessPoint: at.accessPoint, entry: 'code' } as const;
    if (isCode && this.#guesses.isLockedOut(keypad)) return this.#lockedOut(keypad.accessPoint);
    const mayHint = this.#guesses.isQuiet(keypad);
    const outcome = runtime.request(request, at, {
      onDenial: (decision) => {
        const miss = isCode && isMiss(decision) ? this.#guesses.miss(keypad, at.door) : undefined;
        return withEvents(miss, this.#lostEvents(at, decision, cardHash));
      },
    });
    if (outcome.kind === 'fault') return { outcome: 'deny', reason: outcome.reason, sentence: faultSentence };
    const { decision, seq } = outcome;
    const sentence = tell(decision, {
      mayHint,
      timezone: this.#timezone() ?? 'UTC',
      now: this.#clock.reading().now,
    });
    return decision.outcome === 'grant'
      ? { outcome: 'grant', seq, sentence, opensForMs: runtime.accessTimeMs(decision.extended) }
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

  #lostEvents(at: At, decision: Decision, cardHash: string | undefined): readonly EventDraft[] {
    // Check 2 answers for a lost card as for a revoked one.
    const lost =
      cardHash === undefined || decision.outcome === 'grant' || decision.reason !== 'revoked'
        ? undefined
        : this.#lostCard(cardHash);
    return lost === undefined ? [] : [lostEvent(at, lost)];
  }

  /** Whose card that is, where its row says that it was lost. */
  #lostCard(hash: string): Credential | undefined {
    try {
      return this.#replica.read((rows) =>
        rows.byHash(hash).credentials.find(({ status }) => status === 'lost'),
      );
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return undefined;
    }
  }

  #record(event: EventDraft): void {
    try {
      this.#recorder.commit([event]);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#log.error({ fault: error.code }, `${event.type} could not be recorded`);
    }
  }
}

const lostEvent = (at: At, { id, holder }: Credential): EventDraft => ({
  type: 'LostCredentialPresented',
  severity: 'alarm',
  ...at,
  subject: holder,
  credential: id,
});

function withEvents(also: Also | undefined, events: readonly EventDraft[]): Also | undefined {
  if (events.length === 0) return also;
  return {
    events: [...(also?.events ?? []), ...events],
    changes: also?.changes ?? [],
    onCommitted: () => also?.onCommitted(),
  };
}
