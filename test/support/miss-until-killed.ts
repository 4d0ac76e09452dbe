/** Commits denials with the budget that each leaves into the store of argv[2], saying each seq once it is on disk, until it is killed. */
import { writeSync } from 'node:fs';
import { noGuesses } from '../../controller/core/guess-budget.ts';
import { openStore } from '../../controller/store/open-store.ts';

const { journal } = openStore(String(process.argv[2]), { now: () => Date.now() });
for (;;) {
  const next = journal.head().seq + 1;
  const budget = { ...noGuesses, lastMissMs: next };
  journal.commit([JSON.stringify({ type: 'AccessDenied' })], [{ kind: 'guesses', budget }]);
  writeSync(1, `${next}\n`);
}
