/** Numbers that no console dials are refused where they are written, before somebody relies on them. */
import { type NumberRefusal, numberRefusal } from '../../../controller/core/call/number-policy.ts';
import type { BuildingFile } from './file.ts';
import type { FilePath, Finding } from './places-in-file.ts';

const whats: Readonly<Record<NumberRefusal, string>> = {
  malformed:
    'is not a number that consoles dial: write + with the country code and digits only, or an extension of 2 to 6 digits',
  prefix:
    'has dialling digits (0, 00, 011) behind its country code: write + with the country code and the number itself',
  emergency: 'is an emergency or help line, which a lobby console must not dial: give a person’s number',
  premium: 'is a number that costs its caller, which consoles do not dial: give an ordinary one',
  country:
    'is in a country that building.callCountries does not list: add its calling code there, or give another number',
};

export function undialable({ building, residents }: BuildingFile): readonly Finding[] {
  const check = (number: string | undefined, path: FilePath): readonly Finding[] => {
    const refusal = number === undefined ? undefined : numberRefusal(number, building.callCountries);
    return refusal === undefined ? [] : [{ path, what: whats[refusal] }];
  };
  return [
    ...check(building.conciergeNumber, ['building', 'conciergeNumber']),
    ...residents.flatMap(({ phone, overrideCallNumber, escalationNumbers }, i) => [
      ...check(phone, ['residents', i, 'phone']),
      ...check(overrideCallNumber, ['residents', i, 'overrideCallNumber']),
      ...escalationNumbers.flatMap((number, j) => check(number, ['residents', i, 'escalationNumbers', j])),
    ]),
  ];
}
