import type { SecretKind } from './secrets.ts';
import { filesIn, type KeptFile, throughSqlite } from './site-files.ts';

/** Somewhere that a secret could be, and the kinds that belong there. */
export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
  readonly may: readonly SecretKind[];
}

/** Of a place where nothing secret belongs, which is nearly all of them. */
export const openPlace = (name: string, text: string): Place => ({ name, bytes: Buffer.from(text), may: [] });

/** What the dataset is made of: hashes, and in clear what calls need. */
const dataset: readonly SecretKind[] = ['hash', 'phone', 'directoryCode'];

/** The dataset travels in deltas and snapshots, and in no other message. */
export const onTheWire = (topic: string, text: string): Place => ({
  ...openPlace(`wire ${topic}`, `${topic}\n${text}`),
  may: /\/down\/(delta|chunk)$/.test(topic) ? dataset : [],
});

/** The dataset rests in one database of each end (also when set aside), the site key in one file of each end. */
function mayHold(file: string): readonly SecretKind[] {
  if (/^(controller\/identity|headend)\/site\.key$/.test(file)) return ['siteKey'];
  return /^(controller\/replica|headend\/headend)\.db/.test(file) ? dataset : [];
}

/** The building file and drafts of it: what people write by hand is the only place of codes in clear. */
const isHandwritten = (file: string): boolean => file === 'building.yaml' || file.startsWith('by-hand/');

/**
 * Every file of a site as it is now. Of databases that nobody is writing to (`atRest`) also what SQLite makes of file
 * and -wal: the file after a checkpoint, and each value by itself.
 */
export async function photographed(
  folder: string,
  moment: string,
  { atRest }: { readonly atRest: boolean },
): Promise<readonly Place[]> {
  const files = (await filesIn(folder)).filter(({ name }) => !isHandwritten(name));
  const places = files.map(({ name, bytes }) => ({ name: `${name} ${moment}`, bytes, may: mayHold(name) }));
  const databases = atRest ? files.filter(({ name }) => name.endsWith('.db')) : [];
  const views = databases.map((database) => viewsOf(database, files, moment));
  return [...places, ...(await Promise.all(views)).flat()];
}

async function viewsOf(
  database: KeptFile,
  files: readonly KeptFile[],
  moment: string,
): Promise<readonly Place[]> {
  const { name } = database;
  const wal = files.find((file) => file.name === `${name}-wal`);
  const { checkpointed, values } = await throughSqlite(database, wal);
  const may = mayHold(name);
  return [
    { name: `${name} ${moment}, checkpointed`, bytes: checkpointed, may },
    { name: `${name} ${moment}, by value`, bytes: values, may },
  ];
}
