import type { EventDraft } from '../ports/events.ts';
import type { JournalChange } from '../ports/journal.ts';

/**
 * What becomes of each type of event while the disk is nearly full (DESIGN section 8). Telemetry is shed: it tells how
 * things went, and nobody's rights or safety hang on it. Whatever its type, an alarm is no telemetry.
 */
const classes: Readonly<Record<EventDraft['type'], 'keep' | 'shed'>> = {
  AccessGranted: 'keep',
  AccessDenied: 'keep',
  AccessTaken: 'shed',
  AccessNotTaken: 'shed',
  AmbiguousCredential: 'keep',
  CallAnswered: 'shed',
  CallEnded: 'shed',
  CallLegEnded: 'shed',
  CallRefused: 'shed',
  CallStarted: 'shed',
  ClockChanged: 'shed',
  CloudLinkFresh: 'keep',
  CloudLinkStale: 'keep',
  CodesLongEnough: 'keep',
  CodesTooShort: 'keep',
  ContactCalm: 'shed',
  ContactChattering: 'shed',
  ControllerStarted: 'shed',
  ControllerStopped: 'shed',
  DatasetRowRefused: 'shed',
  DatasetRowsRefused: 'shed',
  Decommissioned: 'keep',
  DeviceIdContested: 'keep',
  DiskSpaceBack: 'keep',
  DiskSpaceLow: 'keep',
  DoorFault: 'keep',
  DoorFaultEnded: 'keep',
  DoorForcedOpen: 'keep',
  DoorForcedOpenEnded: 'keep',
  DoorMisconfigured: 'shed',
  // Those that open are kept, see below.
  DoorMode: 'shed',
  DoorMonitor: 'shed',
  DoorOpenTooLong: 'keep',
  DoorOpenTooLongEnded: 'keep',
  DoorOpenTooLongSoon: 'shed',
  DoorTamper: 'keep',
  DoorTamperEnded: 'keep',
  DoorTested: 'keep',
  DoorWellConfigured: 'shed',
  Duress: 'keep',
  FireEnded: 'keep',
  FireReleased: 'keep',
  GuessBudgetRestored: 'keep',
  GuessBudgetSpent: 'keep',
  Identified: 'shed',
  InboundCallRefused: 'shed',
  InputFault: 'keep',
  InputFaultEnded: 'keep',
  KeypadLockedOut: 'keep',
  KeypadLockoutEnded: 'keep',
  LockdownChanged: 'keep',
  LockFault: 'keep',
  LockFaultEnded: 'keep',
  LockMonitor: 'shed',
  // Whoever hammers a locked keypad must not use up the room for access events.
  LockedKeypadTried: 'shed',
  PhoneControlTaken: 'keep',
  OperatorModeSet: 'keep',
  PhoneFault: 'keep',
  PhoneFaultEnded: 'keep',
  PhoneRegistered: 'keep',
  PhoneUnregistered: 'keep',
  LostCredentialPresented: 'keep',
  ReaderCommissioning: 'keep',
  ReaderFault: 'keep',
  ReaderFaultEnded: 'keep',
  ReaderKeyed: 'keep',
  ReaderKeyFailed: 'keep',
  ReaderPowerBack: 'shed',
  ReaderPowerFailing: 'shed',
  ReaderRotating: 'keep',
  ReaderSecurity: 'keep',
  ReaderSteady: 'shed',
  ReaderTamper: 'keep',
  ReaderTamperEnded: 'keep',
  ReaderUnsteady: 'shed',
  RequestToExit: 'shed',
  RequestToExitHeld: 'shed',
  RequestToExitHeldEnded: 'shed',
  Revoked: 'keep',
  // Waits at SALTO, which keeps its trail, while the disk is nearly full.
  SaltoAudit: 'keep',
  // A forger who sends enough of them would use up the room for access events; their number is told.
  SecurityEvent: 'shed',
  StorageFault: 'keep',
  TelemetryShed: 'keep',
};

/** A door that stands open for everybody is an access event: nobody else is told of who comes in. */
const standsOpen = (draft: EventDraft): boolean =>
  draft.type === 'DoorMode' && (draft.mode === 'LockedOpen' || draft.mode === 'Unlocked');

export const isTelemetry = (draft: EventDraft): boolean =>
  classes[draft.type] === 'shed' && draft.severity !== 'alarm' && !standsOpen(draft);

/** Whether a change by itself, without an event to be kept, may use up the reserve: access and denials hang on it. */
const mayWait: Readonly<Record<JournalChange['kind'], boolean>> = {
  clockFloor: true,
  codesTooShort: true,
  command: false,
  countUse: false,
  diskLow: true,
  dropRevocations: true,
  forgetAreas: true,
  giveBackUse: false,
  guesses: false,
  knownArea: false,
  lockdown: false,
  operatorMode: false,
  revocation: false,
  salto: true,
  shed: true,
  welcome: true,
};

/** Kept while there is room: whoever shakes a reader's wires must not use up the reserve for access events. */
const spendNothing: ReadonlySet<EventDraft['type']> = new Set([
  'ReaderFault',
  'ReaderFaultEnded',
  'ReaderSecurity',
  'ReaderTamper',
  'ReaderTamperEnded',
]);

/** Whether a full disk gives back of its reserve for this transaction. */
export const maySpendReserve = (drafts: readonly EventDraft[], changes: readonly JournalChange[]): boolean =>
  drafts.some((draft) => !isTelemetry(draft) && !spendNothing.has(draft.type)) ||
  changes.some(({ kind }) => !mayWait[kind]);
