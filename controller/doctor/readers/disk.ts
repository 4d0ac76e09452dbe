import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openReserve } from '../../store/reserve-file.ts';
import type { DiskFacts } from '../areas/disk.ts';
import { reasonOf } from './reason.ts';

/** The file system under the state folder, or where it will be made. */
export async function readDisk(folder: string): Promise<DiskFacts> {
  try {
    const { blocks, bfree, bavail, bsize, files, ffree } = await statfs(folder);
    return {
      kind: 'disk',
      folder,
      space: { usedBytes: (blocks - bfree) * bsize, availableBytes: bavail * bsize },
      reserveBytes: openReserve(folder).keptBytes,
      readOnly: await isReadOnly(folder),
      ...(files === 0 ? {} : { freeFiles: ffree }),
    };
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return readDisk(dirname(folder));
    return { kind: 'unknown', folder, reason: reasonOf(error) };
  }
}

/** Told of a read-only file system to root, too. */
const isReadOnly = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => false,
    (error: unknown) => reasonOf(error) === 'EROFS',
  );
