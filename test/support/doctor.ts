/** `vestibule doctor` for tests: in this process, or as its user runs it; and the list of what was provoked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { enableCompileCache } from 'node:module';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { examine, type Patience } from '../../controller/doctor/examine.ts';
import type { Finding, FindingKind } from '../../controller/doctor/finding.ts';
import { findingKinds } from '../../controller/doctor/kinds.ts';

type CodesIn<Areas> =
  Areas extends Readonly<Record<string, infer Kinds>>
    ? Kinds extends unknown
      ? keyof Kinds & string
      : never
    : never;
export type FindingCode = CodesIn<typeof findingKinds>;

// As the command itself does: doctor's own processes then need not read their program anew for each test.
enableCompileCache();

const kinds = new Map<string, FindingKind>(
  Object.values(findingKinds).flatMap((area) => Object.entries<FindingKind>(area)),
);
export const findingCodes: readonly string[] = [...kinds.keys()];

/** A busy machine takes its time; where waiting is to end in vain, the test says how long it waits. */
const patient: Patience = { consoleMs: 60_000, brokerStepMs: 60_000, databasesMs: 60_000, ntpMs: 60_000 };

/** What doctor finds, without the process around it. */
export async function examined(
  configFile: string,
  patience: Partial<Patience> = {},
): Promise<readonly Finding[]> {
  const read = loadConfig(configFile);
  if (read.kind === 'refused') throw new Error(read.problem);
  return examine(read.config, { watch: (_, work) => work, patience: { ...patient, ...patience } });
}

export interface DoctorRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** With `--json`. */
  readonly findings: readonly Finding[];
}

/**
 * Runs the command in a shell of its own, after `before`, which may mount something or become somebody; `unshared`
 * keeps mounts to that shell.
 */
export async function doctor(
  configFile: string,
  {
    args = ['--json'],
    before = 'true',
    runner = [],
    main = 'scripts/bin/vestibule.mjs',
    env = process.env,
  }: {
    readonly args?: readonly string[];
    readonly before?: string;
    readonly runner?: readonly string[];
    /** Of another installation. */
    readonly main?: string;
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<DoctorRun> {
  const script = `${before} && exec "$@"`;
  const vestibule = [process.execPath, main, '--config', configFile, 'doctor', ...args];
  const [program = 'sh', ...rest] = [...runner, 'sh', '-c', script, 'sh', ...vestibule];
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  const json = args.includes('--json') && stdout.startsWith('{');
  const { findings } = json ? (JSON.parse(stdout) as Pick<DoctorRun, 'findings'>) : { findings: [] };
  return { code, stdout, stderr, findings };
}

/** Mounts of a test's own: as root, and as a user who may make a name space. */
export const unshared: readonly string[] =
  process.getuid?.() === 0 ? ['unshare', '--mount'] : ['unshare', '--map-root-user', '--mount'];

export const codesOf = (findings: readonly Finding[]): readonly string[] => findings.map(({ code }) => code);

export const oneOf = (findings: readonly Finding[], code: FindingCode): Finding => {
  const one = findings.find((finding) => finding.code === code);
  if (one === undefined) throw new Error(`${code} was not found, but ${codesOf(findings).join(', ')}`);
  return one;
};

/**
 * A test that brings these findings about; whatever of the table no test brings about, test/app/doctor.test.ts names.
 * Each must come with its level, a whole sentence and its way out.
 */
export function provoked(
  codes: readonly FindingCode[],
  situation: string,
  arrange: () => Promise<readonly Finding[]>,
): void {
  it(`${situation}: ${codes.join(', ')}`, async () => {
    const findings = await arrange();
    for (const code of codes) {
      const { level, what, wayOut } = oneOf(findings, code);
      expect(level).toBe(kinds.get(code)?.level);
      expect(what).not.toBe('');
      expect(`${what}${wayOut}`).not.toMatch(/[{}]/);
      expect(wayOut === undefined).toBe(level === 'ok');
    }
  });
}
