/**
 * Numbers that this console never dials (toll fraud, and false alarms from a lobby): refused when the building is
 * published and again when dialled, because the rows may have been made by another head-end.
 */

export type NumberRefusal = 'emergency' | 'premium' | 'country';

/** Emergency and help lines of two and three digits (ITU-T E.161.1 and national plans); as extensions they would reach the trunk. */
const emergency: ReadonlySet<string> = new Set([
  ...['15', '17', '18'],
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

/**
 * What a PBX makes an emergency call of: behind the digit that takes an outside line, or with digits too many, which
 * analogue trunks leave out. 112 with more digits is left: it is a suite of the eleventh floor. 116 and three digits:
 * the help lines of Europe (Decision 2007/116/EC).
 */
const emergencyByPbx = /^(?:911|999|[0789](?:911|112|999)|116\d{3}$)/;

/**
 * Numbers that cost their caller: NANP 900, 976 and N11, the international 808 and 979, satellites and international
 * networks, personal numbers, and national premium ranges.
 */
const premium: readonly RegExp[] = [
  /^\+1900/,
  /^\+1\d{3}976\d{4}$/,
  /^\+(?:808|979)/,
  /^\+(?:870|878|88[123])/,
  /^\+3190[069]/,
  // Not all of 9: Ghent is +32 9.
  /^\+3290/,
  /^\+338[129]/,
  /^\+34(?:80[367]|90[57])/,
  // Without the zero: +39 089 is Salerno.
  /^\+39(?:0878|144|16[346]|89)/,
  /^\+4190\d/,
  /^\+439[03]/,
  /^\+44(?:70|84|87|9)/,
  /^\+49(?:900|180|137)/,
  /^\+6119/,
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
  if (!number.startsWith('+'))
    return emergency.has(number) || emergencyByPbx.test(number) ? 'emergency' : undefined;
  if (nanpService.test(number)) return 'emergency';
  if (premium.some((range) => range.test(number))) return 'premium';
  const allowed = callCountries?.some((code) => number.startsWith(code)) ?? true;
  return allowed ? undefined : 'country';
}
