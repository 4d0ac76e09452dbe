/** `guest add|revoke|list`: guests of the building file. */
import { closest, didYouMean } from '../../../config/did-you-mean.ts';
import { addEntries, setField } from '../building-file/edit-text.ts';
import type { BuildingFile } from '../building-file/file.ts';
import { fitted, slug, withIds } from '../building-file/ids.ts';
import { instantOf } from '../building-file/moment.ts';
import { GuestEntry } from '../building-file/people.ts';
import { askControl } from '../control/client.ts';
import type { Published } from '../dataset/publish-rows.ts';
import { newEntryCode } from '../guest-codes.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { OpenHeadEnd } from '../open-head-end.ts';
import { plainText } from '../plain-text.ts';
import { type Resident, residentText } from '../residents-found.ts';
import type { SourceFile } from '../source-file.ts';
import {
  checkOrRefuse,
  publishRest,
  type SourceOption,
  withSource,
  writeAndPublish,
} from './change-source.ts';
import { notServing, say } from './context.ts';
import { show } from './publish-command.ts';
import { theResident } from './resident-command.ts';

export interface GuestOptions extends SourceOption {
  readonly host?: string;
  readonly name: string;
  readonly starts?: string;
  readonly ends: string;
  readonly door?: readonly string[];
  readonly uses?: number;
  readonly validFor?: string;
  readonly kind: string;
}

/** `guest add`: makes a code, writes the guest into the building file, publishes, and shows the code once. */
export const addGuestCommand = (stateDir: string, options: GuestOptions): Promise<void> =>
  withSource(stateDir, options, async (books, source) => {
    const { file } = source;
    const host = options.host === undefined ? undefined : theResident(file, options.host);
    refuseRestricted(source, host);
    const written = writtenGuest(books, file, host, options);
    const guest = GuestEntry.safeParse(written);
    if (!guest.success) throw new HeadEndError('badInput', optionProblem(guest.error.issues[0]));
    refuseSenseless(file, host, guest.data);
    const expected = withIds({ ...file, guests: [...file.guests, guest.data] });
    if (expected.kind === 'idsMissing') throw new Error('a guest was left without an id');
    const text = addEntries(source.text, 'guests', [written]);
    const change = checkOrRefuse(books, source, text, expected.file);
    if (change === undefined) return;
    await writeAndPublish(books, change);
    say(`Added ${written.id}: ${whenText(guest.data)}.`);
    say(
      `The code for ${plainText(options.name)} is ${guest.data.code} – it is shown this once; afterwards only ${source.name} has it.`,
    );
  });

function refuseRestricted({ file, name, lineOf }: SourceFile, host: Resident | undefined): void {
  if (file.invites?.restricted === true) {
    throw new HeadEndError(
      'badSource',
      `The whole community may have no new guests (invites.restricted in ${name}, line ${lineOf(['invites', 'restricted'])}); take that back first if this guest shall come.`,
    );
  }
  if (host?.invites?.restricted !== true) return;
  const index = file.residents.indexOf(host);
  throw new HeadEndError(
    'badSource',
    `${residentText(host)} may have no new guests (invites.restricted in ${name}, line ${lineOf(['residents', index, 'invites'])}); take that back first if this guest shall come.`,
  );
}

function writtenGuest(
  books: OpenHeadEnd,
  file: BuildingFile,
  host: Resident | undefined,
  options: GuestOptions,
) {
  const code = newEntryCode(file);
  if (code === undefined) {
    throw new HeadEndError(
      'badSource',
      'Half of all entry codes are in use: raise building.entryCodeLength.',
    );
  }
  const startsAt = momentText(options.starts ?? nowIn(file.building.timezone));
  return {
    id: freeId(
      books,
      file,
      `${host?.id ?? 'building'}-${slug(options.name) || 'guest'}-${startsAt.slice(0, 10)}`,
    ),
    ...(host !== undefined && { host: host.id }),
    name: plainText(options.name).trim(),
    kind: options.kind,
    ...(options.door !== undefined && { doors: options.door }),
    startsAt,
    endsAt: momentText(options.ends),
    ...(options.uses !== undefined && { maxUses: options.uses }),
    ...(options.validFor !== undefined && { validFor: options.validFor }),
    code,
  };
}

/** Never one that was published before, even if it is gone: its events are another guest's, and it may be revoked by hand. */
function freeId({ store }: OpenHeadEnd, { guests }: BuildingFile, stem: string): string {
  const taken = new Set<string>(guests.map(({ id }) => id));
  for (let n = 1; ; n += 1) {
    const id = fitted(n === 1 ? stem : `${stem}-${n}`);
    const free =
      store.dataset.row('guest', id) === undefined && store.overlays.get('guest', id) === undefined;
    if (free && !taken.has(id)) return id;
  }
}

