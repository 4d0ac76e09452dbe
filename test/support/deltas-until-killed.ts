/** Applies the next deltas to the store of argv[2], saying each seq once it is committed, until it is killed. */
import { writeSync } from 'node:fs';
import { openStore } from '../../controller/store/open-store.ts';
import { historyOf } from './delta-history.ts';

const { replica } = openStore(String(process.argv[2]), { now: () => Date.now() });
const history = historyOf();
for (const delta of history) {
  if (delta.seq <= replica.cursor().seq) continue;
  replica.applyDelta(delta);
  writeSync(1, `${delta.seq}\n`);
}
