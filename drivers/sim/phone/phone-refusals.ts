/** Requests that the simulated phone's page server refuses: a stable code for programs and a sentence for people. */
export const phoneRefusals = {
  wrongHost: { status: 421, sentence: 'The simulated phone answers only at its own address on this device.' },
  wrongOrigin: { status: 403, sentence: 'Only the simulated phone’s own page may ask this.' },
  unknownPath: { status: 404, sentence: 'There is nothing at this address.' },
  badPreset: {
    status: 400,
    sentence: 'A preset is one of rings, busy, unavailable, unknownNumber, failed and silent.',
  },
  badAction: {
    status: 400,
    sentence: 'An action is answer, decline, hangUp, or press with one digit of 0 to 9, * and #.',
  },
  badRequest: { status: 400, sentence: 'The request could not be understood.' },
  tooManyStreams: { status: 503, sentence: 'Too many pages are open; please close one.' },
  fault: { status: 500, sentence: 'Something went wrong in the simulated phone.' },
} as const;

export type PhoneRefusalCode = keyof typeof phoneRefusals;
