import type { AccessRequest, DenyReason, OnvifReason } from './decision.ts';

const reasons: Readonly<Record<DenyReason, OnvifReason>> = {
  lockedOut: 'Other',
  unknownCredential: 'Other',
  revoked: 'CredentialNotEnabled',
  expired: 'CredentialExpired',
  ambiguousCredential: 'Other',
  lockedDown: 'Other',
  blocked: 'Other',
  suspended: 'CredentialNotEnabled',
  wrongMethod: 'Unauthorized',
  staleData: 'Other',
  clockUnknown: 'Other',
  notActiveYet: 'CredentialNotActive',
  notPermittedAtThisTime: 'NotPermittedAtThisTime',
  usesExhausted: 'CredentialExpired',
  notMovedInYet: 'CredentialNotActive',
  movedOut: 'CredentialExpired',
  hostSuspended: 'CredentialNotEnabled',
  hostNotMovedInYet: 'CredentialNotActive',
  hostMovedOut: 'CredentialExpired',
  noGrant: 'Unauthorized',
  antipassback: 'Other',
  interlocked: 'Other',
  secondPersonNeeded: 'Other',
  danglingReference: 'Other',
};

/** ONVIF's reason beside ours. Only something typed can be an invalid PIN; an unknown card has no ONVIF reason. */
export function onvifReason(reason: DenyReason, request: AccessRequest): OnvifReason {
  const typed =
    request.kind === 'cardAndCode' || (request.kind === 'credential' && request.method === 'code');
  return reason === 'unknownCredential' && typed ? 'InvalidPIN' : reasons[reason];
}
