import type { EnrolRefusalCode } from '../../protocol/enrolment.ts';

export type EnrolProblemCode =
  | EnrolRefusalCode
  /** Nobody answers, or not as an enrolment service does. Another try with the same code may do. */
  | 'unreachable'
  /** The head-end's CA is not the one of the pairing code. */
  | 'wrongAuthority'
  /** The certificate is of another host than the address. */
  | 'wrongHost'
  /** A certificate is over, or not valid yet, by this device's clock. */
  | 'wrongClock'
  | 'wrongRoot'
  | 'badKeyset'
  | 'badCertificate'
  | 'badSiteKey'
  | 'badGrant'
  | 'otherBuilding'
  | 'alreadyEnrolled'
  | 'interrupted';

export interface EnrolRefused {
  readonly kind: 'refused';
  readonly code: EnrolProblemCode;
  /** One sentence with the way out; no secrets. */
  readonly problem: string;
}

export const enrolRefused = (code: EnrolProblemCode, problem: string): EnrolRefused => ({
  kind: 'refused',
  code,
  problem,
});
