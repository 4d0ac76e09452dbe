import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const changing = ['openSync', 'writeFileSync', 'fsyncSync', 'renameSync', 'mkdirSync', 'rmSync'] as const;

class PowerCut extends Error {}

/** Files that were written and are only in memory as yet: a rename may reach the disk before what they hold. */
class Unsynced {
  readonly #opened = new Map<unknown, unknown>();
  #paths: readonly string[] = [];

  done(name: (typeof changing)[number], [target, to]: readonly unknown[], result: unknown): void {
    const path = String(this.#opened.get(target) ?? target);
    if (name === 'openSync') this.#opened.set(result, target);
    else if (name === 'writeFileSync') this.#paths = [...this.#paths, path];
    else if (name === 'fsyncSync') this.#paths = this.#paths.filter((one) => one !== path);
    else if (name === 'rmSync') this.#paths = this.#paths.filter((one) => !isAt(path, one));
    else if (name === 'renameSync') {
      this.#paths = this.#paths
        .filter((one) => !isAt(String(to), one))
        .map((one) => (isAt(path, one) ? `${String(to)}${one.slice(path.length)}` : one));
    }
  }

  lose(): void {
    for (const path of this.#paths) fs.truncateSync(path);
  }
}

/** The path itself, or what is below it. */
const isAt = (path: string, other: string): boolean => other === path || other.startsWith(`${path}/`);

/**
 * Does `work` until the power goes before its call number `calls` to the file system, or at its end: no further call
 * reaches the disk, and a file that had no fsync after it was written is empty. True when `work` came through.
 */
export function untilPowerCut(calls: number, work: () => void): boolean {
  let left = calls;
  const unsynced = new Unsynced();
  const real = changing.map((name) => [name, fs[name]] as const);
  for (const [name, call] of real) {
    const counted = (...args: never[]): unknown => {
      left -= 1;
      if (left < 0) throw new PowerCut();
      const result = (call as (...passed: never[]) => unknown)(...args);
      unsynced.done(name, args, result);
      return result;
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
    unsynced.lose();
  }
}
