/** What a cell says, as people and office programs write it (pure). Problems never repeat what stands in the cell. */

export type Cell<T> =
  | { readonly kind: 'value'; readonly value: T; readonly note?: string }
  | { readonly kind: 'problem'; readonly what: string };

const value = <T>(it: T, note?: string): Cell<T> => ({
  kind: 'value',
  value: it,
  ...(note === undefined ? {} : { note }),
});
const problem = (what: string): Cell<never> => ({ kind: 'problem', what });

/**
 * An E.164 number. Ten digits are of the North American Numbering Plan, where neither area code nor exchange starts
 * with 0 or 1; anything from elsewhere needs its `+` or `011`.
 */
export function readPhone(text: string): Cell<string> {
  if (/^\d(?:[.,]\d+)?E\+?\d+$/i.test(text)) {
    return problem(
      'is a phone number that Excel rounded: give its column the format "Text" and export it again',
    );
  }
  if (/(?:\d|\b)\s*(?:x|ext|extension|poste|#)\.?\s*\d+\s*$/i.test(text)) {
    return problem('has an extension, which the console cannot dial: write the number alone');
  }
  // Excel's own number may carry a decimal part.
  const bare = text.replace(/^(\d{10,11})[.,]0$/, '$1');
  if (!/^[\d\s().+\-–·\u00a0]+$/.test(bare) || bare.lastIndexOf('+') > 0) {
    return problem('is not one phone number: write its digits only, one number in a column');
  }
  const digits = bare.replaceAll(/\D/g, '');
  const international = bare.startsWith('+')
    ? digits
    : /^011[1-9]/.test(digits)
      ? digits.slice(3)
      : undefined;
  if (international !== undefined && !international.startsWith('1')) {
    return /^[1-9]\d{6,14}$/.test(international)
      ? value(`+${international}`)
      : problem('is not an international number: write + and the country code, 15 digits at most');
  }
  const national = (international ?? digits).replace(/^1/, '');
  if (national.length === 7) return problem('has no area code: write all ten digits');
  return /^[2-9]\d{2}[2-9]\d{6}$/.test(national)
    ? value(`+1${national}`)
    : problem('is not a North American number of ten digits: correct it, or write + and the country code');
}

/** Which of the first two numbers of a date is the month. */
export type DateOrder = 'mdy' | 'dmy';

const months = [
  ['jan', 'january', 'janv', 'janvier'],
  ['feb', 'february', 'fev', 'fevr', 'fevrier'],
  ['mar', 'march', 'mars'],
  ['apr', 'april', 'avr', 'avril'],
  ['may', 'mai'],
  ['jun', 'june', 'juin'],
  ['jul', 'july', 'juil', 'juillet'],
  ['aug', 'august', 'aou', 'aout'],
  ['sep', 'sept', 'september', 'septembre'],
  ['oct', 'october', 'octobre'],
  ['nov', 'november', 'novembre'],
  ['dec', 'december', 'decembre'],
] as const;
const monthOf = (word: string): number =>
  months.findIndex((list) =>
    (list as readonly string[]).includes(word.normalize('NFD').replaceAll(/\P{L}/gu, '').toLowerCase()),
  ) + 1;

/** Excel counts days from here, and its dates in practice lie in these five digits (1954 to 2119). */
const excelDayZero = Temporal.PlainDate.from('1899-12-30');
const excelDays = { from: 20_000, to: 80_000 };

/** A date as `2026-03-01`. A time behind it does not count: it is the building's day that does. */
export function readDate(text: string, order: DateOrder | undefined): Cell<string> {
  const serial = /^(\d{5})(?:[.,]\d+)?$/.exec(text)?.[1];
  if (serial !== undefined) {
    const days = Number(serial);
    return days >= excelDays.from && days < excelDays.to
      ? value(excelDayZero.add({ days }).toString())
      : problem(notADate);
  }
  const day = text.replace(/[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?|Z)?$/i, '').trim();
  const yearFirst = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(day) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(day);
  if (yearFirst !== null) return dateOf(yearFirst[1], yearFirst[2], yearFirst[3]);
  const dayMonth = /^(\d{1,2})(?:er|st|nd|rd|th)?[-\s.]+(\p{L}+)\.?[-\s,.]+(\d{4})$/iu.exec(day);
  if (dayMonth !== null) return dateOf(dayMonth[3], monthOf(dayMonth[2] ?? ''), dayMonth[1]);
  const monthDay = /^(\p{L}+)\.?[-\s.]+(\d{1,2})(?:st|nd|rd|th)?[-\s,.]+(\d{4})$/iu.exec(day);
  if (monthDay !== null) return dateOf(monthDay[3], monthOf(monthDay[1] ?? ''), monthDay[2]);
  const numbers = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})$/.exec(day);
  if (numbers === null) return problem(notADate);
  if (numbers[3]?.length === 2)
    return problem('has a year of two digits: write the year with four, as in 2026-03-01');
  return numericDate(Number(numbers[1]), Number(numbers[2]), numbers[3], order);
}

