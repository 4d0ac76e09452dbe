/** `resident show|move-out`: residents of the building file. */
import { setField } from '../building-file/edit-text.ts';
import type { BuildingFile } from '../building-file/file.ts';
import { grantsOf } from '../building-file/grants.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { OpenHeadEnd } from '../open-head-end.ts';
import { type Resident, residentsFound, residentText } from '../residents-found.ts';
import {
  checkOrRefuse,
  publishRest,
  type SourceOption,
  withSource,
  writeAndPublish,
} from './change-source.ts';
import { say } from './context.ts';

const namedAtMost = 8;

/** @throws HeadEndError `unknownRow` unless exactly one resident is meant. */
export function theResident(file: BuildingFile, asked: string): Resident {
  const [only, ...more] = residentsOf(file, asked);
  if (only !== undefined && more.length === 0) return only;
  const them = [only, ...more].flatMap((resident) => (resident === undefined ? [] : residentText(resident)));
  const others = them.length > namedAtMost ? `, and ${them.length - namedAtMost} more` : '';
  throw new HeadEndError(
    'unknownRow',
    `${them.length} residents are meant: ${them.slice(0, namedAtMost).join('; ')}${others}. Name one by the id in brackets.`,
  );
}

function residentsOf(file: BuildingFile, asked: string): readonly Resident[] {
  const found = residentsFound(file, asked);
  if (found.length > 0) return found;
  throw new HeadEndError(
    'unknownRow',
    'No resident in the building file has this id, suite or name; try a suite as it is written on its door.',
  );
}

/** `resident show`: everything but codes; phone numbers only when asked for. */
export const showResidentCommand = (
  stateDir: string,
  asked: string,
  options: SourceOption & { readonly phones?: true },
): Promise<void> =>
  withSource(stateDir, options, (books, { file, name, lineOf }) => {
    for (const resident of residentsOf(file, asked)) {
      const line = lineOf(['residents', file.residents.indexOf(resident)]);
      say(`${residentText(resident)}, ${name} line ${line}`);
      for (const fact of factsOf(books, file, resident, options.phones === true)) say(`  ${fact}`);
    }
  });

function factsOf(
  { store }: OpenHeadEnd,
  file: BuildingFile,
  resident: Resident,
  phones: boolean,
): readonly string[] {
  const { id, phone, overrideCallNumber, escalationNumbers, moveInDate, moveOutDate } = resident;
  const numbers = [overrideCallNumber, phone, ...escalationNumbers].flatMap((number) => number ?? []);
  const counted = (list: readonly unknown[], one: string): readonly string[] =>
    list.length === 0 ? [] : [`${list.length} ${one}${list.length === 1 ? '' : 's'}`];
  const credentials = [
    ...counted(resident.codes, 'code'),
    ...counted(resident.cards, 'card or fob').map((text) => text.replace(/card or fobs$/, 'cards or fobs')),
    ...counted(resident.carTags, 'car tag'),
  ];
  const guests = file.guests.filter((guest) => guest.host === id && !guest.revoked);
  return [
    `${resident.showOnConsole ? 'shown on the console' : 'hidden from the console'}${resident.overrideDisplayName === undefined ? '' : ` as ${resident.overrideDisplayName}`}`,
    `status: ${resident.status}${store.overlays.get('resident', id) === undefined ? '' : ', revoked by hand until it is reinstated'}`,
    `moves in: ${moveInDate ?? 'has long since'}; moves out: ${moveOutDate ?? 'not known'}`,
    `language: ${resident.language ?? file.building.languages[0] ?? 'en'}${resident.extendedAccess ? '; accessible timing' : ''}`,
    phones
      ? `phone numbers, in the order in which they are called: ${numbers.join(', ') || 'none'}`
      : `phone numbers: ${numbers.length === 0 ? 'none' : `${numbers.length} (--phones shows them)`}`,
    `opens doors with: ${credentials.join(', ') || 'nothing'}`,
    `doors: ${doorsOf(file, resident).join(', ') || 'none'}`,
    `guests: ${guests.map((guest) => guest.id).join(', ') || 'none'}${resident.invites?.restricted === true ? '; may have no new ones' : ''}`,
  ];
}

/** Doors that are given to the resident or to a group of theirs, whatever the hours. */
function doorsOf(file: BuildingFile, { id }: Resident): readonly string[] {
  const groups = new Set<string>(
    file.groups
      .filter(({ residents }) => residents === 'all' || residents.includes(id))
      .map((group) => group.id),
  );
  const own = grantsOf(file).filter(({ subject }) =>
    subject.kind === 'group' ? groups.has(subject.id) : subject.kind === 'resident' && subject.id === id,
  );
  return [...new Set(own.map(({ door }) => door))];
}

/** `resident move-out`: the last day on which access works. */
export const moveOutCommand = (
  stateDir: string,
  asked: string,
  { on, ...options }: SourceOption & { readonly on: string },
): Promise<void> =>
  withSource(stateDir, options, async (books, source) => {
    const { file } = source;
    const resident = theResident(file, asked);
    const date = dateOf(on);
    if (resident.moveOutDate === date) {
      return publishRest(books, source, `${residentText(resident)} moves out on ${date} already.`);
    }
    if (resident.moveInDate !== undefined && date < resident.moveInDate) {
      throw new HeadEndError(
        'badInput',
        `--on ${date} is before the move-in date, ${resident.moveInDate}: correct one of the two.`,
      );
    }
    const index = file.residents.indexOf(resident);
    const expected = { ...file, residents: file.residents.with(index, { ...resident, moveOutDate: date }) };
    const text = setField(source.text, 'residents', index, 'moveOutDate', date);
    const change = checkOrRefuse(books, source, text, expected);
    if (change === undefined) return;
    await writeAndPublish(books, change);
    say(
      `${residentText(resident)} moves out on ${date}; nothing of theirs works from the day after on, nor do their guests' codes.`,
    );
  });

function dateOf(text: string): string {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text))
      return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString();
  } catch {
    // Said below.
  }
  throw new HeadEndError('badInput', '--on must be a date such as 2027-05-31 that is in the calendar.');
}
