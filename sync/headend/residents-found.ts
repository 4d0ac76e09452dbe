/** Residents of a building file by what an operator calls them (pure). */
import type { BuildingFile } from './building-file/file.ts';
import { slug } from './building-file/ids.ts';

export type Resident = BuildingFile['residents'][number];

/** The one with this id; else those of this suite; else those with all these words in their names. */
export function residentsFound({ residents }: BuildingFile, asked: string): readonly Resident[] {
  const byId = residents.filter(({ id }) => id === asked);
  if (byId.length > 0) return byId;
  const wanted = slug(asked);
  if (wanted === '') return residents.filter(({ suite }) => suite === asked.trim());
  const bySuite = residents.filter(({ suite }) => slug(suite) === wanted);
  if (bySuite.length > 0) return bySuite;
  const words = wanted.split('-');
  return residents.filter((resident) => {
    const own = new Set(
      slug(`${resident.displayName ?? ''} ${resident.overrideDisplayName ?? ''}`).split('-'),
    );
    return words.every((word) => own.has(word));
  });
}

export const residentText = ({ id, suite, displayName, overrideDisplayName }: Resident): string => {
  const name = displayName ?? overrideDisplayName;
  return name === undefined ? `suite ${suite} (${id})` : `${name}, suite ${suite} (${id})`;
};
