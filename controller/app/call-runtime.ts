/**
 * The call of this console: its mailbox (the single ordering point), its machine, its timers and its phone. What happened
 * is committed first; a call whose beginning the disk refuses is not placed, and one that has begun goes on without it,
 * because only the door's own event opens the door.
 */

import type { CommandBy } from '../core/access/decision.ts';
import {
  type Call,
  type CallEffect,
  type CallInput,
  type CallReport,
  type CallState,
  type CallTimer,
  idleCall,
  stepCall,
} from '../core/call/machine.ts';
import type { DoorId, ResidentId } from '../core/dataset.ts';
import type { AppRefusal, AppRing, RingNews } from '../ports/app-ring.ts';
import type { Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { StorageFault } from '../ports/journal.ts';
import type { CallPhase, LobbyCall } from '../ports/lobby.ts';
import { NamedTimers } from '../ports/named-timers.ts';
import type { Phone, PhoneLine } from '../ports/phone.ts';
import { CallLine } from './call-line.ts';
import { endedSentences, openedSentence } from './call-sentences.ts';
import type { Log } from './log.ts';
import { Mailbox } from './mailbox.ts';
import type { Recorder } from './recorder.ts';

export interface CallRuntimeParts {
  readonly phone: Phone;
  readonly apps: AppRing;
  readonly recorder: Recorder;
  readonly timers: Timers;
  /** How long the outcome stays. */
  readonly showOutcomeForMs: number;
  readonly log: Log;
  readonly onChange: () => void;
}

/** What is to be called, how it is shown, and how the called person opens. */
export interface CallOrder {
  readonly call: Call;
  readonly shown: Pick<LobbyCall, 'to' | 'callee'>;
  /** Who is called; absent: the concierge. */
  readonly resident?: ResidentId;
  /** The door that the called person opens. */
  readonly door: DoorId;
  /** The event of its beginning. */
  readonly started: EventDraft;
  /** Decides, commits and acts; true once the door is released. */
  readonly unlock: () => boolean;
}

export class CallRuntime {
  readonly #parts: CallRuntimeParts;
  readonly #timers: NamedTimers<CallTimer>;
  readonly #mailbox: Mailbox<CallInput>;
  #state: CallState = idleCall;
  #order: CallOrder | undefined;
  #ended: Extract<CallPhase, { kind: 'ended' }> | undefined;
  #outcomeTimer: { cancel(): void } | undefined;
  readonly #line: CallLine;

  constructor(parts: CallRuntimeParts) {
    this.#parts = parts;
    this.#timers = new NamedTimers(parts.timers);
    this.#mailbox = new Mailbox({
      take: (input) => this.#turn(input),
      shown: () => this.shown(),
      onChange: parts.onChange,
    });
    this.#line = new CallLine(parts);
  }

  /** A phone that cannot work is told as an alarm, and keeps no door waiting. */
  async start(): Promise<void> {
    await this.#line.start((event) => this.#mailbox.post({ kind: 'leg', event }));
  }

  async close(): Promise<void> {
    this.#mailbox.post({ kind: 'cancel' });
    this.#outcomeTimer?.cancel();
    await this.#line.close();
  }

  get simulated(): boolean {
    return this.#parts.phone.simulated;
  }

  get fault(): string | undefined {
    return this.#line.fault;
  }

  get unregistered(): string | undefined {
    return this.#line.unregistered;
  }

  /** Absent where there is no line. */
  get line(): PhoneLine | undefined {
    return this.#parts.phone.line();
  }

  get busy(): boolean {
    return this.#state.kind !== 'idle';
  }

  shown(): LobbyCall | undefined {
    const phase = this.#ended ?? phaseOf(this.#state);
    return this.#order === undefined || phase === undefined
      ? undefined
      : { id: this.#order.call.id, ...this.#order.shown, phase };
  }

  /**
   * Places a call; only while not `busy`.
   * @throws StorageFault when its beginning cannot be committed; then nothing rings.
   */
  place(order: CallOrder): void {
    this.#parts.recorder.commit([order.started]);
    this.#outcomeTimer?.cancel();
    this.#ended = undefined;
    this.#order = order;
    this.#tellApps(order, 'ringing');
    this.#mailbox.post({ kind: 'start', call: order.call });
  }

  /** Somebody has answered in an app, if it is theirs to answer and nobody has been quicker. */
  answerInApp(call: string, by: CommandBy): AppRefusal | undefined {
    const order = this.#order;
    if (order?.call.id !== call || !this.busy || !isCalled(by, order.resident)) return 'noSuchCall';
    if (this.#state.kind !== 'calling') return 'alreadyAnswered';
    this.#mailbox.post({ kind: 'app', act: 'answered' });
    return undefined;
  }

  /** A door was opened in an app for this call: over if it is the call door and the called person asked; else left alone. */
  openedInApp(call: string, by: CommandBy, door: DoorId): void {
    const order = this.#order;
    if (order?.call.id !== call || !this.busy || order.door !== door || !isCalled(by, order.resident)) return;
    this.#mailbox.post({ kind: 'app', act: 'opened' });
  }

  /** The guest gives up, or has read the outcome. Another call than the present one is left alone. */
  end(call: string): void {
    if (this.#order?.call.id !== call) return;
    if (this.busy) this.#mailbox.post({ kind: 'cancel' });
    this.#forget();
  }

  #turn(input: CallInput): void {
    const order = this.#order;
    if (order === undefined) return;
    const { state, effects } = stepCall(this.#state, input);
    const reports = effects.flatMap((effect) => (effect.kind === 'report' ? [effect.report] : []));
    this.#record(reports.map((report) => callEvent(report, order.call.id)));
    this.#state = state;
    for (const effect of effects) this.#execute(effect, order);
  }

  #execute(effect: CallEffect, order: CallOrder): void {
    const { phone } = this.#parts;
    switch (effect.kind) {
      case 'report':
        if (effect.report.type === 'CallEnded') this.#show(effect.report.outcome);
        if (effect.report.type === 'CallAnswered') this.#tellApps(order, 'answered');
        if (effect.report.type === 'CallEnded') this.#tellApps(order, 'over');
        return;
      case 'dial':
        phone.dial(effect.leg);
        return;
      case 'hangUp':
        phone.hangUp(effect.leg);
        return;
      case 'tell':
        phone.tell(effect.leg, effect.tone);
        return;
      case 'unlock':
        this.#mailbox.post({ kind: 'unlocked', opened: order.unlock() });
        return;
      case 'startTimer':
        this.#timers.start(effect.timer, effect.ms, () =>
          this.#mailbox.post({ kind: 'timer', timer: effect.timer }),
        );
        return;
      case 'cancelTimers':
        this.#timers.cancelAll();
        return;
      default:
        effect satisfies never;
    }
  }

  #tellApps({ call, resident }: CallOrder, state: RingNews['state']): void {
    const { apps } = this.#parts;
    apps.tell({ call: call.id, state, ...(resident === undefined ? {} : { resident }) });
  }

  #show(outcome: keyof typeof endedSentences): void {
    this.#ended = { kind: 'ended', outcome, sentence: endedSentences[outcome] };
    this.#outcomeTimer = this.#parts.timers.after(this.#parts.showOutcomeForMs, () => this.#forget());
  }

  #forget(): void {
    this.#outcomeTimer?.cancel();
    this.#ended = undefined;
    this.#order = undefined;
    this.#parts.onChange();
  }

  #record(events: readonly EventDraft[]): void {
    if (events.length === 0) return;
    try {
      this.#parts.recorder.commit(events);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'what became of a call could not be committed');
    }
  }
}

function phaseOf(state: CallState): CallPhase | undefined {
  switch (state.kind) {
    case 'idle':
      return undefined;
    case 'calling':
      return { kind: 'calling' };
    case 'talking':
      return { kind: 'talking', endsSoon: state.endsSoon };
    case 'inApp':
      return { kind: 'talking', endsSoon: false };
    case 'opened':
      return { kind: 'opened', sentence: openedSentence };
    default:
      return state satisfies never;
  }
}

function callEvent(report: CallReport, call: string): EventDraft {
  switch (report.type) {
    case 'CallAnswered':
    case 'CallEnded':
      return { ...report, severity: 'info', call };
    case 'CallLegEnded':
      // A line that fails and a number that does not exist are for somebody to repair.
      return {
        ...report,
        severity: ['failed', 'noReply', 'unknownNumber'].includes(report.end) ? 'warning' : 'info',
        call,
      };
    default:
      return report satisfies never;
  }
}

/** A resident answers for themselves, staff where the concierge is called. */
const isCalled = ({ kind, id }: CommandBy, resident: ResidentId | undefined): boolean =>
  resident === undefined ? kind === 'staff' : kind === 'resident' && id === resident;
