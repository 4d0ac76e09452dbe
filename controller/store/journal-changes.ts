import type { JournalChange } from '../ports/journal.ts';
import type { CommandLog } from './command-log.ts';
import type { DenialTables } from './denials.ts';
import type { DiskNotices } from './disk-notices.ts';
import type { GuessLog } from './guess-log.ts';
import type { JournalState } from './journal-state.ts';
import type { OperatorModes } from './operator-modes.ts';
import type { PersonLog } from './person-log.ts';
import type { SaltoNotes } from './salto-notes.ts';

export interface JournalTables {
  readonly commands: CommandLog;
  readonly denials: DenialTables;
  readonly disk: DiskNotices;
  readonly guesses: GuessLog;
  readonly operators: OperatorModes;
  readonly persons: PersonLog;
  readonly salto: SaltoNotes;
}

/** Makes one change inside the caller's transaction and returns the journal's state after it. */
export function makeChange(tables: JournalTables, state: JournalState, change: JournalChange): JournalState {
  switch (change.kind) {
    case 'countUse':
      tables.persons.countUse(change.guest, change.at);
      return state;
    case 'giveBackUse':
      tables.persons.giveBackUse(change.guest);
      return state;
    case 'knownArea':
      tables.persons.setArea(change.subject, change.area, change.at);
      return state;
    case 'forgetAreas':
      tables.persons.forgetAreas();
      return state;
    case 'operatorMode':
      tables.operators.set(change.setting);
      return state;
    case 'command':
      tables.commands.set(change.command);
      return state;
    case 'revocation':
      tables.denials.addRevocation(change.revocation);
      return state;
    case 'dropRevocations':
      for (const revocation of change.revocations) tables.denials.dropRevocation(revocation);
      return state;
    case 'lockdown':
      tables.denials.setLockdown(change.lockdown);
      return state;
    case 'guesses':
      tables.guesses.set(change.budget);
      return state;
    case 'codesTooShort':
      tables.guesses.setCodesTooShort(change.tooShort);
      return state;
    case 'diskLow':
      tables.disk.setLow(change.low);
      return state;
    case 'shed':
      tables.disk.setShed(change.shed);
      return state;
    case 'salto':
      tables.salto.set(change.name, change.value);
      return state;
    case 'clockFloor':
      return { ...state, clockFloor: change.floor };
    case 'welcome':
      return { ...state, lastWelcomeAt: change.at, guestUsesKnown: 1 };
    default:
      throw new TypeError(`unknown change ${String(change satisfies never)}`);
  }
}

/** Whether a change touches what is mirrored and kept in memory. */
export const changesDenials = ({ kind }: JournalChange): boolean =>
  kind === 'revocation' || kind === 'dropRevocations' || kind === 'lockdown' || kind === 'operatorMode';
