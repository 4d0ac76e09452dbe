import type { DoorId } from '../core/dataset.ts';
import type { EventDraft } from '../ports/events.ts';
import { type Journal, StorageFault } from '../ports/journal.ts';
import type { SaltoAuditEntry, SaltoBegun, SaltoLog, SaltoOperation } from '../ports/salto.ts';
import type { Recorder } from './recorder.ts';

const lastEntry = 'auditEntry';

const alarms: ReadonlySet<SaltoOperation> = new Set(['duress', 'intrusion', 'tamper', 'leftOpen']);
const warnings: ReadonlySet<SaltoOperation> = new Set([
  'communicationLost',
  'batteryLow',
  'clockWrong',
  'hardwareFailure',
  'blacklistedKeyDeleted',
]);
/** What somebody looks for afterwards, and need not hear of at once. */
const notices: ReadonlySet<SaltoOperation> = new Set([
  'communicationBack',
  'emergencyOpenStarted',
  'emergencyOpenEnded',
  'emergencyCloseStarted',
  'emergencyCloseEnded',
  'intrusionEnded',
  'tamperEnded',
  'leftOpenEnded',
]);

function severityOf(operation: SaltoOperation): EventDraft['severity'] {
  if (alarms.has(operation)) return 'alarm';
  if (warnings.has(operation)) return 'warning';
  return notices.has(operation) || operation.startsWith('refused') ? 'notice' : 'info';
}

/** What a SALTO server says, as events of ours, and where the conversation with it stands, in one transaction each. */
export class JournaledSaltoLog implements SaltoLog {
  readonly #journal: Journal;
  readonly #recorder: Recorder;

  constructor(journal: Journal, recorder: Recorder) {
    this.#journal = journal;
    this.#recorder = recorder;
  }

  lastAuditEntry(): string | undefined {
    return this.#journal.saltoNote(lastEntry);
  }

  takeAudit(entries: readonly SaltoAuditEntry[], last: string): void {
    // SALTO keeps its trail: while the disk is nearly full there is room for this device's own events only.
    if (this.#recorder.shedding.active)
      throw new StorageFault('diskFull', 'the audit trail waits for room on the disk');
    this.#recorder.commit(
      entries.map(
        ({ id, ...entry }): EventDraft => ({
          type: 'SaltoAudit',
          severity: severityOf(entry.operation),
          saltoEvent: id,
          ...entry,
        }),
      ),
      [{ kind: 'salto', name: lastEntry, value: last }],
    );
  }

  begun(door: DoorId): SaltoBegun {
    const noted = this.#journal.saltoNote(`begun ${door}`) ?? '';
    return { office: noted.includes('office'), emergency: noted.includes('emergency') };
  }

  setBegun(door: DoorId, { office, emergency }: SaltoBegun): void {
    const value = [...(office ? ['office'] : []), ...(emergency ? ['emergency'] : [])].join(' ');
    this.#recorder.commit([], [{ kind: 'salto', name: `begun ${door}`, value }]);
  }
}
