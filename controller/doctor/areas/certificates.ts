import { type Finding, finderOf } from '../finding.ts';

export const certificateKinds = {
  certificateGood: { level: 'ok', says: '{file} is valid until {until}.' },
  certificateExpired: {
    level: 'fail',
    says: '{file} expired on {until}.',
    wayOut:
      'If the date of this machine is right: a running controller renews the certificate of its device once it reaches the head-end. Otherwise enrol anew: "vestibule provision --replace". Doors go on working offline.',
  },
  certificateNotYetValid: {
    level: 'fail',
    says: '{file} is only valid from {from} on, and the clock says {now}.',
    wayOut: 'Set the clock of this machine. If that is right, enrol anew: "vestibule provision --replace".',
  },
  certificateRenewalLate: {
    level: 'warn',
    says: '{file} is valid until {until} only; it should have been renewed by now.',
    wayOut:
      'A running controller renews it by itself: see that it reaches the head-end. Otherwise enrol anew: "vestibule provision --replace".',
  },
  certificateUnjudged: {
    level: 'warn',
    says: '{file} is valid from {from} until {until}; the clock is not known well enough to tell whether that is now.',
    wayOut: 'Compare the dates with a calendar, and see to the clock.',
  },
  certificateOfOtherCa: {
    level: 'warn',
    says: 'device.crt is not issued by ca.crt: a broker that trusts only that CA refuses this device.',
    wayOut:
      'Right for brokers with a CA of their own for devices (such as AWS IoT Core). Otherwise bring both from one enrolment.',
  },
} as const;

export interface CertificateFacts {
  readonly file: 'device.crt' | 'ca.crt';
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

export interface CertificatesFacts {
  readonly certificates: readonly CertificateFacts[];
  /** Absent where one of the two is not there. */
  readonly issuedByCa?: boolean;
}

/** `now`: the present; `notBefore`: the present is somewhere at or after that instant. */
export type JudgingTime =
  | { readonly kind: 'now'; readonly at: number }
  | { readonly kind: 'notBefore'; readonly at: number };

/** Renewal is at two thirds of 90 days (PROTOCOL "Enrolment" 5): with less left it is late. */
const renewalLateMs = 30 * 86_400_000;

const found = finderOf(certificateKinds);
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export function judgeCertificates(
  { certificates, issuedByCa }: CertificatesFacts,
  time: JudgingTime,
): readonly Finding[] {
  return [
    ...certificates.map((certificate) => judgeDates(certificate, time)),
    ...(issuedByCa === false ? [found('certificateOfOtherCa', {})] : []),
  ];
}

function judgeDates({ file, from, until }: CertificateFacts, { kind, at }: JudgingTime): Finding {
  const dates = { file, from: minute(from), until: day(until) };
  // Time only goes on: what has expired by the floor has expired, and nothing else is certain without a clock.
  if (at >= until) return found('certificateExpired', { file, until: minute(until) });
  if (kind === 'notBefore') return found('certificateUnjudged', dates);
  if (at < from) return found('certificateNotYetValid', { ...dates, now: minute(at) });
  return until - at < renewalLateMs
    ? found('certificateRenewalLate', dates)
    : found('certificateGood', dates);
}