function refuseSenseless(
  file: BuildingFile,
  host: Resident | undefined,
  guest: ReturnType<typeof GuestEntry.parse>,
): void {
  if (host === undefined && guest.doors.length === 0) {
    throw new HeadEndError(
      'badInput',
      'A guest of the building itself needs its doors: add --door ID, or name a --host.',
    );
  }
  const ids = file.doors.map(({ id }) => id as string);
  const unknown = guest.doors.find((door) => !ids.includes(door));
  if (unknown !== undefined) {
    throw new HeadEndError(
      'badInput',
      `--door "${unknown}" is not in the building file: ${didYouMean(unknown, ids)}`,
    );
  }
  if (guest.endsAt !== undefined && guest.endsAt <= guest.startsAt) {
    throw new HeadEndError('badInput', '--ends is not after --starts: correct one of the two.');
  }
  if (guest.endsAt !== undefined && isOver(file, guest.endsAt)) {
    throw new HeadEndError('badInput', '--ends has passed already: the code would never work.');
  }
}

const optionNames: Readonly<Record<string, string>> = {
  name: '--name',
  kind: '--kind',
  doors: '--door',
  startsAt: '--starts',
  endsAt: '--ends',
  maxUses: '--uses',
  validFor: '--valid-for',
};

const optionProblem = (
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): string => `${optionNames[String(issue?.path[0])] ?? 'The guest'} must be ${issue?.message ?? 'right'}.`;

/** `2027-05-31T17:00` says the same as `2027-05-31 17:00`. */
const momentText = (text: string): string => text.trim().replace(/^(\d{4}-\d{2}-\d{2})T/, '$1 ');

const nowIn = (timeZone: string): string =>
  Temporal.Now.zonedDateTimeISO(timeZone).toPlainDateTime().toString({ smallestUnit: 'minute' });

const isOver = ({ building }: BuildingFile, moment: string): boolean =>
  Temporal.Instant.compare(
    Temporal.Instant.from(instantOf(moment, building.timezone)),
    Temporal.Now.instant(),
  ) <= 0;

/** `guest revoke ID`: in the building file, and at every device at once. */
export const revokeGuestCommand = (stateDir: string, id: string, options: SourceOption): Promise<void> =>
  withSource(stateDir, options, async (books, source) => {
    const { guests } = source.file;
    const index = guests.findIndex((guest) => guest.id === id);
    const guest = guests[index];
    if (guest === undefined) {
      const near = closest(
        id,
        guests.map((other) => String(other.id)),
      );
      const hint = near === undefined ? 'see vestibule-headend guest list --all' : `did you mean "${near}"?`;
      throw new HeadEndError(
        'unknownRow',
        `No guest in ${source.name} has the id "${plainText(id)}": ${hint}`,
      );
    }
    const row = books.store.dataset.row('guest', id)?.row ?? null;
    const works = row !== null && (JSON.parse(row) as { revoked?: boolean }).revoked !== true;
    if (guest.revoked && !works) return publishRest(books, source, `${id} is revoked already.`);
    // A run that ended too soon may have left it in the file alone.
    const text = guest.revoked ? source.text : setField(source.text, 'guests', index, 'revoked', true);
    const expected = { ...source.file, guests: guests.with(index, { ...guest, revoked: true }) };
    const change = checkOrRefuse(books, source, text, expected);
    if (change === undefined) return;
    if (row === null) return writeAndPublish(books, change);
    // The denial reaches a device that is busy or behind, too (PROTOCOL "Denials"); the file then says it for good,
    // so nothing needs to be kept on top of it.
    await writeAndPublish(books, change, () => order(books, 'revoke', id));
    await order(books, 'reinstate', id);
    say(`Revoked ${id}.`);
  });

async function order(books: OpenHeadEnd, name: 'revoke' | 'reinstate', id: string): Promise<void> {
  if (name === 'reinstate' && books.store.overlays.get('guest', id) === undefined) return;
  const served = await askControl<Published, typeof name>(books.stateDir, name, { table: 'guest', id });
  const published = served.kind === 'answer' ? served.value : books.desk[name]('guest', id);
  if (published.kind === 'published') show(published);
  if (name === 'revoke' && served.kind === 'notRunning') say(notServing);
}

/** `guest list`: who may come, without codes. */
export const listGuestsCommand = (
  stateDir: string,
  options: SourceOption & { readonly all?: true },
): Promise<void> =>
  withSource(stateDir, options, (_, { file }) => {
    const guests = file.guests.filter(
      (guest) =>
        options.all === true ||
        !(guest.revoked || (guest.endsAt !== undefined && isOver(file, guest.endsAt))),
    );
    if (guests.length === 0) return say('No guest is invited.');
    for (const guest of guests) {
      const doors = guest.doors.length === 0 ? 'the guest entrances' : guest.doors.join(', ');
      const state = guest.revoked
        ? ['revoked']
        : guest.endsAt !== undefined && isOver(file, guest.endsAt)
          ? ['over']
          : [];
      say(
        [
          guest.id,
          plainText(guest.name),
          `of ${guest.host ?? 'the building'}`,
          guest.kind,
          whenText(guest),
          doors,
          ...state,
        ].join('  '),
      );
    }
  });

function whenText({
  startsAt,
  endsAt,
  maxUses,
}: Pick<BuildingFile['guests'][number], 'startsAt' | 'endsAt' | 'maxUses'>): string {
  const uses = maxUses === undefined ? '' : maxUses === 1 ? ', once' : `, ${maxUses} times`;
  return `${startsAt} to ${endsAt ?? 'no end'}${uses}`;
}
