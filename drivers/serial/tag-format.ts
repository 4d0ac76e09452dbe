/** What of a reader's line is the tag, as data. Pure. */

export interface TagFormat {
  /** Before the tag; lines that do not begin so are none of ours. */
  readonly startsWith: string;
  /** After it. */
  readonly endsWith: string;
  readonly letters: 'hex' | 'decimal' | 'printable';
  /** How many letters the tag has; absent: any number. */
  readonly length?: number;
}

const alphabets = {
  hex: /^[0-9A-Fa-f]+$/,
  decimal: /^[0-9]+$/,
  printable: /^[!-~](?:[ -~]*[!-~])?$/,
} as const satisfies Readonly<Record<TagFormat['letters'], RegExp>>;

/** The tag in a line; undefined: not one of this format. */
export function tagOf(
  line: string,
  { startsWith, endsWith, letters, length }: TagFormat,
): string | undefined {
  const whole = line.trim();
  if (!whole.startsWith(startsWith) || !whole.endsWith(endsWith)) return undefined;
  const tag = whole.slice(startsWith.length, whole.length - endsWith.length).trim();
  if (whole.length < startsWith.length + endsWith.length || !alphabets[letters].test(tag)) return undefined;
  return length === undefined || tag.length === length ? tag : undefined;
}
