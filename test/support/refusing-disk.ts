import { spawnSync } from 'node:child_process';

/** The kernel refuses this process every write to a file beyond that many bytes; pipes and sockets are free. */
function limitFileSize(bytes: '1' | 'unlimited'): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prlimit failed: ${stderr}`);
}

/** Runs `use` while the disk takes nothing. Synchronous, so that nobody else in this process notices. */
export function whileDiskRefuses<T>(use: () => T): T {
  limitFileSize('1');
  try {
    return use();
  } finally {
    limitFileSize('unlimited');
  }
}
