/**
 * Numbers that this console never dials (toll fraud, and false alarms from a lobby): refused when the building is
 * published and again when dialled, because the rows may have been made by another head-end.
 */

export type NumberRefusal = 'emergency' | 'premium' | 'country';

/** Emergency and help lines of three digits (ITU-T E.161.1 and national plans); as extensions they would reach the trunk. */
const emergency: ReadonlySet<string> = new Set([
  ...[
    '000',
    '100',
    '101',
    '102',
    '103',
    '104',
    '106',
    '108',
    '110',
    '111',
    '112',
    '113',
    '114',
    '115',
    '116',
  ],
  ...['117', '118', '119', '120', '122', '123', '133', '144', '190', '191', '192', '193', '198', '199'],
  ...['911', '988', '995', '997', '998', '999'],
]);

/** Numbers that cost their caller: NANP 900, 976 and N11, the international 979, satellites, and national premium ranges. */
const premium: readonly RegExp[] = [
  /^\+1900/,
  /^\+1\d{3}976\d{4}$/,
  /^\+979/,
  /^\+88[12]/,
  /^\+449/,
  /^\+448(4|7)/,
  /^\+338[129]/,
  /^\+49(900|180)/,
  /^\+4190\d/,
  /^\+329\d/,
];

const nanpService = /^\+1[2-9]11/;

/**
 * @param number E.164 or an extension
 * @param callCountries calling codes such as `+1`; absent: any
 */
export function numberRefusal(
  number: string,
  callCountries: readonly string[] | undefined,
): NumberRefusal | undefined {
  if (!number.startsWith('+')) return emergency.has(number) ? 'emergency' : undefined;
  if (nanpService.test(number)) return 'emergency';
  if (premium.some((range) => range.test(number))) return 'premium';
  const allowed = callCountries?.some((code) => number.startsWith(code)) ?? true;
  return allowed ? undefined : 'country';
}
