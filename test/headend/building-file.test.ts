import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBuildingFile } from '../../sync/headend/building-file/read.ts';

/** A small building that is right; each case below breaks one thing in it. */
const right = `building:
  id: two-doors
  name: Two Doors
  timezone: America/Toronto
  languages: [en, fr]
  moveInTime: 06:00
  directoryCodeLength: 4
  entryCodeLength: 6
  callUnlockDigits: "9"
  ringTimeout: 30s
  talkTimeout: 2min
  guestCodesForDays: null
  listing: list
areas:
  - {id: lobby, name: {en: Lobby, fr: Hall}}
doors:
  - id: front
    name: {en: Front, fr: Entrée}
    area: lobby
    kind: wired
    guestEntrance: true
    authentication: cardOrCode
    accessTime: 5s
    extendedAccessTime: 15s
    openTooLong: 30s
    preAlarm: 10s
    relockOn: close
calendars:
  - {id: holidays, dates: [2026-12-25]}
schedules:
  - id: day
    weekly:
      - {days: [mon-fri], from: 08:00, to: 17:00}
    specialDays:
      - {calendar: holidays, windows: []}
residents:
  - suite: "101"
    displayName: Élodie Tremblay
    directoryCode: "3111"
    phone: "+14165550101"
    moveInDate: 2024-01-01
    moveOutDate: 2031-01-01
    codes: ["482913"]
    cards: [{kind: fob, bits: 26, hex: "bd88eb80"}]
    carTags: ["E2003412012F17"]
  - suite: "102"
    displayName: Zoë O'Brien
    directoryCode: "3222"
    phone: "+14165550102"
    doNotDisturb: [{days: [sat], from: 09:00, to: 12:00}]
    codes:
      - code: "705162"
        validFrom: 2025-01-01 00:00
        validUntil: 2026-01-01 00:00
        schedule: day
    cards: [{kind: fob, bits: 26, hex: "24540600"}]
    carTags: ["E2003412012F99"]
staff:
  - {name: Réjean Quesnel, codes: ["913370"]}
groups:
  - {id: everyone, residents: all}
grants:
  - source: common
    groups: [everyone]
    doors: [front]
    schedule: day
guests:
  - name: Dog walker
    kind: service
    host: 101-elodie-tremblay
    code: "660218"
    startsAt: 2025-01-01 00:00
    endsAt: 2035-01-01 00:00
    windows: [{days: [mon], from: 09:00, to: 10:00}]
  - name: Parcel carrier
    kind: delivery
    code: "118845"
    doors: [front]
    startsAt: 2025-01-01 00:00
`;

const secrets = [
  '482913',
  '705162',
  '913370',
  '660218',
  '118845',
  'bd88eb80',
  '24540600',
  'E2003412',
  '555010',
];

const saltoDoor = (id: string): string =>
  `  - {id: ${id}, name: {en: Back, fr: Fond}, area: lobby, kind: salto, saltoDoorId: SX-1, authentication: card, accessTime: 5s, extendedAccessTime: 15s, openTooLong: 30s, preAlarm: 10s, relockOn: close}\n`;

const changed = (from: string, to: string): string => {
  if (!right.includes(from)) throw new Error(`the right file has no ${from}`);
  return right.replace(from, to);
};
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
const sentencesOf = (text: string): readonly string[] => {
  const read = readBuildingFile(text, 'b.yaml');
  return read.kind === 'refused' ? read.problems.map(({ sentence }) => sentence) : [];
};

describe('the building file', () => {
  it('is read when it is right', () => {
    expect(sentencesOf(right)).toEqual([]);
    expect(readBuildingFile(right, 'b.yaml')).toMatchObject({
      kind: 'building',
      restricted: [],
      file: { residents: [{ id: '101-elodie-tremblay' }, { id: '102-zoe-obrien' }] },
    });
  });

  it('places each problem by line, column and path', () => {
    const read = readBuildingFile(changed('suite: "101"', 'suite: 101'), 'b.yaml');
    expect(read).toEqual({
      kind: 'refused',
      problems: [
        {
          line: 37,
          column: 12,
          path: 'residents[0].suite',
          sentence:
            'b.yaml:37:12: residents[0].suite must be text: put it in quotes (YAML reads it as something else).',
        },
      ],
    });
  });

  it('reports all problems at once, in the order of the file', () => {
    const text = changed('kind: wired', 'kind: wird').replace('host:', 'hots:').replace('5s', '5');
    expect(sentencesOf(text).map((sentence) => sentence.split(' ')[1])).toEqual([
      'doors[0].kind',
      'doors[0].accessTime',
      'guests[0].hots',
    ]);
  });
});

