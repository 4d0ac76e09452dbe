/** A small disk of its own for a state folder, where this user may mount one; elsewhere the kernel refuses the writes. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
  /** Until `free`, nothing more can be written; `pid` is the process that the disk is full for. */
  fill(pid: number | undefined): void;
  free(pid: number | undefined): void;
  unmount(): void;
}

const size = '48m';

export function smallDisk(folder: string): SmallDisk {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder]);
  return status === 0 ? mounted(folder) : refused;
}

function mounted(folder: string): SmallDisk {
  const filler = join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (let bytes = 1 << 20; bytes >= 4_096; bytes = Math.floor(bytes / 2)) writeAll(file, bytes);
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      spawnSync('umount', ['--lazy', folder]);
    },
  };
}

function writeAll(file: number, bytes: number): void {
  const block = Buffer.alloc(bytes);
  try {
    while (writeSync(file, block) === bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

/** As the tests have it: no file of that process may grow beyond a byte. */
const limit = (pid: number | undefined, bytes: string): void => {
  if (pid !== undefined) spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
};

const refused: SmallDisk = {
  fill: (pid) => limit(pid, '1'),
  free: (pid) => limit(pid, 'unlimited'),
  unmount: () => {},
};
