/**
 * Reading YAML that people write by hand: the configuration here, and the head-end's building file. Every
 * problem is one sentence with file, line, column, the key's path, what is wrong and the way out; it never
 * repeats a value, because a value may be a code or a phone number.
 */
import type { z } from 'zod';
import { findingsOf, valueAt } from './issue-sentence.ts';
import { type Path, type Position, parseYaml } from './yaml-document.ts';

export interface Problem extends Position {
  /** `residents[3].codes[0]`; empty for the file as a whole. */
  readonly path: string;
  /** Complete: `building.yaml:40:5: residents[3].suite is missing: add it.` */
  readonly sentence: string;
}

/** Makes further problems at a path of the file, for rules that a schema cannot hold (references, duplicates). */
type ProblemAt = (path: Path, what: string, target?: 'key' | 'value') => Problem;

export type YamlRead<T> =
  | {
      readonly kind: 'read';
      readonly value: T;
      readonly problemAt: ProblemAt;
      readonly lineOf: (path: Path) => number;
    }
  | { readonly kind: 'refused'; readonly problems: readonly [Problem, ...Problem[]] };

export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}${text && '.'}${String(step)}`),
    '',
  );

/** Never throws. Syntax comes first, then the schema; both report every problem that they can see at once. */
export function readYaml<Schema extends z.ZodType>(
  text: string,
  fileName: string,
  schema: Schema,
): YamlRead<z.output<Schema>> {
  const document = parseYaml(text);
  const problem = (at: Position, path: Path, what: string): Problem => {
    const subject = pathText(path);
    const sentence = `${fileName}:${at.line}:${at.column}: ${[subject, what].filter(Boolean).join(' ')}`;
    return { ...at, path: subject, sentence: /[.?]$/.test(sentence) ? sentence : `${sentence}.` };
  };
  if (document.kind === 'malformed')
    return { kind: 'refused', problems: [problem(document.at, [], document.what)] };
  const { value, locate } = document;
  const problemAt: ProblemAt = (path, what, target) => problem(locate(path, target), path, what);
  if (value === null || value === undefined)
    return { kind: 'refused', problems: [problemAt([], 'the file is empty')] };

  const lost = pathOfProto(value);
  if (lost !== undefined)
    return {
      kind: 'refused',
      problems: [problemAt(lost, 'cannot stand here: no key can be called so; give it another name', 'key')],
    };
  const parsed = schema.safeParse(value);
  if (parsed.success)
    return { kind: 'read', value: parsed.data, problemAt, lineOf: (path) => locate(path).line };
  const findings = parsed.error.issues.flatMap((issue) =>
    findingsOf(issue, schema, valueAt(value, issue.path)),
  );
  const misspelt = new Set(findings.flatMap(({ meant }) => (meant === undefined ? [] : [pathText(meant)])));
  const problems = findings
    .filter(({ path }) => !misspelt.has(pathText(path)) || valueAt(value, path) !== undefined)
    .map(({ path, what, target }) => problemAt(path, what, target));
  const [first, ...rest] = problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { kind: 'refused', problems: [first ?? problemAt([], 'cannot be read'), ...rest] };
}

/** zod leaves out a key `__proto__` without a word, and with it a whole door. */
function pathOfProto(value: unknown, path: Path = [], seen = new Set<object>()): Path | undefined {
  // What an alias (*name) repeats, which may be what it stands in, is looked at once.
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    const found = key === '__proto__' ? here : pathOfProto(inner, here, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