/** what, from, to, text on the line of the problem, the sentence after its position */
const cases: readonly (readonly [string, string, string, string, string])[] = [
  [
    'a bracket that is not closed',
    'codes: ["913370"]}',
    'codes: ["913370"',
    'groups:',
    'the indentation is not that of the lines around it: align it, or close the bracket or quote above it.',
  ],
  [
    'an unknown key',
    'listing: list',
    'listing: list\n  colour: red',
    'colour',
    'building.colour is not a key that is known here: it can be id, name, timezone, languages, moveInTime, directoryCodeLength, entryCodeLength, callUnlockDigits, conciergeNumber, callCountries, guestCodesForDays, listing, ringTimeout, talkTimeout, lockout.',
  ],
  [
    'a misspelt key, said once',
    'moveInTime:',
    'moveinTime:',
    'moveinTime',
    'building.moveinTime is not a key that is known here: did you mean "moveInTime"?',
  ],
  [
    'an unknown key in a nested name',
    '{en: Front, fr: Entrée}',
    '{en: Front, fr: Entrée, es: Frente}',
    'Entrée',
    'doors[0].name.es is not a key that is known here: did you mean "en"?',
  ],
  [
    'a code without quotes',
    '["482913"]',
    '[482913]',
    'codes: [482913]',
    'residents[0].codes[0] must be text: put the code in quotes, or its leading zeros are lost.',
  ],
  [
    'a code with letters',
    '"482913"',
    '"48291x"',
    'codes: ["48291x"]',
    'residents[0].codes[0] must be an entry code: digits only, as many as building.entryCodeLength says.',
  ],
  [
    'a code of the directory code length',
    '"482913"',
    '"4829"',
    '"4829"',
    'residents[0].codes[0] has the length of a directory code (4 digits), which calls and never opens: make it 6 digits long.',
  ],
  [
    'a code that is too long',
    'code: "660218"',
    'code: "66021866"',
    '66021866',
    "guests[0].code has 8 digits where this building's codes have 6 (building.entryCodeLength).",
  ],
  [
    'two equal lengths',
    'directoryCodeLength: 4',
    'directoryCodeLength: 6',
    'entryCodeLength',
    'building.entryCodeLength equals directoryCodeLength: one keypad serves both, so the two lengths must differ; make entry codes longer.',
  ],
  [
    'a directory code of another length',
    '"3222"',
    '"322"',
    '"322"',
    'residents[1].directoryCode must have 4 digits (building.directoryCodeLength).',
  ],
  [
    'a card that does not fill its bits',
    '"24540600"',
    '"245406"',
    '"245406"',
    'residents[1].cards[0].hex must be as long as `bits` says: two hex digits for every 8 bits begun, left-aligned, and zeros in what is left of the last byte.',
  ],
  [
    'bits beyond the card’s length',
    '"24540600"',
    '"24540601"',
    '"24540601"',
    'residents[1].cards[0].hex must be as long as `bits` says: two hex digits for every 8 bits begun, left-aligned, and zeros in what is left of the last byte.',
  ],
  [
    'a time without a day',
    'endsAt: 2035-01-01 00:00',
    'endsAt: 2035-01-01',
    'endsAt',
    "guests[0].endsAt must be a date and time in the building's time zone, such as 2027-05-31 17:00.",
  ],
  [
    'a day that does not exist',
    'endsAt: 2035-01-01 00:00',
    'endsAt: 2035-02-29 00:00',
    'endsAt',
    "guests[0].endsAt must be a date and time in the building's time zone, such as 2027-05-31 17:00, that exists in the calendar.",
  ],
  [
    'a weekday in words',
    '[mon-fri]',
    '[monday]',
    'monday',
    'schedules[0].weekly[0].days[0] must be a weekday (mon, tue, wed, thu, fri, sat, sun) or a range such as mon-fri.',
  ],
  [
    'a time zone that is not one',
    'America/Toronto',
    'America/Torono',
    'Torono',
    'building.timezone must be an IANA time zone such as America/Toronto.',
  ],
  [
    'a bare duration',
    'ringTimeout: 30s',
    'ringTimeout: 30',
    'ringTimeout',
    'building.ringTimeout must be a duration with its unit (ms, s, min or h), such as 8s, 500ms, 2min or 1h.',
  ],
  [
    'a duration that is too short',
    'accessTime: 5s',
    'accessTime: 5ms',
    'accessTime',
    'doors[0].accessTime must be at least 100ms.',
  ],
  [
    'a door that is not there',
    'doors: [front]\n    schedule',
    'doors: [frotn]\n    schedule',
    '[frotn]',
    'grants[0].doors[0] names the door "frotn", which is not in this file: did you mean "front"?',
  ],
  [
    'a group that is not there',
    'groups: [everyone]',
    'groups: [nobody-else]',
    'nobody-else',
    'grants[0].groups[0] names the group "nobody-else", which is not in this file: it can be everyone.',
  ],
  [
    'a schedule that is not there',
    '        schedule: day',
    '        schedule: days',
    'schedule: days',
    'residents[1].codes[0].schedule names the schedule "days", which is not in this file: did you mean "day"?',
  ],
  [
    'a host that is not there',
    'host: 101-elodie-tremblay',
    'host: 101-elodie-tremblai',
    'host:',
    'guests[0].host names the resident "101-elodie-tremblai", which is not in this file: did you mean "101-elodie-tremblay"?',
  ],
  [
    'a calendar that is not there',
    'calendar: holidays',
    'calendar: holiday',
    'calendar: holiday,',
    'schedules[0].specialDays[0].calendar names the calendar "holiday", which is not in this file: did you mean "holidays"?',
  ],
  [
    'an area that is not there',
    'area: lobby',
    'area: loby',
    'area: loby',
    'doors[0].area names the area "loby", which is not in this file: did you mean "lobby"?',
  ],
  [
    'a code where an id belongs',
    'host: 101-elodie-tremblay',
    'host: "482913"',
    'host:',
    'guests[0].host names a resident that is not in this file: it can be 101-elodie-tremblay, 102-zoe-obrien.',
  ],
  [
    'one code twice',
    '"705162"',
    '"482913"',
    'code: "482913"',
    "residents[1].codes[0] is taken: residents[0] Élodie Tremblay, line 43 and residents[1] Zoë O'Brien, line 52 share one code; give one of them another.",
  ],
  [
    'a code of a resident at a guest',
    '"118845"',
    '"913370"',
    'code: "913370"',
    'guests[1].code is taken: staff[0] Réjean Quesnel, line 59 and guests[1] Parcel carrier, line 77 share one code; give one of them another.',
  ],
  [
    'one card twice, in capitals',
    '"24540600"',
    '"BD88EB80"',
    'BD88EB80',
    "residents[1].cards[0] is taken: residents[0] Élodie Tremblay, line 44 and residents[1] Zoë O'Brien, line 56 share one card; give one of them another.",
  ],
  [
    'one car tag twice, in small letters',
    '"E2003412012F99"',
    '" e2003412012f17"',
    'e2003412012f17',
    "residents[1].carTags[0] is taken: residents[0] Élodie Tremblay, line 45 and residents[1] Zoë O'Brien, line 57 share one car tag; give one of them another.",
  ],
  [
    'one directory code twice',
    '"3222"',
    '"3111"',
    'displayName: Zoë',
    "residents[1].directoryCode is taken: residents[0] Élodie Tremblay, line 39 and residents[1] Zoë O'Brien, line 48 share one directory code; give one of them another.",
  ],
  [
    'one id twice',
    'suite: "102"',
    'id: 101-elodie-tremblay\n    suite: "102"',
    'id: 101-elodie-tremblay',
    'residents[1] has an id that is taken: residents[0] Élodie Tremblay, line 37 and residents[1] Zoë O\'Brien, line 46 share "101-elodie-tremblay"; give one of them another `id`.',
  ],
  [
    'one grant twice',
    'doors: [front]\n    schedule',
    'doors: [front, front]\n    schedule',
    'source:',
    'grants[0] gives again what is given already: grants[0], line 63 and grants[0], line 63 both make the grant "group.everyone.front"; remove it from one, or give one an `id`.',
  ],
  [
    'moving out before moving in',
    'moveOutDate: 2031-01-01',
    'moveOutDate: 2023-12-31',
    'moveOutDate',
    'residents[0].moveOutDate is before moveInDate: correct one of the two.',
  ],
  [
    'a guest that ends as it starts',
    'endsAt: 2035-01-01 00:00',
    'endsAt: 2025-01-01 00:00',
    'endsAt',
    'guests[0].endsAt is not after startsAt: correct one of the two.',
  ],
  [
    'a code that is never valid',
    'validUntil: 2026-01-01 00:00',
    'validUntil: 2024-01-01 00:00',
    'validUntil',
    'residents[1].codes[0].validUntil is not after validFrom: it would never be valid; correct one of the two.',
  ],
  [
    'hours of no length',
    'from: 08:00, to: 17:00',
    'from: 08:00, to: 08:00',
    'to: 08:00',
    'schedules[0].weekly[0].to equals from, a window of no length: for a whole day write from 00:00 to 24:00.',
  ],
  [
    'quiet hours of no length',
    'from: 09:00, to: 12:00',
    'from: 09:00, to: 09:00',
    'doNotDisturb',
    'residents[1].doNotDisturb[0].to equals from, a window of no length: for a whole day write from 00:00 to 24:00.',
  ],
  [
    'a guest with neither host nor doors',
    '    doors: [front]\n    startsAt',
    '    startsAt',
    'Parcel carrier',
    'guests[1] has neither a host nor doors, so it would open nothing: add `host`, or list `doors`.',
  ],
  [
    'a SALTO door without SALTO’s id',
    'kind: wired',
    'kind: salto',
    'id: front',
    'doors[0] is a SALTO door without saltoDoorId: add the id that SALTO has for it.',
  ],
  [
    'one SALTO lock for two doors',
    '    relockOn: close\n',
    `    relockOn: close\n${saltoDoor('garage')}${saltoDoor('gate')}`,
    'id: gate',
    'doors[2].saltoDoorId is the same as that of the door "garage": one lock is one door; correct one of them.',
  ],
  [
    'accessible timing that is shorter',
    'extendedAccessTime: 15s',
    'extendedAccessTime: 4s',
    'extendedAccessTime',
    'doors[0].extendedAccessTime is shorter than accessTime: accessible timing must not be shorter.',
  ],
  [
    'a pre-alarm that is as long as its alarm',
    'preAlarm: 10s',
    'preAlarm: 30s',
    'preAlarm',
    'doors[0].preAlarm is not shorter than openTooLong: it warns so long before that alarm.',
  ],
  [
    'an alarm that comes before the door relocks',
    'openTooLong: 30s\n    preAlarm: 10s',
    'openTooLong: 4s\n    preAlarm: 1s',
    'openTooLong',
    'doors[0].openTooLong is shorter than accessTime: the door would be open too long while it is still released.',
  ],
  [
    'an interlock of one',
    'relockOn: close',
    'relockOn: close\n    interlockGroup: mantrap',
    'interlockGroup',
    'doors[0].interlockGroup has no other door: nothing interlocks with itself; name the group at a second door, or remove it.',
  ],
  [
    'a first person without hours',
    'relockOn: close',
    'relockOn: close\n    firstIn: true',
    'firstIn',
    'doors[0].firstIn has no hours to begin: add lockedOpenSchedule, or remove it.',
  ],
  [
    'anti-passback that leads nowhere',
    'relockOn: close',
    'relockOn: close\n    antipassback: {from: lobby, to: lobby, kind: hard}',
    'antipassback',
    'doors[0].antipassback.to equals from: nobody could pass twice; name the area behind the door.',
  ],
  [
    'a resident that is shown without a name',
    '    displayName: Élodie Tremblay\n',
    '    id: 101-elodie-tremblay\n',
    'suite: "101"',
    'residents[0] is shown on the console but has no name: add displayName, or showOnConsole: false.',
  ],
  [
    'a hidden resident without an id',
    'directoryCode: "3222"',
    'showOnConsole: false\n    directoryCode: "3222"',
    'suite: "102"',
    'residents[1] needs an `id`: none can be made of a hidden name (ids reach every console), nor of one that is absent or has no letters a–z; write one such as "504-b".',
  ],
  [
    'an id that tells a hidden name',
    'directoryCode: "3222"',
    'showOnConsole: false\n    id: obrien-102\n    directoryCode: "3222"',
    'id: obrien-102',
    'residents[1].id tells the name of a hidden resident, and ids reach every console: choose one without it.',
  ],
  [
    'an emergency line as somebody’s phone',
    'phone: "+14165550101"',
    'phone: "911"',
    'phone: "911"',
    'residents[0].phone is an emergency or help line, which a lobby console must not dial: give a person’s number.',
  ],
  [
    'a number that costs its caller',
    'phone: "+14165550102"',
    'phone: "+14165550102"\n    escalationNumbers: ["+19005550102"]',
    'escalationNumbers',
    'residents[1].escalationNumbers[0] is a number that costs its caller, which consoles do not dial: give an ordinary one.',
  ],
  ...['(416) 555-0101', '416-555-CALL', '1+4165550101', '+14165550101,,9', '0014165550101'].map(
    (number): (typeof cases)[number] => [
      `a phone that is no number: ${number}`,
      'phone: "+14165550101"',
      `phone: "${number}"`,
      number,
      'residents[0].phone is not a number that consoles dial: write + with the country code and digits only, or an extension of 2 to 6 digits.',
    ],
  ),
  [
    'a number with dialling digits in its middle',
    'phone: "+14165550102"',
    'phone: "+14165550102"\n    overrideCallNumber: "+1011881612345"',
    'overrideCallNumber',
    'residents[1].overrideCallNumber has dialling digits (0, 00, 011) behind its country code: write + with the country code and the number itself.',
  ],
  [
    'a concierge in a country that is not called',
    'guestCodesForDays: null',
    'guestCodesForDays: null\n  callCountries: ["+1"]\n  conciergeNumber: "+33123456789"',
    'conciergeNumber',
    'building.conciergeNumber is in a country that building.callCountries does not list: add its calling code there, or give another number.',
  ],
];

