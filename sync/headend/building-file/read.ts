import { type Problem, pathText, readYaml } from '../../../config/yaml-problems.ts';
import type { GuestId } from '../../../controller/core/dataset.ts';
import { duplicates } from './check-duplicates.ts';
import { missingReferences } from './check-references.ts';
import { senseless } from './check-sense.ts';
import { type BuildingFile, BuildingFileSchema } from './file.ts';
import { withIds } from './ids.ts';
import { type FilePath, type NameOf, nameInFile } from './places-in-file.ts';

/**
 * A guest whose host, or whose community, may have no new guests. It is a problem only for a guest that is not
 * published yet (DESIGN section 3: restricting stops future invites), which only publishing knows.
 */
interface RestrictedInvite {
  readonly guest: GuestId;
  readonly problem: Problem;
}

export type BuildingFileRead =
  | {
      readonly kind: 'building';
      readonly file: BuildingFile;
      readonly restricted: readonly RestrictedInvite[];
      /** The line of an entry or field. */
      readonly lineOf: (path: FilePath) => number;
    }
  /** At least one; each sentence is complete (file, line, column, path, what, way out) and holds no code or number. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** Reads and checks a building file. Never throws: whatever is wrong with the text is a problem in the answer. */
export function readBuildingFile(text: string, fileName: string): BuildingFileRead {
  const read = readYaml(text, fileName, BuildingFileSchema);
  if (read.kind === 'refused') return read;
  const { problemAt, lineOf } = read;
  const identified = withIds(read.value);
  if (identified.kind === 'idsMissing') {
    return { kind: 'refused', problems: identified.findings.map(({ path, what }) => problemAt(path, what)) };
  }

  const { file } = identified;
  const nameOf: NameOf = (path) => {
    const entry = path.slice(0, 2);
    const name = nameInFile(file, entry);
    return `${pathText(entry)}${name && ' '}${name}, line ${lineOf(path)}`;
  };
  const problems = [...senseless(file), ...missingReferences(file), ...duplicates(file, nameOf)]
    .map(({ path, what }) => problemAt(path, what))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.length > 0) return { kind: 'refused', problems };
  return {
    kind: 'building',
    file,
    lineOf,
    restricted: restrictedGuests(file).map(({ guest, index, what }) => ({
      guest,
      problem: problemAt(['guests', index], what),
    })),
  };
}

const communityRestricted =
  'is a new guest while invites are restricted for the whole community (invites.restricted): remove the guest or the restriction';
const hostRestricted =
  "is a new guest of a host whose invites are restricted: remove the guest, or the resident's invites.restricted";

function restrictedGuests({ invites, residents, guests }: BuildingFile) {
  const hosts = new Set<string>(residents.filter((r) => r.invites?.restricted).map(({ id }) => id));
  return guests.flatMap(({ id, host, revoked }, index) => {
    if (revoked) return [];
    if (invites?.restricted) return [{ guest: id, index, what: communityRestricted }];
    return host !== undefined && hosts.has(host) ? [{ guest: id, index, what: hostRestricted }] : [];
  });
}
