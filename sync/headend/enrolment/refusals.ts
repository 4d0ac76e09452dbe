import type { EnrolRefusalCode } from '../../protocol/enrolment.ts';

interface RefusalForm {
  readonly status: number;
  /** One sentence with the way out. */
  readonly message: string;
}

const pairAnew = 'make a new one with: vestibule-headend pair';

/** How each refusal is told to a device and the person in front of it. */
export const refusalForms: Readonly<Record<EnrolRefusalCode, RefusalForm>> = {
  unknownToken: { status: 403, message: `This head-end knows no such pairing code; ${pairAnew}.` },
  usedToken: {
    status: 409,
    message: `This pairing code was used by another device; if that was none of yours, refuse it at the head-end, and ${pairAnew}.`,
  },
  expiredToken: { status: 410, message: `This pairing code is older than 15 minutes; ${pairAnew}.` },
  badRequest: {
    status: 400,
    message: 'The request is not one for enrolment; bring device and head-end to the same release.',
  },
  unknownPairing: { status: 404, message: `The head-end knows no such pairing; ${pairAnew}.` },
  badProof: {
    status: 403,
    message: `The device did not prove that the key of its request is its own; ${pairAnew}.`,
  },
  staleProof: { status: 401, message: 'The proof names an older nonce; repeat it with this one.' },
  refusedByInstaller: {
    status: 403,
    message: `This device was refused at the head-end; if that was a mistake, ${pairAnew}.`,
  },
  expiredPairing: {
    status: 410,
    message: `Nobody confirmed this device at the head-end in time; ${pairAnew}.`,
  },
  revokedCertificate: {
    status: 403,
    message: 'The certificate of this device was revoked; enrol the device anew if it shall serve again.',
  },
  unknownCertificate: {
    status: 403,
    message: 'This head-end did not give the certificate to a device that it knows; enrol the device anew.',
  },
  rateLimited: {
    status: 429,
    message: 'Too many attempts were refused; wait a minute and try again.',
  },
};
