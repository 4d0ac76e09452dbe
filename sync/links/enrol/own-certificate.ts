import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** A certificate of this CA over the device's own key, in its name, and for no other purpose than to be a client. */
export const isOurs = (
  certificate: X509Certificate,
  { ca, key, device }: { readonly ca: X509Certificate; readonly key: KeyObject; readonly device: string },
): boolean =>
  certificate.checkIssued(ca) &&
  certificate.verify(ca.publicKey) &&
  certificate.publicKey.equals(createPublicKey(key)) &&
  certificate.subject === `CN=${device}` &&
  !certificate.ca;

export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
