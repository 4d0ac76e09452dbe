import type { Credential, Guest } from '../dataset.ts';
import { isRevoked, note, type Refusal, type Trail } from './context.ts';
import type { AccessFacts, EpochMs } from './facts.ts';
import { invitationBounds, validityOf } from './validity.ts';

export type Token =
  | { readonly kind: 'credential'; readonly row: Credential }
  | { readonly kind: 'guest'; readonly row: Guest };

export type Found =
  | { readonly kind: 'one'; readonly token: Token }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly token?: Token };

export const unknownCredential: Refusal = { check: 2, reason: 'unknownCredential' };

/**
 * Check 2: the one row with this hash that is neither revoked, lost, on the denylist nor past its end. With none left
 * the latest-ending one gives the reason (it is the one that its holder will ask about).
 */
export function find(facts: AccessFacts, hash: string, trail: Trail): Found {
  const live: Token[] = [];
  let last: { token: Token; reason: 'revoked' | 'expired'; end: EpochMs } | undefined;
  const { credentials, guests } = facts.rows.byHash(hash);
  const tokens: Token[] = [
    ...credentials.map((row) => ({ kind: 'credential', row }) as const),
    ...guests.map((row) => ({ kind: 'guest', row }) as const),
  ];
  for (const token of tokens) {
    const end = endOf(token, facts) ?? Number.POSITIVE_INFINITY;
    const revoked = isTakenBack(token, facts);
    if (!revoked && end > facts.clock.now) live.push(token);
    else if (last === undefined || end > last.end || (end === last.end && revoked)) {
      last = { token, reason: revoked ? 'revoked' : 'expired', end };
    }
  }
  const [one, ...others] = live;
  if (one !== undefined && others.length > 0) {
    for (const { kind, row } of live) note(trail, kind, row);
    return { kind: 'refused', refusal: { check: 2, reason: 'ambiguousCredential', alarm: true } };
  }
  const token = one ?? last?.token;
  if (token === undefined) return { kind: 'refused', refusal: unknownCredential };
  note(trail, token.kind, token.row);
  if (last === undefined || one !== undefined) return { kind: 'one', token };
  return { kind: 'refused', refusal: { check: 2, reason: last.reason }, token };
}

const endOf = (token: Token, facts: AccessFacts): EpochMs | undefined =>
  (token.kind === 'guest' ? invitationBounds(token.row, facts) : validityOf(token.row)).until;

/** Revoked, lost or on the denylist: the person is to be treated as having nothing. */
export function isTakenBack({ kind, row }: Token, facts: AccessFacts): boolean {
  const byItself = kind === 'guest' ? row.revoked : row.status === 'revoked' || row.status === 'lost';
  return byItself || isRevoked(facts, kind, row);
}