const notADate = 'is not a date that can be read: write it as 2026-03-01';

function numericDate(
  first: number,
  second: number,
  year: string | undefined,
  order: DateOrder | undefined,
): Cell<string> {
  const asMdy = dateOf(year, first, second);
  const asDmy = dateOf(year, second, first);
  if (order !== undefined) {
    const chosen = order === 'mdy' ? asMdy : asDmy;
    const other = order === 'mdy' ? asDmy : asMdy;
    return chosen.kind === 'problem' && other.kind === 'value'
      ? problem(`is no date in the order that --dates ${order} says: write it as 2026-03-01`)
      : chosen;
  }
  if (asMdy.kind === 'value' && asDmy.kind === 'value' && first !== second) {
    return problem(
      `may be ${asMdy.value} or ${asDmy.value}: say which with --dates mdy or --dates dmy, or write it as 2026-03-01`,
    );
  }
  return asMdy.kind === 'value' ? asMdy : asDmy;
}

function dateOf(
  year: string | undefined,
  month: string | number | undefined,
  day: string | number | undefined,
): Cell<string> {
  const fields = { year: Number(year), month: Number(month), day: Number(day) };
  if (fields.month < 1 || fields.day < 1) return problem(notADate);
  try {
    return value(Temporal.PlainDate.from(fields, { overflow: 'reject' }).toString());
  } catch {
    return problem('is a date that the calendar does not have: correct it');
  }
}

const yes = new Set(['yes', 'y', 'true', '1', 'x', 'oui', 'o', 'vrai', 'hidden', 'masqué', '✓']);
const no = new Set(['no', 'n', 'false', '0', 'non', 'faux', '-']);

export function readYesNo(text: string): Cell<boolean> {
  const word = text.toLowerCase();
  if (yes.has(word)) return value(true);
  return no.has(word) ? value(false) : problem('must be yes or no (oui, non; true, false; 1, 0; x)');
}

export function readLanguage(text: string): Cell<'en' | 'fr'> {
  const word = text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '');
  if (/^(en([-_]\w+)?|eng|english|anglais|e|a)$/.test(word)) return value('en');
  if (/^(fr([-_]\w+)?|fra|fre|french|francais|f)$/.test(word)) return value('fr');
  return problem('must be English or French (anglais, français; en, fr)');
}

/** Excel drops leading zeros from what it takes for a number: they are put back. */
export function readDirectoryCode(text: string, length: number): Cell<string> {
  const digits = text.replace(/^#|[.,]0$/g, '');
  if (!/^\d+$/.test(digits) || digits.length > length) {
    return problem(
      `must be ${length} digits (building.directoryCodeLength): correct it, or leave it empty and one is made`,
    );
  }
  return value(
    digits.padStart(length, '0'),
    digits.length < length ? 'its directory code was filled up with leading zeros' : undefined,
  );
}
