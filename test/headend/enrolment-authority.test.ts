/** The building's CA, judged by OpenSSL. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAuthority } from '../../sync/headend/enrolment/authority.ts';
import { enrolledConsole, enrolmentService } from '../support/enrolment-service.ts';
import { tempDir } from '../support/store.ts';

const openssl = (...args: readonly string[]): { readonly ok: boolean; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return { ok: status === 0, said: `${stdout}${stderr}` };
};
const day = 86_400;
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

async function brokerFolder() {
  const service = await enrolmentService();
  const folder = join(tempDir(), 'broker');
  await service.books.brokerCertificate(['broker.test', '192.0.2.7'], folder);
  const ca = join(folder, 'ca.crt');
  return { service, folder, ca, crl: join(folder, 'ca.crl'), server: join(folder, 'server.crt') };
}

describe('the CA', () => {
  it('is made once, in one private file, and stays the same', async () => {
    const folder = tempDir();
    const first = await openAuthority(folder, 'maple-court', Date.now());
    const later = await openAuthority(folder, 'maple-court', Date.now());
    expect(later.pem).toBe(first.pem);
    expect(readdirSync(folder)).toEqual(['ca.pem']);
    expect(statSync(join(folder, 'ca.pem')).mode & 0o777).toBe(0o600);
  });

  it('is one for two processes that need it first at the same time', async () => {
    const folder = tempDir();
    const both = await Promise.all([1, 2].map(() => openAuthority(folder, 'maple-court', Date.now())));
    expect(both[0]?.pem).toBe(both[1]?.pem);
  });

  it('is not replaced when its file is damaged: devices pin it', async () => {
    const folder = tempDir();
    await openAuthority(folder, 'maple-court', Date.now());
    const damaged = readFileSync(join(folder, 'ca.pem'), 'utf8').slice(0, 300);
    writeFileSync(join(folder, 'ca.pem'), damaged);
    await expect(openAuthority(folder, 'maple-court', Date.now())).rejects.toMatchObject({
      code: 'badState',
    });
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe(damaged);
  });

  it('signs for devices and servers, and what it signs can sign nothing', async () => {
    const authority = await openAuthority(tempDir(), 'maple-court', Date.now());
    const issued = await authority.issueToDevice('lobby', newKey(), Date.now());
    const certificate = new X509Certificate(issued.pem);
    expect(authority.hasIssued(certificate)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.serialNumber.toLowerCase()).toBe(issued.serial);
    const stranger = await openAuthority(tempDir(), 'maple-court', Date.now());
    expect(stranger.hasIssued(certificate)).toBe(false);
  });
});

describe('OpenSSL', () => {
  it('accepts a console’s certificate as a client’s, for 90 days, and not as a server’s', async () => {
    const { service, ca, crl } = await brokerFolder();
    const { identity } = await enrolledConsole(service);
    const verify = (...args: readonly string[]) =>
      openssl('verify', '-CAfile', ca, '-CRLfile', crl, '-crl_check', ...args, join(identity, 'device.crt'));
    const now = Math.floor(service.time.now / 1_000);
    expect(verify('-purpose', 'sslclient').said).toContain('OK');
    expect(verify('-purpose', 'sslclient', '-attime', String(now + 89 * day)).ok).toBe(true);
    expect(verify('-purpose', 'sslclient', '-attime', String(now + 91 * day)).said).toContain('expired');
    expect(verify('-purpose', 'sslserver').ok).toBe(false);
    expect(openssl('verify', '-x509_strict', '-CAfile', ca, join(identity, 'device.crt')).said).toContain(
      'OK',
    );
  });

  it('accepts the broker’s certificate for its names and addresses, also in 1970, and for no others', async () => {
    const { ca, server } = await brokerFolder();
    const verify = (...args: readonly string[]) => openssl('verify', '-CAfile', ca, ...args, server);
    expect(verify('-purpose', 'sslserver', '-verify_hostname', 'broker.test').said).toContain('OK');
    expect(verify('-verify_ip', '192.0.2.7').ok).toBe(true);
    // A console that has lost its clock learns the time only once it has connected.
    expect(verify('-verify_hostname', 'broker.test', '-attime', '5').ok).toBe(true);
    expect(verify('-verify_hostname', 'other.test').ok).toBe(false);
    expect(verify('-purpose', 'sslclient').ok).toBe(false);
  });

  it('refuses the certificates of removed consoles by the revocation list, and only those', async () => {
    const { service, ca, crl } = await brokerFolder();
    const gone = await enrolledConsole(service, 'gone');
    const goneToo = await enrolledConsole(service, 'gone-too');
    const stays = await enrolledConsole(service, 'stays');
    await service.books.remove('gone');
    await service.books.remove('gone-too');
    const verify = (identity: string) =>
      openssl('verify', '-CAfile', ca, '-CRLfile', crl, '-crl_check', join(identity, 'device.crt'));
    for (const { identity } of [gone, goneToo]) expect(verify(identity).said).toContain('revoked');
    expect(verify(stays.identity).ok).toBe(true);
    expect(readFileSync(crl, 'utf8')).toBe(readFileSync(join(service.headEnd.stateDir, 'ca.crl'), 'utf8'));
    expect(openssl('crl', '-in', crl, '-CAfile', ca, '-noout').said).toContain('verify OK');
  });

  it('refuses the certificate of a console that another has taken the place of', async () => {
    const { service, ca, crl } = await brokerFolder();
    const first = await enrolledConsole(service, 'lobby');
    const before = first.file('device.crt');
    const old = join(tempDir(), 'old.crt');
    writeFileSync(old, before);
    const { id, code } = service.pair();
    const again = first.enrol(service.url, code, { replace: true });
    while (service.books.waiting().length === 0) await new Promise(setImmediate);
    await service.books.confirm(id, 'lobby', { replace: true });
    await again;
    const verify = (file: string) => openssl('verify', '-CAfile', ca, '-CRLfile', crl, '-crl_check', file);
    expect(verify(old).said).toContain('revoked');
    expect(verify(join(first.identity, 'device.crt')).ok).toBe(true);
  });
});