describe('each kind of problem has its line, its path and the way out, and repeats no code', () => {
  it.each(cases)('%s', (_, from, to, at, sentence) => {
    const text = changed(from, to);
    const sentences = sentencesOf(text);
    expect(sentences.map((said) => said.replace(/^b\.yaml:\d+:\d+: /, ''))).toEqual([sentence]);
    const line = Number(sentences[0]?.split(':')[1]);
    expect(Math.abs(line - lineOf(text, at))).toBeLessThanOrEqual(at === 'displayName: Zoë' ? 1 : 0);
    for (const secret of secrets)
      expect(sentences.join('\n').toLowerCase()).not.toContain(secret.toLowerCase());
  });
});

describe('a code in the wrong place', () => {
  it('is not repeated when it stands as a key', () => {
    const sentences = sentencesOf(changed('["482913"]', '[{482913: x}]')).map((said) =>
      said.replace(/^\S+ /, ''),
    );
    expect(sentences).toEqual([
      'residents[0].codes[0].code is missing: add it.',
      'residents[0].codes[0] has a key that is not known here.',
    ]);
  });
});

describe('a code that is lost or revoked', () => {
  it.each(['lost', 'revoked'])('may be given to somebody else (%s)', (status) => {
    const text = changed('code: "705162"', `code: "482913"\n        status: ${status}`);
    expect(sentencesOf(text)).toEqual([]);
  });

  it('may be so for a guest who is revoked', () => {
    expect(sentencesOf(changed('code: "118845"', 'code: "482913"\n    revoked: true'))).toEqual([]);
  });

  it('may not when it is only suspended', () => {
    expect(sentencesOf(changed('code: "705162"', 'code: "482913"\n        status: suspended'))).toHaveLength(
      1,
    );
  });
});

