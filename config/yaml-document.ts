import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

export type Path = readonly PropertyKey[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a problem points: at a key, or at what stands behind it. */
type Locate = (path: Path, target?: 'key' | 'value') => Position;

export type YamlDocument =
  | { readonly kind: 'document'; readonly value: unknown; readonly locate: Locate }
  | { readonly kind: 'malformed'; readonly at: Position; readonly what: string };

/**
 * Sentences of our own for each YAML error: the parser's messages may quote the text, and the text may hold codes.
 */
const syntaxSentences: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias (*name) takes no tag or anchor of its own',
  BAD_ALIAS: 'this alias (*name) has no anchor (&name) before it',
  BAD_DQ_ESCAPE: 'unknown escape after a backslash: write \\\\ for a backslash, or use single quotes',
  BAD_INDENT:
    'the indentation is not that of the lines around it: align it, or close the bracket or quote above it',
  BAD_SCALAR_START: 'a text that starts with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'two keys on one line: put the second one on a line of its own, or quote the text',
  BLOCK_IN_FLOW: 'inside [ ] or { } everything is written in flow style: no lines that start with a dash',
  DUPLICATE_KEY: 'this key is already given above: keep one of the two',
  MISSING_CHAR:
    'something is missing here: a closing quote, bracket or brace, or a comma or colon with its space',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line: is a colon or a closing quote missing?',
  MULTIPLE_DOCS: 'a second document (---) starts here: only one is read',
  NON_STRING_KEY: 'a key must be plain text',
  TAB_AS_INDENT: 'a tab is used as indentation: use spaces',
  TAG_RESOLVE_FAILED: 'a tag (!name) is not known here: remove it',
  UNEXPECTED_TOKEN: 'this is not expected here: is a quote, a comma or a line break missing before it?',
};

/** Parses one YAML 1.2 document. Never throws; quotes nothing of the text. */
export function parseYaml(text: string): YamlDocument {
  const lineCounter = new LineCounter();
  const doc = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fault = doc.errors[0] ?? doc.warnings[0];
  if (fault !== undefined) {
    const what = syntaxSentences[fault.code] ?? 'this is not YAML that can be read';
    return { kind: 'malformed', at: positionOf(fault.pos[0]), what };
  }
  try {
    return { kind: 'document', value: doc.toJS(), locate: locateIn(doc, positionOf) };
  } catch {
    // toJS throws on aliases that would grow without bound, and on nothing else of a document without errors.
    return { kind: 'malformed', at: { line: 1, column: 1 }, what: 'its aliases (*name) repeat too much' };
  }
}

const nothingYet = { key: 0, value: 0 };

/** The position of the deepest node of a path that exists: a missing key is reported at the mapping that lacks it. */
function locateIn(doc: Document.Parsed, positionOf: (offset: number) => Position): Locate {
  return (path, target = 'value') => {
    let node: unknown = doc.contents;
    let found = startOf(node) ?? nothingYet;
    for (const step of path) {
      const child = childOf(resolved(node, doc), step);
      if (child === undefined) break;
      node = child.value;
      const key = startOf(child.key)?.value;
      const value = startOf(node)?.value ?? key ?? found.value;
      found = { key: key ?? value, value };
    }
    return positionOf(found[target]);
  };
}

const resolved = (node: unknown, doc: Document.Parsed): unknown =>
  isAlias(node) ? (node as Alias).resolve(doc) : node;

const startOf = (node: unknown): { key: number; value: number } | undefined => {
  const start = (node as { range?: readonly [number, number, number] | null } | null | undefined)?.range?.[0];
  return start === undefined ? undefined : { key: start, value: start };
};

function childOf(node: unknown, step: PropertyKey): { key: unknown; value: unknown } | undefined {
  if (isSeq(node) && typeof step === 'number') {
    return step < node.items.length ? { key: undefined, value: node.items[step] } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : undefined) === String(step));
  return pair === undefined ? undefined : { key: pair.key, value: pair.value };
}
