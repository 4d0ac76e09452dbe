/** A store in a folder of its own, closed and removed when the test ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EpochMs } from '../../controller/core/access/facts.ts';
import { openStore, type Store } from '../../controller/store/open-store.ts';

export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-store-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function storeIn(dir: string, now: () => EpochMs = () => 0): Store {
  const store = openStore(dir, { now });
  onTestFinished(() => store.close());
  return store;
}
