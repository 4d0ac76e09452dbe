/** Stages the chunks of argv[3] that the store of argv[2] misses, and kills itself after argv[4] parts of them. */
import { readFileSync } from 'node:fs';
import { systemTimers } from '../../controller/app/system-clock.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { ChunkStaging } from '../../sync/links/chunk-staging.ts';

const { replica } = openStore(String(process.argv[2]), { now: () => Date.now() });
const chunks = JSON.parse(readFileSync(String(process.argv[3]), 'utf8')) as readonly string[];
let left = Number(process.argv[4]);
// The link's timers keep no process alive.
setInterval(() => {}, 1_000);

function takeNext(): void {
  const { manifest, missing: [index] = [] } = replica.staged() ?? {};
  if (manifest === undefined || index === undefined) throw new Error('nothing is left to be staged');
  staging.take(manifest.snapshot, index, Buffer.from(chunks[index] ?? '', 'base64'));
}

const staging = new ChunkStaging({
  replica,
  timers: {
    after(ms, run) {
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
      return systemTimers.after(ms, run);
    },
  },
  onEnd: takeNext,
});
takeNext();
