/** The machine's reports and decisions as events with their severity, and what they change. */
import type { AccessRequest, Decision } from '../core/access/decision.ts';
import type { EpochMs } from '../core/access/facts.ts';
import type { Door, DoorId } from '../core/dataset.ts';
import type { DoorInput, DoorReport } from '../core/door/state.ts';
import type { EventDraft } from '../ports/events.ts';
import type { JournalChange } from '../ports/journal.ts';

type Grant = Extract<Decision, { readonly outcome: 'grant' }>;

export interface Asked {
  readonly door: DoorId;
  readonly accessPoint: string;
  /** The command's id, where one asked. */
  readonly command?: string;
  /** The call's id, where a called person asked. */
  readonly call?: string;
}

/** The events of one decision, the first of which is the decision itself. */
export function decisionEvents(decision: Decision, asked: Asked): readonly [EventDraft, ...EventDraft[]] {
  const { subject, credential, explanation } = decision;
  const who = {
    ...(subject === undefined ? {} : { subject }),
    ...(credential === undefined ? {} : { credential }),
  };
  const access = { ...asked, ...who, explanation };
  const first: EventDraft =
    decision.outcome === 'grant'
      ? {
          type: 'AccessGranted',
          severity: decision.softAntipassback ? 'warning' : 'info',
          extended: decision.extended,
          ...(decision.softAntipassback ? { softAntipassback: true } : {}),
          ...access,
        }
      : {
          type: 'AccessDenied',
          severity: 'notice',
          reason: decision.reason,
          onvifReason: decision.onvifReason,
          ...access,
        };
  const more: EventDraft[] = [];
  if (decision.duress) more.push({ type: 'Duress', severity: 'alarm', door: asked.door, ...who });
  if (decision.outcome === 'deny' && decision.alarm) {
    more.push({ type: 'AmbiguousCredential', severity: 'alarm', door: asked.door, explanation });
  }
  return [first, ...more];
}

/** A grant as the door's machine takes it. */
export function grantInput(request: AccessRequest, decision: Grant): DoorInput {
  const { extended, subject, countUse } = decision;
  // Who goes in after a call is the guest, not the called resident, who may be at work: nobody's area changes.
  const forAnother =
    request.kind === 'callUnlock' || (request.kind === 'command' && request.call !== undefined);
  return {
    kind: 'accessGranted',
    extended,
    ...(request.kind === 'command' ? { fromAfar: true } : {}),
    ...(subject === undefined || forAnother ? {} : { subject }),
    ...(countUse === undefined ? {} : { countedUse: countUse }),
  };
}

export const useChanges = ({ countUse }: Grant, at: EpochMs): readonly JournalChange[] =>
  countUse === undefined ? [] : [{ kind: 'countUse', guest: countUse, at }];

/** A machine's report as an event of this door, and what it changes in the journal. */
export function reportEvent(
  report: DoorReport,
  door: DoorId,
  cause: string,
): { readonly event: EventDraft; readonly changes: readonly JournalChange[] } {
  switch (report.type) {
    case 'AccessTaken':
      return { event: { ...report, severity: 'info', door }, changes: [] };
    case 'AccessNotTaken': {
      const { giveBackUse, ...said } = report;
      const changes = giveBackUse === undefined ? [] : [{ kind: 'giveBackUse' as const, guest: giveBackUse }];
      return { event: { ...said, severity: 'info', door }, changes };
    }
    case 'DoorMode':
      return { event: { ...report, severity: 'notice', door, cause }, changes: [] };
    case 'DoorForcedOpen':
    case 'DoorOpenTooLong':
    case 'DoorTamper':
    case 'FireReleased':
      return { event: { type: report.type, severity: 'alarm', door }, changes: [] };
    case 'InputFault':
    case 'LockFault':
      return { event: { ...report, severity: 'alarm', door }, changes: [] };
    case 'DoorOpenTooLongSoon':
    case 'RequestToExitHeld':
      return { event: { type: report.type, severity: 'warning', door }, changes: [] };
    case 'DoorMonitor':
    case 'LockMonitor':
    case 'RequestToExit':
      return { event: { ...report, severity: 'info', door }, changes: [] };
    case 'InputFaultEnded':
      return { event: { ...report, severity: 'notice', door }, changes: [] };
    case 'DoorForcedOpenEnded':
    case 'DoorOpenTooLongEnded':
    case 'DoorTamperEnded':
    case 'FireEnded':
    case 'LockFaultEnded':
    case 'RequestToExitHeldEnded':
      return { event: { type: report.type, severity: 'notice', door }, changes: [] };
    default:
      return report satisfies never;
  }
}

/**
 * Where somebody is once access is taken at a door with anti-passback (DESIGN section 4). After a fire nobody knows who went
 * where: everybody's area is unknown, which passes.
 */
export function areaChanges(report: DoorReport, row: Door | undefined, at: number): readonly JournalChange[] {
  if (report.type === 'FireReleased') return [{ kind: 'forgetAreas' }];
  if (report.type !== 'AccessTaken' || report.subject === undefined || row?.antipassback === undefined)
    return [];
  return [{ kind: 'knownArea', subject: report.subject, area: row.antipassback.to, at }];
}
