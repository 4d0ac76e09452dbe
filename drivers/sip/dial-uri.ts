import { isEmergencyDialled } from '../../controller/core/call/number-policy.ts';
import { phoneNumberPattern } from '../../controller/core/dataset.ts';

/** `{number}` as it is, `{digits}` without its plus sign; for trunks that want it so. */
const placeholder = /\{(number|digits)\}/g;

/** Without its plus sign such a number is an emergency call to a trunk that looks at the first digits. */
const emergencyFirst = /^\+(?:112|911|999)/;

/** @returns undefined for what is neither E.164 nor an extension of 2 to 6 digits, or would be read as an emergency call */
export function dialUri(template: string, number: string): string | undefined {
  // Never a URI, never a header, never a pause with digits behind it.
  if (!phoneNumberPattern.test(number)) return undefined;
  if (template.includes('{digits}') && emergencyFirst.test(number)) return undefined;
  const uri = template.replaceAll(placeholder, (_, form: string) =>
    form === 'digits' ? number.replace('+', '') : number,
  );
  // The template's own digits count, too: 9 in front of 11 is 911.
  const [before = ''] = userOf(template).split('{');
  return isEmergencyDialled(userOf(uri), before) ? undefined : uri;
}

/** Without a password and parameters: RFC 3261 section 19.1.1. */
const userOf = (address: string): string => /^sip:([^@:;]*)[^@]*@/.exec(address)?.[1] ?? '';
