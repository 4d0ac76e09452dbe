/** A certificate authority of a test's own: certificates for any name and any time. */
import 'reflect-metadata';
import { KeyObject, randomUUID, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface TestCertificate {
  /** PEM, both. */
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority {
  /** PEM. */
  readonly ca: string;
  /** For an address of this machine, unless told otherwise; begun yesterday, for 80 days. */
  issue(wanted?: {
    readonly name?: string;
    readonly addresses?: readonly string[];
    readonly from?: number;
    readonly until?: number;
    /** Absent: a key of its own. */
    readonly publicKey?: KeyObject;
  }): Promise<TestCertificate>;
}

export const dayMs = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

const keyPair = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

const pemOf = (key: webcrypto.CryptoKey): string =>
  KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();

export async function testAuthority(): Promise<TestAuthority> {
  const keys = await keyPair();
  const issuer = `CN=Authority ${randomUUID()}`;
  const now = Date.now();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys,
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + 3_650 * dayMs),
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
    signingAlgorithm: algorithm,
  });
  return {
    ca: ca.toString('pem'),
    async issue({
      name = 'broker',
      addresses = ['127.0.0.1'],
      from = now - dayMs,
      until = now + 80 * dayMs,
      publicKey,
    } = {}) {
      const own = await keyPair();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${name}`,
        issuer,
        publicKey: publicKey?.toCryptoKey(algorithm, true, ['verify']) ?? own.publicKey,
        signingKey: keys.privateKey,
        notBefore: new Date(from),
        notAfter: new Date(until),
        extensions: [new SubjectAlternativeNameExtension(addresses.map((value) => ({ type: 'ip', value })))],
        signingAlgorithm: algorithm,
      });
      return { cert: certificate.toString('pem'), key: pemOf(own.privateKey) };
    },
  };
}
