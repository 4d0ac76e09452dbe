/** What devices ask of the enrolment service, without the HTTP around it. */
import 'reflect-metadata';
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { CompactEncrypt } from 'jose';
import {
  type EnrolGrant,
  type EnrolPending,
  type EnrolRefusalCode,
  fingerprintOf,
  nonceOfProof,
  proofAudience,
  sha256,
} from '../../protocol/enrolment.ts';
import type { HeadEndKeys } from '../keys/head-end-keys.ts';
import type { HeadEndLog } from '../service/parts.ts';
import type { DeviceRow } from '../store/device-store.ts';
import type { PairingRow } from '../store/enrolment-store.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { type Authority, serialOf } from './authority.ts';
import { listProblem } from './list-problem.ts';
import { decisionLifeMs, judgeClaim, judgePoll, renewalDue } from './pairing-rules.ts';
import type { RevocationList } from './revocation-list.ts';

export type DeskAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'refused'; readonly code: EnrolRefusalCode; readonly nonce?: string };

interface DeskParts {
  readonly store: HeadEndStore;
  readonly keys: HeadEndKeys;
  readonly building: string;
  readonly authority: Authority;
  readonly list: RevocationList;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: HeadEndLog;
}

type Waiting = Extract<PairingRow, { state: 'claimed' | 'granted' }>;

const refused = (code: EnrolRefusalCode): { readonly kind: 'refused'; readonly code: EnrolRefusalCode } => ({
  kind: 'refused',
  code,
});
const newNonce = (): string => randomBytes(16).toString('base64url');
const nameOf = ({ subject }: X509Certificate): string => subject.replace(/^CN=/, '');
const spkiPem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

