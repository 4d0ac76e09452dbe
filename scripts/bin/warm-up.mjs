// Part of npm's `prepare` step: reads the whole program once, so that the first start at a front door is as quick as the others.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { controllerFlags, keepCompiled } from './runtime.mjs';

const programs = {
  vestibule: {
    flags: controllerFlags,
    loadedOnDemand: [
      '../../controller/run-command.ts',
      '../../controller/status-command.ts',
      '../../controller/doctor-command.ts',
    ],
  },
  'vestibule-headend': { flags: [], loadedOnDemand: ['../../sync/headend/open-head-end.ts'] },
  'vestibule-sim': { flags: [], loadedOnDemand: [] },
};

const [name] = process.argv.slice(2);
if (name === undefined) {
  // Flags hold for a whole process: each program is read in one of its own.
  for (const program of Object.keys(programs)) {
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), program]);
    execFileSync(process.execPath, [fileURLToPath(new URL(`${program}.mjs`, import.meta.url)), '--help']);
  }
} else {
  const { flags, loadedOnDemand } = programs[name];
  await keepCompiled(flags);
  for (const module of loadedOnDemand) await import(module);
}
