// Part of npm's `prepare` step: reads the whole program once, so that the first start at a front door is as quick as the others.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { keepCompiled } from './runtime.mjs';

const loadedOnDemand = [
  '../../controller/run-command.ts',
  '../../controller/status-command.ts',
  '../../controller/doctor-command.ts',
  '../../sync/headend/cli/program.ts',
  '../../sync/headend/open-head-end.ts',
];

await keepCompiled();
for (const module of loadedOnDemand) await import(module);
for (const command of ['vestibule', 'vestibule-headend', 'vestibule-sim'])
  execFileSync(process.execPath, [fileURLToPath(new URL(`${command}.mjs`, import.meta.url)), '--help']);
