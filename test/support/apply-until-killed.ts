/** Applies the snapshot that is staged in the store of argv[2], saying when it begins and how it ends. */
import { writeSync } from 'node:fs';
import { openStore } from '../../controller/store/open-store.ts';

const { replica } = openStore(String(process.argv[2]), { now: () => Date.now() });
const applied = replica.applyStaged();
writeSync(1, 'begun\n');
writeSync(1, `${(await applied).kind}\n`);