export class EnrolmentDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** `POST /enrol`: takes the token once; the same device may come again with it. */
  async enrol(token: string, csr: string): Promise<DeskAnswer<EnrolPending>> {
    const key = await keyOfRequest(csr);
    if (key === undefined) return refused('badRequest');
    const { store, now, log } = this.#parts;
    const publicKey = spkiPem(key);
    const tokenHash = sha256(Buffer.from(token, 'base64url')).toString('hex');
    return store.transact(() => {
      const pairing = store.enrolment.byTokenHash(tokenHash);
      const verdict = judgeClaim(pairing, publicKey, now());
      if (verdict.kind === 'refused' || pairing === undefined) {
        const code = verdict.kind === 'refused' ? verdict.code : 'unknownToken';
        log('warn', 'an enrolment was refused', { code, pairing: pairing?.id });
        return refused(code);
      }
      const nonce = newNonce();
      if (verdict.kind === 'again') store.enrolment.setNonce(pairing.id, nonce);
      else {
        store.enrolment.claim(pairing.id, publicKey, nonce, now() + decisionLifeMs);
        log('info', 'a device waits to be confirmed', {
          pairing: pairing.id,
          fingerprint: fingerprintOf(key),
        });
      }
      return { kind: 'answer', value: { pairing: pairing.id, fingerprint: fingerprintOf(key), nonce } };
    });
  }

  /** `GET /enrol/{pairing}`: who the device is, once the installer has confirmed it; until then that it waits. */
  async poll(id: string, proof: string): Promise<DeskAnswer<EnrolPending | EnrolGrant>> {
    const { store, now } = this.#parts;
    const pairing = store.enrolment.pairing(id);
    if (pairing === undefined || pairing.state === 'open') return refused('unknownPairing');
    // Refused before a device came: there is no key that a proof could be of.
    if (pairing.state === 'refused' && pairing.publicKey === null) return refused('unknownPairing');
    const key = createPublicKey(pairing.publicKey ?? '');
    const aud = proofAudience(this.#parts.authority.certificate.raw);
    const nonce = nonceOfProof(proof, { aud, pairing: id, key });
    if (nonce === undefined) return refused('badProof');
    if (pairing.state !== 'refused' && nonce !== pairing.nonce) {
      return { ...refused('staleProof'), nonce: pairing.nonce };
    }
    const verdict = judgePoll(pairing, now());
    if (verdict.kind === 'refused') return verdict;
    const next = newNonce();
    store.enrolment.setNonce(id, next);
    if (verdict.kind === 'grant') return { kind: 'answer', value: await this.#grant(verdict.pairing, key) };
    return { kind: 'answer', value: { pairing: id, fingerprint: fingerprintOf(key), nonce: next } };
  }

  /**
   * `POST /renew`: the certificate that is in force from now on, for whoever holds the key of `certificate`, be that
   * expired. Before two thirds of its life that is the one there is: an answer that was lost can be asked for again.
   */
  async renew(certificate: X509Certificate): Promise<DeskAnswer<{ readonly certificate: string }>> {
    const { store, authority, list, now, log } = this.#parts;
    if (!authority.hasIssued(certificate)) return refused('unknownCertificate');
    const serial = serialOf(certificate);
    if (await list.has(serial)) return refused('revokedCertificate');
    const device = this.#deviceOf(certificate);
    if (device === undefined) {
      return (await this.#revokeIfTakenOut(certificate))
        ? refused('revokedCertificate')
        : refused('unknownCertificate');
    }
    const newest = store.enrolment.newestCertificate(device.id);
    if (newest !== undefined && !renewalDue(newest, now())) {
      return { kind: 'answer', value: { certificate: newest.pem } };
    }
    const issuedAt = now();
    const issued = await authority.issueToDevice(device.id, certificate.publicKey, issuedAt);
    return store.transact(() => {
      // Whoever was removed in the meantime gets nothing.
      if ((store.enrolment.certificate(serial)?.revokedAt ?? null) !== null)
        return refused('revokedCertificate');
      store.enrolment.addCertificate({ ...issued, device: device.id, issuedAt });
      log('info', 'a certificate was renewed', { device: device.id });
      return { kind: 'answer', value: { certificate: issued.pem } };
    });
  }

  /** Not by its row: a database that was restored from a backup does not know its newest certificates. */
  #deviceOf(certificate: X509Certificate): DeviceRow | undefined {
    const { store } = this.#parts;
    return store.transact(() => {
      const device = store.devices.get(nameOf(certificate));
      // A device that enrolled anew has another key.
      if (device === undefined || device.publicKey !== spkiPem(certificate.publicKey)) return undefined;
      this.#learn(certificate);
      return device;
    });
  }

  /** Issued after the backup that this database was restored from: from now on a removal revokes it, too. */
  #learn(certificate: X509Certificate): void {
    const { store } = this.#parts;
    const serial = serialOf(certificate);
    if (store.enrolment.certificate(serial) !== undefined) return;
    store.enrolment.addCertificate({
      serial,
      device: nameOf(certificate),
      pem: certificate.toString(),
      issuedAt: certificate.validFromDate.getTime(),
      notAfter: certificate.validToDate.getTime(),
    });
  }

  /** As `#learn`, of a key whose certificates were revoked before this one was heard of. */
  async #revokeIfTakenOut(certificate: X509Certificate): Promise<boolean> {
    const { store, list, now, log } = this.#parts;
    const device = nameOf(certificate);
    const key = spkiPem(certificate.publicKey);
    const takenOut = store.enrolment
      .certificatesOf(device)
      .some(
        ({ pem, revokedAt }) => revokedAt !== null && spkiPem(new X509Certificate(pem).publicKey) === key,
      );
    if (!takenOut) return false;
    store.transact(() => {
      this.#learn(certificate);
      store.enrolment.revoke(serialOf(certificate), now());
    });
    const problem = listProblem(await list.write());
    log('warn', 'a certificate of a console that was taken out is revoked: let the broker reload its list', {
      device,
      ...(problem === undefined ? {} : { problem }),
    });
    return true;
  }

  async #grant({ device, certificate, broker }: Extract<Waiting, { state: 'granted' }>, key: KeyObject) {
    const { keys, authority, building } = this.#parts;
    const siteKey = await new CompactEncrypt(keys.siteKey)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .encrypt(key);
    return {
      device,
      certificate,
      ca: authority.pem,
      broker,
      root: keys.root,
      keyset: keys.keyset,
      building: building as EnrolGrant['building'],
      siteKey,
    };
  }
}

/** The P-256 key of a PKCS #10 request that is signed with it; undefined for anything else. */
async function keyOfRequest(csr: string): Promise<KeyObject | undefined> {
  try {
    const request = new Pkcs10CertificateRequest(csr);
    if (!(await request.verify())) return undefined;
    const key = createPublicKey({
      key: Buffer.from(request.publicKey.rawData),
      format: 'der',
      type: 'spki',
    });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}
