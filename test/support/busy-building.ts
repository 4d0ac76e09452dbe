/** What a busy run does to the example building's file, and what strangers try at its doors. */
import type { Strangers } from './secrets.ts';

type Edits = readonly (readonly [string, string])[];

/** Opens the front door. */
export const elodie = '48292613';

export const strangers: Strangers = {
  codes: ['90218734', '31415926', '914159', '998877665544', '4829261'],
  cards: [{ bits: 26, hex: 'de4dbe40' }],
  tags: ['E2009999000011112222ABCD'],
};

export const nobody: Strangers = { codes: [], cards: [], tags: [] };

const lateVisitor =
  '{name: Late visitor, kind: guest, host: 101-elodie-tremblay, code: "71829304", startsAt: 2025-01-01 00:00}';

export const changes: Edits = [
  ['codes: ["47452494"]', 'codes: ["60718293"]'],
  ['phone: "+14165550180"', 'phone: "+14165550198"'],
  ["overrideDisplayName: Shin O'Brien", "overrideDisplayName: Neen O'Brien"],
  ['directoryCode: "6775"', 'directoryCode: "8642"'],
  ['\nguests:\n', `\nguests:\n  - ${lateVisitor}\n`],
];

/** Slips of the pen, by the name of the draft: secrets stand where a program could quote them. */
export const slips: Readonly<Record<string, Edits>> = {
  'wrong-forms.yaml': [
    ['codes: ["23798190"]', 'codes: [23798190]'],
    ['phone: "+15145550139"', 'phone: "5145550139"'],
    ['hex: "a45b0980"', 'hex: "a45b098"'],
    ['codes: ["48292613"]', 'codes: ["48292613"]\n    90218734: true'],
    ['directoryCode: "7292"', 'directoryCode: "call 7292"'],
  ],
  'wrong-sense.yaml': [
    ['codes: ["23798190"]', 'codes: ["48292613"]'],
    ['codes: ["78108790"]', 'codes: ["4829261"]'],
    ['directoryCode: "7292"', 'directoryCode: "7996"'],
    ['schedule: weekday-afternoons', 'schedule: "26457117"'],
    ['host: 102-sinead-obrien', 'host: "49317306"'],
    ['hex: "a45b0980"', 'hex: "bd88eb80"'],
    ['carTags: ["E2003412012F1700046A2F04"]', 'carTags: ["E2003412012F1700046A21C8"]'],
  ],
  'wrong-alias.yaml': [['codes: ["23798190"]', 'codes: [*23798190]']],
  'wrong-quote.yaml': [['codes: ["23798190"]', 'codes: ["23798190]']],
};

export function edited(text: string, edits: Edits): string {
  return edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the building file has no ${from}`);
    return before.replace(from, to);
  }, text);
}
