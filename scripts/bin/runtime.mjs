// Plain JavaScript on purpose: it must run on any Node to say which one is needed.
const needed = 26;

/** Runs `main` on the runtime that the project brings, or says in a sentence how to. */
export async function run(main) {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < needed) {
    process.stderr.write(
      `Vestibule needs Node ${needed}; this is ${process.versions.node}. ` +
        'Run "npm install" once in its folder and start it through npm, which brings the right one: ' +
        '"npx vestibule --help", "npm start".\n',
    );
    process.exit(78);
  }
  await import(main);
}
