export const saltoKinds = {
  saltoNotConfigured: {
    level: 'warn',
    says: 'No door of this device is behind a SALTO server.',
    wayOut: 'Give a door "hardware: salto" and the server a section "salto" in {file} (docs/salto.md).',
  },
  saltoAnswers: { level: 'ok', says: 'The SALTO server at {server} answers by {protocol} {version}.' },
  saltoUnreachable: {
    level: 'fail',
    says: 'The SALTO server at {server} cannot be reached.',
    wayOut:
      'Compare host and port with what is set at the server (SALTO SPACE, host interface); see that the interface is on, and that no firewall is in between. An IP address needs no name server.',
  },
  saltoSilent: {
    level: 'fail',
    says: 'The SALTO server at {server} accepts the connection and does not answer.',
    wayOut:
      'See that the port is that of the SHIP host interface over TCP, not over HTTP or TLS, and that the SALTO service is not hanging.',
  },
  saltoNotShip: {
    level: 'fail',
    says: 'What answers at {server} does not speak SHIP as this program does ({fault}).',
    wayOut:
      'See that the port is that of the SHIP host interface over TCP. If it is, compare the words with SALTO’s specification and correct them under "salto.names" in the configuration.',
  },
  saltoRefuses: {
    level: 'fail',
    says: 'The SALTO server at {server} refuses to talk (its error {code}).',
    wayOut: 'See at SALTO that the licence covers the SHIP host interface, and that this device may use it.',
  },
  saltoEncodingWrong: {
    level: 'fail',
    says: 'The SALTO server at {server} does not write {encoding}.',
    wayOut: 'Set "salto.encoding" to {other}.',
  },
  saltoClockAgrees: { level: 'ok', says: 'The clocks of SALTO and of this device agree.' },
  saltoClockWrong: {
    level: 'warn',
    says: 'The clock of SALTO says {theirs}, that of this device {ours} in the building’s time zone.',
    wayOut:
      'Set the one that is wrong. By SALTO’s clock its own keys begin and end; its audit trail has SALTO’s times.',
  },
  saltoDoorsFound: { level: 'ok', says: 'SALTO has, and reaches, the doors {doors}.' },
  saltoDoorUnnamed: {
    level: 'fail',
    says: 'Nobody has said what SALTO calls {door}.',
    wayOut:
      'Give it a saltoDoorId in the building file at the head-end, or in the configuration of this device.',
  },
  saltoDoorUnknown: {
    level: 'fail',
    says: 'SALTO has no door "{saltoDoor}", which is to be {door}.',
    wayOut: 'Correct saltoDoorId; it has to be the same in every letter. SALTO has: {known}.',
  },
  saltoDoorNotOnline: {
    level: 'fail',
    says: 'SALTO has {door} ("{saltoDoor}"), but not as an online door: it cannot be opened from here, and a revocation reaches its lock only by a card.',
    wayOut:
      'Make it an online door at SALTO, or take it out of this device’s doors and tell the manager that it is not revocable online.',
  },
  saltoLockUnreached: {
    level: 'fail',
    says: 'SALTO does not reach the lock of {door} ("{saltoDoor}").',
    wayOut: 'See to the lock’s battery and to the gateway or the cable at SALTO.',
  },
  saltoDoorsNotTold: {
    level: 'warn',
    says: 'SALTO does not say {what}, so that was not checked ({why}).',
    wayOut:
      'See at SALTO what this device may ask. The doors open all the same, if SALTO takes the orders: "vestibule door test".',
  },
  saltoOpenTimeDiffers: {
    level: 'warn',
    says: 'SALTO keeps {door} open for {theirs} s after an opening; the configuration says {ours} s.',
    wayOut: 'Set "openTime" of this door to {theirs}s: longer passages are opened again in time by it.',
  },
  saltoAuditRead: { level: 'ok', says: 'SALTO hands out its audit trail.' },
  saltoAuditRefused: {
    level: 'warn',
    says: 'SALTO does not hand out its audit trail ({why}).',
    wayOut: 'See at SALTO what this device may ask, or set "salto.auditTrail" to off.',
  },
} as const;
