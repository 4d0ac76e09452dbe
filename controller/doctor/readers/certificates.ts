import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateFacts, CertificatesFacts } from '../areas/certificates.ts';

/** The two certificates of the identity folder. Whether a file is a certificate at all is the identity's finding. */
export async function readCertificates(folder: string): Promise<CertificatesFacts> {
  const [device, ca] = await Promise.all([read(folder, 'device.crt'), read(folder, 'ca.crt')]);
  return {
    certificates: [...factsOf('device.crt', device), ...factsOf('ca.crt', ca)],
    ...(device === undefined || ca === undefined
      ? {}
      : { issuedByCa: device.checkIssued(ca) && device.verify(ca.publicKey) }),
  };
}

async function read(folder: string, name: string): Promise<X509Certificate | undefined> {
  try {
    return new X509Certificate(await readFile(join(folder, name)));
  } catch {
    return undefined;
  }
}

const factsOf = (
  file: CertificateFacts['file'],
  certificate: X509Certificate | undefined,
): readonly CertificateFacts[] =>
  certificate === undefined
    ? []
    : [{ file, from: certificate.validFromDate.getTime(), until: certificate.validToDate.getTime() }];
