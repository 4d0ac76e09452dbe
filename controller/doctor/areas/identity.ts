import { type Finding, finderOf } from '../finding.ts';

export const identityKinds = {
  identityGood: { level: 'ok', says: 'This is {device} of building {building}; its broker is {broker}.' },
  identityRefused: {
    level: 'fail',
    says: '{problem}',
    means:
      'A file of the identity folder is missing, cannot be read, may be read by others, or does not fit the others; the sentence names it. The controller does not start.',
    wayOut:
      'Enrol this device with "vestibule provision" and the code that "vestibule-headend pair" shows; "--replace" where it has been enrolled before. A folder from elsewhere belongs to {folder}: mode 0700, its files 0600, all owned by the user that the controller runs as.',
  },
  linkNotEncrypted: {
    level: 'warn',
    says: 'The link to {broker} is not encrypted: whoever listens on the network can read names and hashed codes.',
    wayOut:
      'Fine on this machine itself. Elsewhere enrol the device anew where the head-end names its broker as mqtts://HOST.',
  },
} as const;

export type IdentityFacts =
  | { readonly kind: 'refused'; readonly problem: string; readonly folder: string }
  | {
      readonly kind: 'identity';
      readonly device: string;
      readonly building: string;
      /** Host and port. */
      readonly broker: string;
      readonly encrypted: boolean;
    };

const found = finderOf(identityKinds);

export function judgeIdentity(facts: IdentityFacts): readonly Finding[] {
  if (facts.kind === 'refused') return [found('identityRefused', facts)];
  return [
    found('identityGood', facts),
    ...(facts.encrypted ? [] : [found('linkNotEncrypted', { broker: facts.broker })]),
  ];
}
