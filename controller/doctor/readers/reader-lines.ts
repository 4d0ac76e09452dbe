import { access, constants, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { ControllerConfig } from '../../../config/load.ts';
import { ReaderKeysFault, type ReaderStatus } from '../../ports/reader.ts';
import { openReaderKeys } from '../../store/reader-key-file.ts';
import type { ReaderFacts, ReaderLineFacts } from '../areas/readers.ts';
import { reasonOf } from './reason.ts';

/** Looks at the devices without opening them: a running controller has them. Undefined: there are no readers. */
export async function readReaders(
  { file, stateDir, readers }: ControllerConfig,
  running: readonly ReaderStatus[] | undefined,
): Promise<ReaderFacts | undefined> {
  if (readers === undefined) return undefined;
  const groups = await readGroups();
  const lines = await Promise.all(
    Object.entries(readers).map(async ([name, setup]): Promise<ReaderLineFacts> => {
      const { device } = setup;
      const names = setup.hardware === 'osdp' ? Object.keys(setup.readers) : [name];
      return { device, readers: names, access: await accessTo(device), group: await groupOf(device, groups) };
    }),
  );
  const keyed = Object.values(readers).flatMap((setup) =>
    setup.hardware === 'osdp' ? Object.keys(setup.readers) : [],
  );
  return {
    file,
    user: userInfo().username,
    lines,
    keys: keysOf(stateDir, keyed),
    ...(running === undefined ? {} : { running }),
  };
}

const accessTo = (device: string): Promise<ReaderLineFacts['access']> =>
  access(device, constants.R_OK | constants.W_OK).then(
    () => 'good',
    (error: unknown) => (['EACCES', 'EPERM'].includes(reasonOf(error)) ? 'forbidden' : 'missing'),
  );

const groupOf = (device: string, groups: ReadonlyMap<number, string>): Promise<string> =>
  stat(device).then(
    ({ gid }) => groups.get(gid) ?? String(gid),
    () => 'dialout',
  );

async function readGroups(): Promise<ReadonlyMap<number, string>> {
  const text = await readFile('/etc/group', 'utf8').catch(() => '');
  return new Map(
    text.split('\n').map((line) => {
      const [name = '', , gid] = line.split(':');
      return [Number(gid), name];
    }),
  );
}

function keysOf(stateDir: string, readers: readonly string[]): ReaderFacts['keys'] {
  try {
    const keys = openReaderKeys(stateDir);
    return { kind: 'read', without: readers.filter((reader) => keys.get(reader)?.scbk === undefined) };
  } catch (error) {
    if (error instanceof ReaderKeysFault) return { kind: 'unreadable', problem: error.message };
    throw error;
  }
}
