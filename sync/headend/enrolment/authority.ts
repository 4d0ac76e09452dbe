/**
 * The building's own certificate authority: one P-256 key, made at first need. What it issues is checked by devices,
 * by the broker and by the enrolment service (docs/enrolment.md).
 *
 * A console whose clock lost its battery wakes up in 1970 and learns the time from the cloud only after it has
 * connected (DESIGN section 7). So the CA and servers' certificates are valid from 1970 on; those of devices, which
 * machines with a clock judge, from now on.
 */
import 'reflect-metadata';
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { existsSync, linkSync, readFileSync, unlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509Crl,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509';
import { HeadEndError } from '../head-end-error.ts';
import { writeSecretFile } from '../keys/secret-file.ts';
import { authorityFiles } from './authority-files.ts';

const dayMs = 86_400_000;
const deviceLifeMs = 90 * dayMs;
const serverLifeMs = 5 * 365 * dayMs;
const authorityLifeMs = 30 * 365 * dayMs;
/** A broker's clock may be a little behind ours. */
const beginsEarlierMs = 3_600_000;

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;

export interface Issued {
  /** Hexadecimal, lower case. */
  readonly serial: string;
  readonly pem: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

export interface RevokedCertificate {
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly revokedAt: number;
}

/**
 * Reads the CA of a state folder, or makes it.
 * @throws HeadEndError `badState` when its file is damaged: devices pin the certificate, so no new one is made.
 */
export async function openAuthority(stateDir: string, building: string, now: number): Promise<Authority> {
  const { authority: file } = authorityFiles(stateDir);
  if (!existsSync(file)) await makeAuthority(file, building, now);
  try {
    const pem = readFileSync(file);
    const key = createPrivateKey(pem);
    const certificate = new X509Certificate(pem);
    if (certificate.checkPrivateKey(key)) return new Authority(certificate, key);
  } catch {
    // Told below; the cause may quote the key.
  }
  throw new HeadEndError(
    'badState',
    `${file} does not hold the key and the certificate of the CA; put your copy of it back.`,
  );
}

async function makeAuthority(file: string, building: string, now: number): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { privateKey: await importPrivate(privateKey), publicKey: await importPublic(publicKey) };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [`Vestibule ${building}`] }],
    notBefore: new Date(0),
    notAfter: wholeSeconds(now + authorityLifeMs),
    signingAlgorithm: signing,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const mine = `${file}.${process.pid}`;
  writeSecretFile(mine, `${pkcs8(privateKey)}${certificate.toString('pem')}\n`);
  try {
    // Unlike a rename this never replaces: of two processes the first one's CA is everybody's.
    linkSync(mine, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    unlinkSync(mine);
  }
}

export class Authority {
  readonly certificate: X509Certificate;
  readonly #key: KeyObject;

  constructor(certificate: X509Certificate, key: KeyObject) {
    this.certificate = certificate;
    this.#key = key;
  }

  /** PEM. */
  get pem(): string {
    return this.certificate.toString();
  }

