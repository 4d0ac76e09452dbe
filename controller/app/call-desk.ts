import { randomUUID } from 'node:crypto';
import type { AccessRequest } from '../core/access/decision.ts';
import type { BuildingRows } from '../core/access/facts.ts';
import { type CallsMade, withCall } from '../core/call/limits.ts';
import { type CallNumber, planConciergeCall, planResidentCall } from '../core/call/plan.ts';
import { recall } from '../core/call/recall.ts';
import type { Building, DoorId, Language, Resident, ResidentId } from '../core/dataset.ts';
import { consoleName } from '../core/directory.ts';
import { isResidentAt } from '../core/time/residency.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { type Journal, StorageFault } from '../ports/journal.ts';
import type { CallAnswer, CallRefusal, ControllerStatus, LobbyCall } from '../ports/lobby.ts';
import type { DirectoryRows, Replica } from '../ports/replica.ts';
import { callRecords } from './call-records.ts';
import type { CallRuntime } from './call-runtime.ts';
import { notCalledSentences } from './call-sentences.ts';
import type { Doors } from './doors.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

export interface CallDeskParts {
  /** Absent: this console places no calls. */
  readonly calls: CallRuntime | undefined;
  /** The door that a called person opens. */
  readonly callDoor: DoorId;
  readonly doors: Doors;
  readonly replica: Replica;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
}

type From = Extract<EventDraft, { type: 'CallStarted' }>['from'];

type Rows = BuildingRows & DirectoryRows;

interface Refused {
  readonly refused: CallRefusal;
  readonly resident?: ResidentId;
  readonly leftOut?: number;
}

interface Wanted {
  readonly from: From;
  readonly resident?: ResidentId;
  /** Numbers that consoles do not dial. */
  readonly leftOut: number;
  readonly numbers: readonly [CallNumber, ...CallNumber[]];
  readonly language: Language;
  readonly shown: Pick<LobbyCall, 'to' | 'callee'>;
}

/** Finds whom a guest wants to call, says why not, or has the call placed. */
export class CallDesk {
  readonly #parts: CallDeskParts;
  #made: CallsMade = [];
  #limited = false;

  constructor(parts: CallDeskParts) {
    this.#parts = parts;
  }

  /** Goes on counting where the last run left off, and ends in the log what a kill has left open there. */
  start(): void {
    const { journal, clock, recorder, log } = this.#parts;
    try {
      const { made, open } = recall(callRecords(journal), clock.reading(), clock.monotonicMs());
      this.#made = made;
      recorder.commit(
        open.map((call): EventDraft => ({ type: 'CallEnded', severity: 'info', call, outcome: 'failed' })),
      );
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.error({ fault: error.code }, 'the calls of the last run are not known');
    }
  }

  /** What calls are placed with; absent: none are. */
  phone(): NonNullable<ControllerStatus['phone']> | undefined {
    const { calls } = this.#parts;
    if (calls === undefined) return undefined;
    const { simulated, fault, unregistered, line } = calls;
    return {
      simulated,
      ...(fault === undefined ? {} : { fault }),
      ...(unregistered === undefined ? {} : { unregistered }),
      ...(line === undefined ? {} : { line }),
    };
  }

  present(): LobbyCall | undefined {
    return this.#parts.calls?.shown();
  }

  /** The guest gives up, or has read the outcome. */
  end(call: string): void {
    this.#parts.calls?.end(call);
  }

