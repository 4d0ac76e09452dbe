// Plain JavaScript on purpose: it must run on any Node to say which one is needed.
import { fileURLToPath } from 'node:url';

const needed = 26;

/** The young generation stays at its first size. Left to grow, it keeps 50 MB of a small machine's memory. */
export const controllerFlags = ['--semi-space-growth-factor=1'];

/**
 * Spares a start the reading of the program, and the 16 MB of memory that Node's reader of TypeScript takes: a console that
 * has lost power must open at once. Kept beside the program, because a power cut may empty the system's temporary folder.
 */
export async function keepCompiled(flags) {
  const { setFlagsFromString } = await import('node:v8');
  // Before the folder is chosen, which is one for each set of flags: V8 refuses what was compiled under others.
  for (const flag of flags) setFlagsFromString(flag);
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/vestibule', import.meta.url)));
}

/** Runs `main` on the runtime that the project brings, with these flags of V8, or says in a sentence how to. */
export async function run(main, flags = []) {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < needed) {
    process.stderr.write(
      `Vestibule needs Node ${needed}; this is ${process.versions.node}. ` +
        'Run "npm install" once in its folder and start it through npm, which brings the right one: ' +
        '"npx vestibule --help", "npm start".\n',
    );
    process.exit(78);
  }
  await keepCompiled(flags);
  await import(main);
}