describe('restricted invites', () => {
  const restrictedOf = (text: string) => {
    const read = readBuildingFile(text, 'b.yaml');
    if (read.kind === 'refused') throw new Error(read.problems[0]?.sentence);
    return read.restricted;
  };

  it('of one resident are left to publishing, with the problem ready to be told', () => {
    const text = changed('suite: "101"', 'suite: "101"\n    invites: {restricted: true}');
    expect(restrictedOf(text)).toEqual([
      {
        guest: '101-elodie-tremblay-dog-walker-2025-01-01',
        problem: {
          line: 69,
          column: 5,
          path: 'guests[0]',
          sentence:
            "b.yaml:69:5: guests[0] is a new guest of a host whose invites are restricted: remove the guest, or the resident's invites.restricted.",
        },
      },
    ]);
  });

  it('of the community concern every guest who is not revoked', () => {
    const text = changed('areas:', 'invites: {restricted: true}\nareas:').replace(
      'code: "118845"',
      'code: "118845"\n    revoked: true',
    );
    expect(restrictedOf(text).map(({ guest }) => guest)).toEqual([
      '101-elodie-tremblay-dog-walker-2025-01-01',
    ]);
  });
});

describe('whatever a file holds', () => {
  const example = readFileSync(resolve(import.meta.dirname, '../../config/examples/building.yaml'), 'utf8');

  it.each([
    '',
    '\n',
    '[]',
    '5',
    'a: b: c',
    '\t',
    '&a [*a]',
    '!!binary x',
    '? [1]\n: 2',
    '{"__proto__": 1}',
    '\u0000',
  ])('it is refused with a sentence, never thrown: %j', (text) => {
    expect(sentencesOf(text).length).toBeGreaterThan(0);
  });

  it('stays a sentence when the example is cut off anywhere', () => {
    for (let end = 0; end < example.length; end += 997) {
      for (const sentence of sentencesOf(example.slice(0, end)))
        expect(sentence).toMatch(/^b\.yaml:\d+:\d+: .+[.?]$/);
    }
  });
});
