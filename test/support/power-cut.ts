import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const changing = ['openSync', 'writeFileSync', 'fsyncSync', 'renameSync', 'mkdirSync', 'rmSync'] as const;

class PowerCut extends Error {}

/**
 * Does `work` until the power goes before its call number `calls` to the file system; after that no further one
 * reaches the disk. True when `work` came through.
 */
export function untilPowerCut(calls: number, work: () => void): boolean {
  let left = calls;
  const real = changing.map((name) => [name, fs[name]] as const);
  for (const [name, call] of real) {
    const counted = (...args: never[]): unknown => {
      left -= 1;
      if (left < 0) throw new PowerCut();
      return (call as (...passed: never[]) => unknown)(...args);
    };
    Object.assign(fs, { [name]: counted });
  }
  syncBuiltinESMExports();
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof PowerCut) return false;
    throw error;
  } finally {
    Object.assign(fs, Object.fromEntries(real));
    syncBuiltinESMExports();
  }
}
