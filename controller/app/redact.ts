/**
 * The last net under every log line: codes, hashes and phone numbers never get as far as here, and if one does it
 * is struck out. Fields are judged by name and by what their text looks like.
 */
const secretFields = new Set([
  'digits',
  'code',
  'codes',
  'hash',
  'phone',
  'number',
  'pin',
  'token',
  'siteKey',
  'line',
  'hex',
]);
const secretTexts = [/\b[0-9a-fA-F]{64}\b/g, /\+[1-9]\d{6,14}\b/g, /\b(?:code|bits|text):\S+/g];
const onlyDigits = /^\d{4,15}$/;
const struckOut = '[redacted]';

export const redactText = (text: string): string =>
  onlyDigits.test(text)
    ? struckOut
    : secretTexts.reduce((safe, pattern) => safe.replaceAll(pattern, struckOut), text);

export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return struckOut;
  if (value instanceof Error) {
    return { type: value.name, message: redactText(value.message), stack: redactText(value.stack ?? '') };
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      secretFields.has(name) ? struckOut : redact(field, depth + 1),
    ]),
  );
}
