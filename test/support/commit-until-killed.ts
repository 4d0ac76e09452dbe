/** Commits events into the store of argv[2], saying each seq once it is on disk, until it is killed. */
import { writeSync } from 'node:fs';
import { openStore } from '../../controller/store/open-store.ts';

const { journal } = openStore(String(process.argv[2]), { now: () => Date.now() });
for (;;) {
  const body = JSON.stringify({ type: 'AccessGranted', after: journal.head().seq, padding: '·'.repeat(200) });
  const events = journal.commit([body, body], [{ kind: 'clockFloor', floor: journal.head().seq }]);
  writeSync(1, `${events.at(-1)?.seq}\n`);
}
