/** A small building file, with a comment here and there that its author would miss. */
export const twoDoorsYaml = `# The two doors of rue Cartier.
building:
  id: two-doors
  name: Two Doors
  timezone: America/Toronto
  languages: [en, fr]
  moveInTime: 06:00
  directoryCodeLength: 5
  entryCodeLength: 8
  callUnlockDigits: "9"
  ringTimeout: 30s
  talkTimeout: 2min
  guestCodesForDays: null
  listing: list
doors:
  - id: front
    name: {en: Front, fr: Entrée}   # the one on the street
    kind: wired
    guestEntrance: true
    authentication: cardOrCode
    accessTime: 5s
    extendedAccessTime: 15s
    openTooLong: 30s
    preAlarm: 10s
    relockOn: close
residents:
  # first floor
  - id: r-101
    suite: "101"
    displayName: Élodie Tremblay
    directoryCode: "77190"
    phone: "+14165550143"   # prefers texts
    codes: ["31415926"]
  - suite: "102"
    displayName: Zoë Martin
    directoryCode: "77191"
    invites: {restricted: true}

  # second floor
grants:
  - source: common
    residents: [r-101]
    doors: [front]
`;
