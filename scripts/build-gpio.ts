/**
 * `npm run gpio`: compiles the native parts of onoff and node-libgpiod for the runtime that the project brings. npm would
 * compile them for its own runtime, and without this fail for want of a compiler on machines that have no relays to drive.
 * Which of them to build may be named; without a name it is both.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const modules = new URL('../node_modules/', import.meta.url).pathname;

interface NativePart {
  readonly name: string;
  readonly sources: readonly string[];
  readonly libraries: readonly string[];
  /** What this runtime's headers need otherwise than its author wrote it. */
  readonly mended?: { readonly file: string; readonly from: string; readonly to: string };
}

const parts: Readonly<Record<'onoff' | 'gpiod', NativePart>> = {
  onoff: { name: 'epoll', sources: ['epoll.cc'], libraries: [] },
  gpiod: {
    name: 'node-libgpiod',
    sources: ['main.cc', 'misc.cc', 'bulk.cc', 'chip.cc', 'line.cc'],
    libraries: ['-lgpiod'],
    // V8 took this method away from contexts; the isolate that it gave is the current one.
    mended: {
      file: 'bulk.cc',
      from: 'Nan::GetCurrentContext()->GetIsolate()',
      to: 'v8::Isolate::GetCurrent()',
    },
  },
};

/** Builds what is not built yet. @throws Error with the compiler's own words and the way out */
export function buildGpio(backends: readonly (keyof typeof parts)[]): void {
  for (const backend of backends) build(parts[backend]);
}

function build({ name, sources, libraries, mended }: NativePart): void {
  const folder = join(modules, name);
  const built = join(folder, 'build/Release', `${name}.node`);
  if (loads(built)) return;
  if (!existsSync(folder)) {
    throw new Error(`${name} is not installed. Run: npm install --include=optional --ignore-scripts`);
  }
  const headers = runtimeHeaders();
  const work = mkdtempSync(join(modules, `.${name}-`));
  try {
    cpSync(join(folder, 'src'), work, { recursive: true });
    if (mended !== undefined) {
      const file = join(work, mended.file);
      const text = readFileSync(file, 'utf8');
      if (!text.includes(mended.from))
        throw new Error(`${name} has changed: ${mended.file} needs no mending`);
      writeFileSync(file, text.replaceAll(mended.from, mended.to));
    }
    const output = join(work, `${name}.node`);
    run('g++', [
      ...['-std=c++20', '-O2', '-w', '-shared', '-fPIC'],
      ...[`-DNODE_GYP_MODULE_NAME=${name}`, '-DBUILDING_NODE_EXTENSION'],
      ...['-I', headers, '-I', join(modules, 'nan')],
      ...sources.map((source) => join(work, source)),
      ...['-o', output, ...libraries],
    ]);
    mkdirSync(join(folder, 'build/Release'), { recursive: true });
    renameSync(output, built);
  } finally {
    rmSync(work, { recursive: true });
  }
  if (!loads(built)) throw new Error(`${built} was compiled, and does not load`);
}

/** Asked in a process of its own: a module that was compiled for another runtime stays with whoever tried it. */
const loads = (file: string): boolean =>
  existsSync(file) &&
  spawnSync(process.execPath, ['-e', 'process.dlopen({ exports: {} }, process.argv[1])', file]).status === 0;

/** The headers of this very runtime: they come with its npm package, and npm takes them away when it tidies up. */
function runtimeHeaders(): string {
  const name = `node-${process.platform}-${process.arch}`;
  const cache = join(modules, '.cache/node-headers');
  const version = process.versions.node;
  const places = [join(modules, 'node/node_modules', name), join(cache, version, 'package')];
  for (const place of places)
    if (existsSync(join(place, 'include/node/node.h'))) return join(place, 'include/node');
  const folder = join(cache, version);
  mkdirSync(folder, { recursive: true });
  process.stdout.write(`fetching the headers of Node ${version} …\n`);
  run('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`]);
  run('tar', ['-xzf', join(folder, `${name}-${version}.tgz`), '-C', folder, 'package/include']);
  rmSync(join(folder, `${name}-${version}.tgz`));
  return join(folder, 'package/include/node');
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(
      `${program} failed: ${error?.message ?? stderr.trim()}\nOn Debian 12: apt-get install g++ libgpiod-dev`,
    );
  }
}

if (import.meta.main) {
  const named = process.argv.slice(2);
  const known = Object.keys(parts) as (keyof typeof parts)[];
  const stranger = named.find((name) => !known.some((one) => one === name));
  try {
    if (stranger !== undefined) throw new Error(`There is no backend "${stranger}": ${known.join(', ')}.`);
    buildGpio(named.length === 0 ? known : known.filter((name) => named.includes(name)));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'unknown fault'}\n`);
    process.exitCode = 1;
  }
}
