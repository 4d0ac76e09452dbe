import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const pageBytes = 4096;

/** A file system of its own, small enough to be filled, with something on it that is not ours. */
export interface SmallDisk {
  readonly dir: string;
  availableBytes(): number;
  /** Fills the disk up, until no more than so much is available. */
  fill(leaveBytes?: number): void;
  /** Somebody deletes what filled it. */
  free(): void;
}

/** A real tmpfs, gone with the test. Its user must be allowed to mount one. */
export function smallDisk(megabytes: number): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-disk-'));
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', dir],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    rmdirSync(dir);
    throw new Error(
      `This test fills a small file system, and may not mount one (${stderr.trim()}). Run it as root, or as "unshare -Urm npm test".`,
    );
  }
  onTestFinished(() => {
    // Lazily: what a test left open must not keep its disk.
    spawnSync('umount', ['-l', dir]);
    rmdirSync(dir);
  });
  const ballast = join(dir, 'ballast');
  const availableBytes = (): number => {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  };
  return {
    dir,
    availableBytes,
    fill(leaveBytes = 0) {
      const file = openSync(ballast, 'a');
      const page = Buffer.alloc(pageBytes, 0xb5);
      while (availableBytes() >= leaveBytes + pageBytes) writeSync(file, page);
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
  };
}
