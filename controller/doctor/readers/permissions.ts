import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { EntryFacts, PermissionFacts } from '../areas/permissions.ts';
import { reasonOf } from './reason.ts';

/** Looks at the state folder and the folders with keys in it; what is not there is no finding of permissions. */
export async function readPermissions(folder: string): Promise<PermissionFacts> {
  const nameOf = await readUsers();
  const entries: EntryFacts[] = [];
  let unreadable: PermissionFacts['unreadable'];
  const look = async (path: string): Promise<void> => {
    try {
      const { uid, mode } = await stat(join(folder, path));
      entries.push({ path, owner: nameOf(uid), mode: mode & 0o777 });
      await access(join(folder, path), constants.R_OK);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === 'ENOENT') return;
      unreadable ??= { path: join(folder, path), reason, owner: nameOf(await ownerOf(join(folder, path))) };
    }
  };
  const namesIn = (path: string): Promise<readonly string[]> =>
    readdir(join(folder, path)).then(
      (names) => names.sort().map((name) => join(path, name)),
      () => [],
    );
  await look('');
  for (const path of [...(await namesIn('')), ...(await namesIn('identity')), ...(await namesIn('readers'))])
    await look(path);
  const { uid } = userInfo();
  return { folder, user: nameOf(uid), entries, ...(unreadable === undefined ? {} : { unreadable }) };
}

/** Of a file, or of the folder that keeps this user from seeing it. */
const ownerOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ uid }) => uid,
    () => ownerOf(dirname(path)),
  );

/** Users of this machine; those of a directory service go by their number. */
async function readUsers(): Promise<(uid: number) => string> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const names = new Map(
    text.split('\n').map((line) => {
      const [name = '', , uid] = line.split(':');
      return [Number(uid), name];
    }),
  );
  return (uid) => names.get(uid) ?? String(uid);
}
