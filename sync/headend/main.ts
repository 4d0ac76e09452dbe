/** The command `vestibule-headend`. Older runtimes are refused before anything is loaded that would crash on them. */
const neededMajor = 26;
const major = Number.parseInt(process.versions.node, 10);

if (major < neededMajor) {
  process.stderr.write(
    `Vestibule needs Node ${neededMajor}; this is ${process.versions.node}. ` +
      'Start it through npm, which brings the right one: "npx vestibule-headend --help".\n',
  );
  process.exitCode = 78;
} else {
  const { enableCompileCache } = await import('node:module');
  // As scripts/bin/runtime.mjs has done already, unless this file was started by itself.
  enableCompileCache();
  const { headEndProgram } = await import('./cli/program.ts');
  const { goOnUnheard } = await import('./cli/context.ts');
  const { failureOf } = await import('./cli/exit-codes.ts');
  process.once('uncaughtException', (error) => {
    const { sentence, exitCode } = failureOf(error);
    process.stderr.write(`${sentence}\n`);
    process.exit(exitCode);
  });
  goOnUnheard();
  await headEndProgram().parseAsync();
}
