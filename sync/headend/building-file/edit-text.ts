/**
 * Small changes to the text of a building file that leave every other byte as its author wrote it: comments, quotes,
 * alignment, line ends (docs/adr/0007). Pure. Whoever uses them reads the result again and compares.
 */
import {
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { yamlEntry, yamlInline, yamlScalar } from './yaml-text.ts';

type Entry = Readonly<Record<string, unknown>>;
type List = 'residents' | 'guests';

/** Undefined: the file is written in a way that cannot be changed like this. */
type Edited = string | undefined;

/** Adds entries at the end of a list, in the style of what is there. */
export function addEntries(text: string, list: List, entries: readonly Entry[]): Edited {
  const root = parseDocument(text, { stringKeys: true }).contents;
  if (!isMap(root)) return undefined;
  const pair = pairOf(root, list);
  if (pair === undefined) return addList(text, root, list, entries);
  const seq = pair.value;
  if (!isSeq(seq)) return undefined;
  const [start, end] = rangeOf(seq);
  const last = seq.items.at(-1) as Node | undefined;
  if (seq.flow !== true) return addToBlock(text, seq, entries);
  if (last === undefined) {
    // `[]` becomes a list of lines below its key, if the key itself stands on a line.
    if (root.flow === true) return splice(text, start, end, `[${entries.map(yamlInline).join(', ')}]`);
    const key = text.slice(0, start).trimEnd();
    const cut = `${key}${text.slice(end)}`;
    return insertLines(
      cut,
      endOfLine(cut, key.length - 1),
      entries.map((entry) => yamlEntry(entry, '  ')).join(''),
    );
  }
  const [, lastEnd] = rangeOf(last);
  return splice(text, lastEnd, lastEnd, entries.map((entry) => `, ${yamlInline(entry)}`).join(''));
}

/** Sets one plain field of an entry, whether it is there or not. */
export function setField(
  text: string,
  list: List,
  index: number,
  field: string,
  value: string | boolean,
): Edited {
  const root = parseDocument(text, { stringKeys: true }).contents;
  const seq = isMap(root) ? pairOf(root, list)?.value : undefined;
  const entry = isSeq(seq) ? seq.items[index] : undefined;
  if (!isMap(entry)) return undefined;
  const pair = pairOf(entry, field);
  if (pair !== undefined) {
    if (!isScalar(pair.value)) return undefined;
    const [start, end] = rangeOf(pair.value);
    return splice(text, start, end, yamlScalar(value));
  }
  const line = `${field}: ${yamlScalar(value)}`;
  if (entry.flow === true) {
    const last = entry.items.at(-1)?.value as Node | undefined;
    if (last === undefined) return undefined;
    const [, end] = rangeOf(last);
    return splice(text, end, end, `, ${line}`);
  }
  const [start, end] = rangeOf(entry);
  return insertLines(
    text,
    endOfLine(text, lastOf(text, end)),
    `${' '.repeat(columnOf(text, start))}${line}\n`,
  );
}

function addList(text: string, root: YAMLMap, list: List, entries: readonly Entry[]): Edited {
  const [, end] = rangeOf(root);
  if (root.flow === true) {
    const last = root.items.at(-1)?.value as Node | undefined;
    if (last === undefined) return undefined;
    const [, lastEnd] = rangeOf(last);
    return splice(text, lastEnd, lastEnd, `, "${list}": [${entries.map(yamlInline).join(', ')}]`);
  }
  const lines = entries.map((entry) => yamlEntry(entry, '  ')).join('');
  return insertLines(text, endOfLine(text, lastOf(text, end)), `\n${list}:\n${lines}`);
}

function addToBlock(text: string, seq: YAMLSeq, entries: readonly Entry[]): string {
  const [start, end] = rangeOf(seq);
  const indent = ' '.repeat(columnOf(text, start));
  const last = seq.items.at(-1) as Node | undefined;
  // Entries that stand apart by a blank line go on doing so.
  const before = seq.items.length > 1 && last !== undefined ? text.slice(0, rangeOf(last)[0]) : '';
  const apart = /\n[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*[ \t]*-[ \t]*$/.test(before);
  const lines = entries.map((entry) => `${apart ? '\n' : ''}${yamlEntry(entry, indent)}`).join('');
  return insertLines(text, endOfLine(text, lastOf(text, end)), lines);
}

const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);

/** Start, and the end of what it says (without what follows on its line). Every parsed node has them. */
const rangeOf = (node: Node): readonly [start: number, end: number] => {
  if (!node.range) throw new Error('a node that was parsed has a place');
  return [node.range[0], node.range[1]];
};

const splice = (text: string, start: number, end: number, put: string): string =>
  `${text.slice(0, start)}${put}${text.slice(end)}`;

/** The place of the last character before `end` that is not blank. */
const lastOf = (text: string, end: number): number => text.slice(0, end).trimEnd().length - 1;

/** Where the line after the one at `place` begins; a comment on that line stays on it. */
function endOfLine(text: string, place: number): number {
  const end = text.indexOf('\n', place);
  return end === -1 ? text.length : end + 1;
}

const columnOf = (text: string, place: number): number => place - (text.lastIndexOf('\n', place - 1) + 1);

/** `lines` end in `\n` each; the file's own line ends are kept. */
function insertLines(text: string, at: number, lines: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return splice(text, at, at, `${gap}${lines}`.replaceAll('\n', eol));
}
