/** What a pairing allows at a moment (PROTOCOL "Enrolment"). Pure. */
import type { EnrolRefusalCode } from '../../protocol/enrolment.ts';
import type { PairingRow } from '../store/enrolment-store.ts';

export const tokenLifeMs = 15 * 60_000;
/** From the device's coming to the installer's decision. */
export const decisionLifeMs = 30 * 60_000;
/** From the decision on: the console may lose power or network before it has collected what was granted. */
export const collectionLifeMs = 24 * 3_600_000;

type Refused = { readonly kind: 'refused'; readonly code: EnrolRefusalCode };
const refused = (code: EnrolRefusalCode): Refused => ({ kind: 'refused', code });

/** A device comes with a token: `pairing` is the one that the token belongs to, `publicKey` the key of its CSR (PEM). */
export function judgeClaim(
  pairing: PairingRow | undefined,
  publicKey: string,
  now: number,
): { readonly kind: 'claim' } | { readonly kind: 'again' } | Refused {
  if (pairing === undefined) return refused('unknownToken');
  switch (pairing.state) {
    case 'open':
      return now < pairing.expiresAt ? { kind: 'claim' } : refused('expiredToken');
    case 'claimed':
    case 'granted':
      // The same key: its console lost power, or our answer, and comes back with what it had.
      return pairing.publicKey === publicKey ? { kind: 'again' } : refused('usedToken');
    case 'refused':
      return refused('refusedByInstaller');
    default:
      return pairing satisfies never;
  }
}

type Granted = Extract<PairingRow, { state: 'granted' }>;

/** Where a device stands that asks for its pairing. */
export function judgePoll(
  pairing: PairingRow,
  now: number,
): { readonly kind: 'wait' } | { readonly kind: 'grant'; readonly pairing: Granted } | Refused {
  switch (pairing.state) {
    case 'open':
      return refused('unknownPairing');
    case 'refused':
      return refused('refusedByInstaller');
    case 'claimed':
      return now < pairing.expiresAt ? { kind: 'wait' } : refused('expiredPairing');
    case 'granted':
      return now < pairing.expiresAt ? { kind: 'grant', pairing } : refused('expiredPairing');
    default:
      return pairing satisfies never;
  }
}

/** From here on a certificate is renewed: at two thirds of its life. */
export const renewalDue = (
  { issuedAt, notAfter }: { readonly issuedAt: number; readonly notAfter: number },
  now: number,
): boolean => now >= issuedAt + ((notAfter - issuedAt) * 2) / 3;
