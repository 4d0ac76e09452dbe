import type { z } from 'zod';
import { closest, didYouMean } from './did-you-mean.ts';
import { keysAt } from './schema-keys.ts';
import { formatDuration } from './units.ts';
import type { Path } from './yaml-document.ts';

type Issue = z.core.$ZodIssue;

/** One thing that is wrong: where, and what with the way out. Never the value: it may be a code or a number. */
export interface Finding {
  readonly path: Path;
  readonly target: 'key' | 'value';
  readonly what: string;
  /** For a key that is not known: the path that was probably meant, so that it is not reported as missing too. */
  readonly meant?: Path;
}

/** A zod issue in words. A message of our own schemas completes "must be …"; zod's own messages are not used. */
export function findingsOf(issue: Issue, schema: z.core.$ZodType, value: unknown): readonly Finding[] {
  const here = (what: string): readonly Finding[] => [{ path: issue.path, target: 'value', what }];
  if (value === undefined && issue.code !== 'unrecognized_keys') return here('is missing: add it');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(issue.path, key, keysAt(schema, issue.path)));
    case 'invalid_union':
      return unionFindings(issue, schema, value);
    case 'invalid_type':
      return here(isDefault(issue) ? wrongType(issue.expected, value) : `must be ${issue.message}`);
    case 'invalid_value':
      return here(mustBeOneOf(issue.values.map(String), value));
    case 'too_small':
      return here(bound('at least', issue.minimum, issue.origin, value));
    case 'too_big':
      return here(bound('at most', issue.maximum, issue.origin, value));
    case 'invalid_key':
      return [
        {
          path: issue.path,
          target: 'key',
          what: `cannot stand here: a key must be ${issue.issues[0]?.message ?? ''}`,
        },
      ];
    case 'invalid_format':
      return here(
        issue.format === 'date'
          ? 'must be a date that exists, such as 2027-05-31'
          : `must be ${isDefault(issue) ? `text of the form ${issue.pattern ?? issue.format}` : issue.message}`,
      );
    case 'custom':
    case 'not_multiple_of':
    case 'invalid_element':
      return here(`must be ${issue.message}`);
    default:
      return issue satisfies never;
  }
}

const isDefault = (issue: Issue): boolean => issue.message.startsWith('Invalid ');

function unknownKey(path: Path, key: string, known: readonly string[]): Finding {
  // A key with digits may be a code or a tag in the wrong place: it is not repeated.
  if (!/^[A-Za-z][A-Za-z_-]{0,40}$/.test(key)) {
    return { path, target: 'value', what: 'has a key that is not known here' };
  }
  const near = closest(key, known);
  return {
    path: [...path, key],
    target: 'key',
    what: ['is not a key that is known here', didYouMean(key, known)].filter(Boolean).join(': '),
    ...(near !== undefined && { meant: [...path, near] }),
  };
}

/** Of a union, the branch that the person meant: one that accepts the kind of value which is there. */
function unionFindings(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.core.$ZodType,
  value: unknown,
): readonly Finding[] {
  const here = { path: issue.path, target: 'value' } as const;
  if (issue.discriminator !== undefined)
    return [
      { ...here, what: mustBeOneOf(('options' in issue ? (issue.options ?? []) : []).map(String), value) },
    ];
  const meant = issue.errors.find(
    (errors) => !errors.some((e) => e.path.length === 0 && e.code === 'invalid_type'),
  );
  if (meant === undefined) {
    const types = issue.errors.flatMap((errors) =>
      errors.flatMap((e) => (e.code === 'invalid_type' ? [e] : [])),
    );
    const text = types.find(({ expected }) => expected === 'string') ?? types[0];
    return text === undefined ? [] : findingsOf({ ...text, path: issue.path }, schema, value);
  }
  return meant.flatMap((inner) =>
    findingsOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, valueAt(value, inner.path)),
  );
}

/** What stands at a path of the parsed YAML. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  );

function wrongType(expected: string, value: unknown): string {
  switch (expected) {
    case 'string':
      return typeof value === 'object' && value !== null
        ? 'must be one text'
        : 'must be text: put it in quotes (YAML reads it as something else)';
    case 'int':
      return 'must be a whole number';
    case 'number':
      return typeof value === 'string' ? 'must be a number, without quotes' : 'must be a number';
    case 'boolean':
      return 'must be true or false, without quotes';
    case 'array':
      return 'must be a list: put each entry on a line that starts with "- ", or all in [ ]';
    case 'object':
    case 'record':
      return 'must hold keys with their values ("key: value"), indented below it';
    default:
      return `must be of type ${expected}`;
  }
}

function mustBeOneOf(allowed: readonly string[], value: unknown): string {
  const near = typeof value === 'string' ? closest(value, allowed) : undefined;
  return `must be ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ')}${near ? `: did you mean "${near}"?` : ''}`;
}

function bound(side: 'at least' | 'at most', limit: number | bigint, origin: string, value: unknown): string {
  if (origin === 'string') return `must have ${side} ${limit} character${limit === 1 ? '' : 's'}`;
  if (origin === 'array') return `must have ${side} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  // A number behind a text is a duration: its schema holds milliseconds, the file a unit.
  return `must be ${side} ${typeof value === 'string' ? formatDuration(Number(limit)) : limit}`;
}
