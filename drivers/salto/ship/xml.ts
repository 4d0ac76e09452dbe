/**
 * XML as SHIP uses it: elements and text. Attributes, comments and processing instructions are passed over. A document type
 * is refused, so that there are no entities to expand, and so is anything deeper or with more elements than an answer has.
 */
import { SaxesParser } from 'saxes';

export interface XmlElement {
  readonly name: string;
  /** Without the space around it, which some servers add. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const maxDepth = 16;
const maxElements = 20_000;

/** Undefined for what is not well-formed, or not allowed here. */
export function parseXml(text: string): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const open: Building[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new XmlRefused();
  });
  parser.on('opentag', ({ name }) => {
    elements += 1;
    if (open.length >= maxDepth || elements > maxElements) throw new XmlRefused();
    open.push({ name, text: '', children: [] });
  });
  const addText = (piece: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const built = open.pop();
    if (built === undefined) return;
    const element: XmlElement = { name: built.name, text: built.text.trim(), children: built.children };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  try {
    parser.write(text).close();
  } catch {
    // The parser's own errors quote what it read: nothing of it goes any further.
    return undefined;
  }
  return root;
}

interface Building {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

class XmlRefused extends Error {
  readonly code = 'xmlRefused';
}

/** An element with text, or with elements in it. */
export type XmlOut = readonly [name: string, content: string | readonly XmlOut[]];

export function writeXml([name, content]: XmlOut): string {
  const inner = typeof content === 'string' ? escaped(content) : content.map(writeXml).join('');
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}

/** Characters that XML 1.0 cannot carry at all are left out. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');

export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name);

/** Undefined where it is not there, or empty. */
export const textOf = (element: XmlElement | undefined, name: string): string | undefined =>
  childOf(element, name)?.text || undefined;

/** A whole number; undefined for anything else. */
export function integerOf(element: XmlElement | undefined, name: string): number | undefined {
  const text = textOf(element, name);
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
