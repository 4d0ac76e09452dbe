/** Which certificate a console takes for its own, whoever sends it. */
import 'reflect-metadata';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
import { expect, it } from 'vitest';
import { isOurs } from '../../sync/links/enrol/own-certificate.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const [authority, device, stranger] = await Promise.all([newKeys(), newKeys(), newKeys()]);
const issuer = 'CN=Vestibule maple-court';

async function certificate({
  subject = 'CN=lobby',
  over = device,
  from = issuer,
  signedBy = authority,
  isCa = false,
} = {}): Promise<X509Certificate> {
  const made = await X509CertificateGenerator.create({
    subject,
    issuer: from,
    publicKey: over.publicKey,
    signingKey: signedBy.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(isCa)],
  });
  return new X509Certificate(made.toString('pem'));
}
const ca = await certificate({ subject: issuer, over: authority, isCa: true });

it.each<readonly [string, boolean, Parameters<typeof certificate>[0]]>([
  ['of its CA, for its name and its key is', true, {}],
  ['for another name is not', false, { subject: 'CN=garage' }],
  ['for more names than its own is not', false, { subject: 'CN=garage, CN=lobby' }],
  ['over another key is not', false, { over: stranger }],
  ['that another signed in the name of its CA is not', false, { signedBy: stranger }],
  ['that its CA signed in the name of another is not', false, { from: 'CN=Vestibule elm-court' }],
  ['that could sign others is not', false, { isCa: true }],
])('a certificate %s its own', async (_, expected, made) => {
  const key = KeyObject.from(device.privateKey);
  expect(isOurs(await certificate(made), { ca, key, device: 'lobby' })).toBe(expected);
});
