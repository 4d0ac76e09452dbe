/**
 * Numbers that this console never dials (toll fraud, and false alarms from a lobby): refused when the building is
 * published and again when dialled, because the rows may have been made by another head-end.
 */

import { phoneNumberPattern } from '../dataset.ts';

/** `malformed`: neither E.164 nor an extension. `prefix`: dialling digits stand where a country's own number begins. */
export type NumberRefusal = 'malformed' | 'prefix' | 'emergency' | 'premium' | 'country';

/** Emergency and help lines of two, three and five digits (ITU-T E.161.1 and national plans); as extensions they would reach the trunk. */
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
  // Spain and South Africa. No suite begins with a zero.
  ...['061', '062', '080', '085', '088', '091', '092', '10111', '10177'],
]);

/** What takes an outside line. */
const outsideLines = ['0', '00', '7', '8', '9', '99'] as const;

/**
 * What a PBX makes an emergency call of: behind the one or two digits that take an outside line, or with digits too many,
 * which analogue trunks leave out. 112 with more digits is left: it is a suite of the eleventh floor. 116 and three digits:
 * the help lines of Europe (Decision 2007/116/EC).
 */
const emergencyByPbx = new RegExp(`^(?:911|999|(?:${outsideLines.join('|')})(?:911|112|999)|116\\d{3}$)`);

/** Directory enquiries as they are dialled in Europe: 118 118 (GB), 118 218 (FR), 11880 (DE). They put calls through, at their price. */
const enquiries = /^118\d{2,3}$/;

const shortCallingCode = '1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]';
/**
 * A trunk or PBX that makes `+1 011 …` national dials `011 …`: a call to anywhere, whatever callCountries says. No country's
 * own numbers begin with 00, none of the NANP's with 0 or 1, none of Russia's and Kazakhstan's with 0 to 2.
 */
const prefixed = new RegExp(`^\\+(?:1[01]|7[0-2]|(?:${shortCallingCode}|(?!${shortCallingCode})\\d{3})00)`);

/**
 * Numbers that cost their caller: NANP 900, 976 and N11, the international 808 and 979, satellites and international
 * networks, personal numbers, and national premium ranges.
 */
const premium: readonly RegExp[] = [
  /^\+1(?:900|700)/,
  /^\+1\d{3}(?:976\d{4}|5551212)$/,
  /^\+(?:808|979)/,
  /^\+(?:870|878|88[123])/,
  /^\+310?90[069]/,
  // Not all of 9: Ghent is +32 9.
  /^\+320?(?:90|70)/,
  /^\+330?8[129]/,
  /^\+34(?:11|80[367]|90[57])/,
  /^\+351(?:60|70[78]|76)/,
  /^\+3580?[67]00/,
  // Without the zero: +39 089 is Salerno.
  /^\+39(?:0878|144|16[346]|178|199|89)/,
  /^\+410?(?:18|90)/,
  /^\+42090/,
  /^\+430?(?:118|9[03])/,
  // With the zero that people write as (0), and trunks leave out.
  /^\+440?(?:70|84|87|9)/,
  /^\+460?(?:900|939|944)/,
  /^\+4782/,
  /^\+480?70/,
  /^\+490?(?:118|137|138|180|190|700|900)/,
  /^\+610?19/,
  /^\+640?900/,
  /^\+810?990/,
];

const nanpService = /^\+1[2-9]11/;

/**
 * @param number as a row has it, which may be any text
 * @param callCountries calling codes such as `+1`; absent: any
 */
export function numberRefusal(
  number: string,
  callCountries: readonly string[] | undefined,
): NumberRefusal | undefined {
  if (!phoneNumberPattern.test(number)) return 'malformed';
  if (!number.startsWith('+')) {
    if (emergency.has(number) || emergencyByPbx.test(number)) return 'emergency';
    return enquiries.test(number) ? 'premium' : undefined;
  }
  if (nanpService.test(number)) return 'emergency';
  if (prefixed.test(number)) return 'prefix';
  if (premium.some((range) => range.test(number))) return 'premium';
  const allowed = callCountries?.some((code) => number.startsWith(code)) ?? true;
  return allowed ? undefined : 'country';
}

/** What is dialled by the user part of an address: `%23` is a #, no 23, and `%31` is a 1 (RFC 3261 section 19.1.2). */
const dialledBy = (userPart: string): string =>
  userPart
    .replaceAll(/%([\dA-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/[^\d+]/g, '');

/**
 * Whether a PBX or trunk would make an emergency call of what is dialled in the end: the user part of an address, in which
 * an installer's digits (an outside line's 9) may stand around a number that by itself is none. An ordinary number stays
 * one behind an outside line: 9 and +1 416 … are 91416…, and 9 and +994 … are 9994…, which is no 999.
 * @param before what the installer wrote in front of the number; suite 8101 alone is no 101 behind an 8
 */
export function isEmergencyDialled(userPart: string, before: string): boolean {
  const dialled = dialledBy(userPart);
  if (nanpService.test(dialled)) return true;
  // With its country code in front a number is E.164, unless it is too short for that.
  if (/^\+\d{7,}$/.test(dialled)) return false;
  const digits = dialled.replaceAll('+', '');
  if (digits.length > 6) return /^(?:911|112)/.test(digits);
  const own = dialledBy(before).replaceAll('+', '');
  const isBehind = (line: string): boolean =>
    own.startsWith(line) && emergency.has(digits.slice(line.length));
  return emergency.has(digits) || emergencyByPbx.test(digits) || outsideLines.some(isBehind);
}
