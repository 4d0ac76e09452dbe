/** Values as YAML 1.2 text, in the style of a building file: codes and numbers of digits in quotes (pure). */

/** What no YAML reads as anything but this text: words, dates, times. */
const plainWords = /^\p{L}[\p{L}\p{M}\d'’.&()/_ -]*$/u;
const plainMoment = /^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$/;
/** Words that some YAML reads as a truth value or nothing. */
const notText = /^(true|false|null|yes|no|on|off|y|n)$/i;

export function yamlScalar(value: unknown): string {
  if (typeof value === 'string' && (isPlain(value) || plainMoment.test(value))) return value;
  // JSON's strings, numbers and truth values are YAML's.
  return JSON.stringify(value);
}

const isPlain = (text: string): boolean =>
  plainWords.test(text) && !text.endsWith(' ') && text.length <= 100 && !notText.test(text);

/** `[a, "12"]`, `{suite: "101", …}`, or a scalar; keys are plain words of ours. */
export function yamlInline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlInline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, field]) => `${JSON.stringify(key)}: ${yamlInline(field)}`)
      .join(', ')}}`;
  }
  return yamlScalar(value);
}

/** An entry of a list as lines: `  - suite: "101"`, and its further fields below. */
export const yamlEntry = (entry: Readonly<Record<string, unknown>>, indent: string): string =>
  Object.entries(entry)
    .map(([key, value], i) => `${indent}${i === 0 ? '- ' : '  '}${key}: ${yamlInline(value)}\n`)
    .join('');