  /** A client certificate whose common name is the device's id: 90 days. */
  issueToDevice(device: string, publicKey: KeyObject, now: number): Promise<Issued> {
    return this.#issue(device, publicKey, {
      notBefore: now - beginsEarlierMs,
      notAfter: now + deviceLifeMs,
      usages: [ExtendedKeyUsage.clientAuth],
      names: [],
    });
  }

  /** A server certificate for these host names and addresses. */
  issueToServer(hosts: readonly [string, ...string[]], publicKey: KeyObject, now: number): Promise<Issued> {
    return this.#issue(hosts[0], publicKey, {
      notBefore: 0,
      notAfter: now + serverLifeMs,
      usages: [ExtendedKeyUsage.serverAuth],
      names: hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
    });
  }

  /** The head-end's own client certificate, for the broker. */
  issueToHeadEnd(name: string, publicKey: KeyObject, now: number): Promise<Issued> {
    return this.#issue(name, publicKey, {
      notBefore: now - beginsEarlierMs,
      notAfter: now + serverLifeMs,
      usages: [ExtendedKeyUsage.clientAuth],
      names: [],
    });
  }

  /**
   * The revocation list (PEM), newest state of all. It ends with the CA: a broker refuses everybody once a list has
   * ended, and what makes it take a newer one is a reload, not a date.
   */
  async revocationList(revoked: readonly RevokedCertificate[], now: number): Promise<string> {
    const crl = await X509CrlGenerator.create({
      issuer: this.#issuer(),
      thisUpdate: new Date(now - beginsEarlierMs),
      nextUpdate: this.certificate.validToDate,
      signingAlgorithm: signing,
      signingKey: await importPrivate(this.#key),
      extensions: [await this.#authorityKey()],
      entries: revoked.map(({ serial, revokedAt }) => ({
        serialNumber: serial,
        revocationDate: new Date(revokedAt),
        reason: X509CrlReason.cessationOfOperation,
      })),
    });
    // The label that RFC 7468 section 6 gives it; OpenSSL knows no other.
    return `${PemConverter.encode(crl.rawData, 'X509 CRL')}\n`;
  }

  /** What a revocation list (PEM) holds; undefined for what is none, or was not signed by this CA. */
  async entriesOf(list: string): Promise<readonly RevokedCertificate[] | undefined> {
    try {
      const crl = new X509Crl(list);
      const publicKey = await importPublic(this.certificate.publicKey);
      if (!(await crl.verify({ publicKey }))) return undefined;
      return crl.entries.map(({ serialNumber, revocationDate }) => ({
        serial: wholeSerial(serialNumber),
        revokedAt: revocationDate.getTime(),
      }));
    } catch {
      return undefined;
    }
  }

  /** Whether this CA signed it, whatever its dates. */
  hasIssued(certificate: X509Certificate): boolean {
    return certificate.checkIssued(this.certificate) && certificate.verify(this.certificate.publicKey);
  }

  async #issue(
    commonName: string,
    publicKey: KeyObject,
    what: {
      readonly notBefore: number;
      readonly notAfter: number;
      readonly usages: readonly ExtendedKeyUsage[];
      readonly names: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
    },
  ): Promise<Issued> {
    const serial = newSerial();
    const subjectKey = await importPublic(publicKey);
    const extensions: Extension[] = [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([...what.usages]),
      await SubjectKeyIdentifierExtension.create(subjectKey),
      await this.#authorityKey(),
    ];
    if (what.names.length > 0) extensions.push(new SubjectAlternativeNameExtension([...what.names]));
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial,
      subject: [{ CN: [commonName] }],
      issuer: this.#issuer(),
      notBefore: wholeSeconds(what.notBefore),
      notAfter: wholeSeconds(what.notAfter),
      publicKey: subjectKey,
      signingKey: await importPrivate(this.#key),
      signingAlgorithm: signing,
      extensions,
    });
    return { serial, pem: `${certificate.toString('pem')}\n`, notAfter: certificate.notAfter.getTime() };
  }

  async #authorityKey(): Promise<Extension> {
    return AuthorityKeyIdentifierExtension.create(await importPublic(this.certificate.publicKey));
  }

  #issuer(): { CN: string[] }[] {
    return [{ CN: [this.certificate.subject.replace(/^CN=/, '')] }];
  }
}

/** Certificates tell no milliseconds. */
const wholeSeconds = (ms: number): Date => new Date(ms - (ms % 1_000));

/** As `Issued.serial`. */
export const serialOf = ({ serialNumber }: X509Certificate): string => wholeSerial(serialNumber);

const wholeSerial = (hex: string): string => hex.toLowerCase().padStart(32, '0');

/** 127 random bits, positive and never with a leading zero byte (RFC 5280 section 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

export const pkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const importPrivate = (key: KeyObject): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), curve, false, ['sign']);
const importPublic = (key: KeyObject): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('spki', key.export({ type: 'spki', format: 'der' }), curve, true, ['verify']);
