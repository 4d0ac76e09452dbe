/** What the directory may hold as a number, and nothing else: never a URI, never a header (FACTS of toll fraud). */
const dialable = /^(?:\+[1-9]\d{6,14}|\d{2,6})$/;

/** `{number}` as it is, `{digits}` without its plus sign; for trunks that want it so. */
const placeholder = /\{(number|digits)\}/g;

/** @returns undefined for what is neither E.164 nor an extension of 2 to 6 digits */
export function dialUri(template: string, number: string): string | undefined {
  if (!dialable.test(number)) return undefined;
  return template.replaceAll(placeholder, (_, form: string) =>
    form === 'digits' ? number.replace('+', '') : number,
  );
}