  concierge(): CallAnswer {
    return this.#call((_rows, building) => {
      const plan = planConciergeCall(building);
      return plan.kind === 'refused'
        ? { refused: plan.reason, leftOut: plan.leftOut }
        : {
            from: 'concierge',
            leftOut: plan.leftOut,
            numbers: plan.numbers,
            language: firstLanguage(building),
            shown: { to: 'concierge' },
          };
    });
  }

  /** Somebody whom the directory names, or named until just now. */
  resident(id: ResidentId): CallAnswer {
    return this.#call((rows, building) => {
      const holder = rows.holder({ kind: 'resident', id });
      const found = holder?.kind === 'resident' ? [holder.row] : [];
      const wanted = this.#toResident(
        found.filter(({ showOnConsole }) => showOnConsole),
        building,
        'directory',
      );
      return 'refused' in wanted && wanted.refused === 'unknownCallee' ? { refused: 'notListed' } : wanted;
    });
  }

  /** The guess budget has been asked. A code that is two residents' calls neither: the wrong one could open. */
  directoryCode(digits: string): CallAnswer {
    return this.#call((rows, building) =>
      this.#toResident(rows.residentsByDirectoryCode(digits), building, 'directoryCode'),
    );
  }

  refuse(reason: CallRefusal): CallAnswer {
    return { outcome: 'notCalled', reason, sentence: notCalledSentences[reason] };
  }

  #toResident(found: readonly Resident[], building: Building, from: From): Wanted | Refused {
    const { clock, journal } = this.#parts;
    const reading = clock.reading();
    const here = found.filter(
      (row) =>
        row.status === 'active' &&
        !journal.denied({ table: 'resident', id: row.id, version: row.version }) &&
        isResidentAt(row, building, reading.now),
    );
    const [resident, another] = here;
    if (resident === undefined || another !== undefined) return { refused: 'unknownCallee' };
    const plan = planResidentCall(resident, building, reading);
    const { leftOut } = plan;
    if (plan.kind === 'refused') return { refused: plan.reason, resident: resident.id, leftOut };
    const name = resident.showOnConsole ? consoleName(resident) : undefined;
    return {
      from,
      resident: resident.id,
      leftOut,
      numbers: plan.numbers,
      language: resident.language,
      shown: {
        to: 'resident',
        ...(name === undefined ? {} : { callee: { name, suite: resident.suite } }),
      },
    };
  }

  #call(find: (rows: Rows, building: Building) => Wanted | Refused): CallAnswer {
    const { calls, replica, log } = this.#parts;
    if (calls === undefined) return this.refuse('noPhone');
    if (calls.fault !== undefined) return this.refuse('phoneFault');
    if (calls.busy) return this.refuse('lineBusy');
    try {
      const found = replica.read((rows) => {
        const building = rows.building();
        return building && { building, wanted: find(rows, building) };
      });
      if (found === undefined) return this.refuse('unknownCallee');
      const { building, wanted } = found;
      if ('refused' in wanted && isNobody(wanted.refused)) return this.refuse(wanted.refused);
      if (!this.#mayTry()) return this.refuse('tooManyCalls');
      if ('refused' in wanted) return this.#refused(wanted);
      return { outcome: 'calling', call: this.#place(calls, wanted, building) };
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.error({ fault: error.code }, 'a call could not be placed: the disk refused');
      return this.refuse('storageFault');
    }
  }

  /** Tries that come to nothing count too, so that their events are bounded; being over the limit is told once. */
  #mayTry(): boolean {
    const made = withCall(this.#made, this.#parts.clock.monotonicMs());
    const limited = made === undefined;
    if (limited && !this.#limited) this.#refused({ refused: 'tooManyCalls' });
    this.#limited = limited;
    if (made !== undefined) this.#made = made;
    return !limited;
  }

  #place(
    calls: CallRuntime,
    { from, resident, leftOut, numbers, language, shown }: Wanted,
    building: Building,
  ): string {
    const id = randomUUID();
    const { ringTimeoutMs, talkTimeoutMs, callUnlockDigits } = building;
    calls.place({
      call: {
        id,
        numbers,
        language,
        rules: { ringTimeoutMs, talkTimeoutMs, unlockDigits: callUnlockDigits },
      },
      shown,
      ...(resident === undefined ? {} : { resident }),
      door: this.#parts.callDoor,
      started: {
        type: 'CallStarted',
        severity: 'info',
        call: id,
        from,
        ...(resident === undefined ? {} : { resident }),
        ...numbersLeftOut(leftOut),
        simulated: calls.simulated,
      },
      unlock: () => this.#unlock(id, resident),
    });
    return id;
  }

  /** DESIGN section 4, `callUnlock`: judged as the called resident whichever number answered, at this moment. */
  #unlock(call: string, resident: ResidentId | undefined): boolean {
    const { doors, callDoor } = this.#parts;
    const runtime = doors.get(callDoor);
    if (runtime === undefined) return false;
    const request: AccessRequest =
      resident === undefined
        ? { kind: 'conciergeUnlock', door: callDoor, call }
        : { kind: 'callUnlock', door: callDoor, call, resident };
    const outcome = runtime.request(request, { door: callDoor, accessPoint: 'call', call });
    return outcome.kind === 'decided' && outcome.decision.outcome === 'grant';
  }

  #refused({ refused, resident, leftOut = 0 }: Refused): CallAnswer {
    const { recorder } = this.#parts;
    recorder.commit([
      {
        type: 'CallRefused',
        severity: refused === 'tooManyCalls' ? 'warning' : 'info',
        reason: refused,
        ...(resident === undefined ? {} : { resident }),
        ...numbersLeftOut(leftOut),
      },
    ]);
    return this.refuse(refused);
  }
}

const numbersLeftOut = (leftOut: number) => (leftOut === 0 ? {} : { numbersLeftOut: leftOut });

const firstLanguage = ({ languages }: Building): Language => languages[0] ?? 'en';

/** There is nobody to be rung: no event, so that nobody can fill the log with wrong codes. */
const isNobody = (reason: CallRefusal): boolean => reason === 'unknownCallee' || reason === 'notListed';
