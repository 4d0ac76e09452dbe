import { randomUUID } from 'node:crypto';
import type { Clock, Timers } from '../../controller/ports/clock.ts';
import { backOffMs } from '../plan/back-off.ts';
import type { CommandSession } from '../plan/command.ts';
import { durations } from '../protocol/limits.ts';
import type { Welcome } from '../protocol/messages.ts';

interface SessionLineParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly sayHello: (session: string, nonce: string) => void;
  readonly onWelcome: (welcome: {
    readonly session: string;
    readonly time: number;
    readonly atMonotonicMs: number;
  }) => void;
}

export type WelcomeVerdict =
  | 'accepted'
  | 'helloAgain'
  /** For a hello after which another was said: honest and of no use. */
  | 'overtaken'
  | 'nonce'
  | 'late';

/** Hellos that were said in vain and may yet be answered. */
const overtakenKept = 8;

/** One connection's session: hello and welcome (PROTOCOL "Conversation" 1–3), and the count of its commands. */
export class SessionLine {
  readonly #parts: SessionLineParts;
  #session = '';
  #welcomed = false;
  #lastN = 0;
  #asked: { readonly nonce: string; readonly atMs: number } | undefined;
  #overtaken: readonly string[] = [];
  #unanswered = 0;
  #nextHello: { cancel(): void } | undefined;
  #restraint: { cancel(): void } | undefined;
  #helloWanted = false;

  constructor(parts: SessionLineParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#session;
  }

  /** A new session, before its connection is made: the last will names it. */
  begin(): string {
    this.end();
    this.#session = randomUUID();
    this.#lastN = 0;
    return this.#session;
  }

  end(): void {
    this.#nextHello?.cancel();
    this.#restraint?.cancel();
    this.#restraint = undefined;
    this.#helloWanted = false;
    this.#asked = undefined;
    this.#overtaken = [];
    this.#unanswered = 0;
    this.#welcomed = false;
  }

  /** Says hello with a fresh nonce, and again every 5 minutes; sooner as long as none has been answered. */
  hello(): void {
    const { clock, timers, sayHello } = this.#parts;
    this.#nextHello?.cancel();
    const nonce = randomUUID();
    if (this.#asked !== undefined)
      this.#overtaken = [this.#asked.nonce, ...this.#overtaken].slice(0, overtakenKept);
    this.#asked = { nonce, atMs: clock.monotonicMs() };
    const patienceMs = backOffMs(this.#unanswered, durations.helloAgainEveryMs, durations.helloEveryMs);
    this.#unanswered += 1;
    const waitMs = this.#welcomed ? durations.helloEveryMs : patienceMs;
    // First: a disk that refuses is asked again.
    this.#nextHello = timers.after(waitMs, () => this.hello());
    sayHello(this.#session, nonce);
  }

  /** Judges an opened welcome; anything but `accepted` and `helloAgain` has changed nothing that counts. */
  welcome({ nonce, time }: Welcome): WelcomeVerdict {
    if (nonce === null) return this.#helloAgain();
    const { clock, timers, onWelcome } = this.#parts;
    const asked = this.#asked;
    if (asked?.nonce !== nonce) return this.#answersEarlierHello(nonce) ? 'overtaken' : 'nonce';
    this.#asked = undefined;
    const nowMs = clock.monotonicMs();
    if (nowMs - asked.atMs > durations.welcomeWithinMs) return 'late';
    this.#welcomed = true;
    this.#unanswered = 0;
    this.#nextHello?.cancel();
    this.#nextHello = timers.after(durations.helloEveryMs, () => this.hello());
    // The cloud read its clock somewhere between our asking and now; the middle is wrong by at most half of it.
    const atMonotonicMs = (asked.atMs + nowMs) / 2;
    onWelcome({ session: this.#session, time: Date.parse(time), atMonotonicMs });
    return 'accepted';
  }

  /** For judging commands: no session before its welcome. */
  commands(): CommandSession {
    return { session: this.#welcomed ? this.#session : undefined, lastN: this.#lastN };
  }

  useUp(n: number): void {
    this.#lastN = n;
  }

  /** Once for each: a second answer is a replay. */
  #answersEarlierHello(nonce: string): boolean {
    const found = this.#overtaken.includes(nonce);
    this.#overtaken = this.#overtaken.filter((earlier) => earlier !== nonce);
    return found;
  }

  /** The head-end has restarted and knows no sessions. At once, then at most once in 10 s. */
  #helloAgain(): 'helloAgain' {
    if (this.#restraint !== undefined) {
      this.#helloWanted = true;
      return 'helloAgain';
    }
    this.#restraint = this.#parts.timers.after(durations.helloAgainEveryMs, () => {
      this.#restraint = undefined;
      if (!this.#helloWanted) return;
      this.#helloWanted = false;
      this.#helloAgain();
    });
    this.hello();
    return 'helloAgain';
  }
}
