/** What people at the head-end ask for: pairings, their confirmation, the removal of devices, certificates of a broker. */
import { createPublicKey, generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, sha256 } from '../../protocol/enrolment.ts';
import { thumbprint } from '../../protocol/keys.ts';
import type { PairingCode } from '../../protocol/pairing-code.ts';
import { consoleChanges } from '../dataset/guess-share.ts';
import { commitChanges } from '../dataset/publish-rows.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { PublicJwk } from '../keys/key-files.ts';
import { makePrivateFolder, writeSecretFile, writeWhole } from '../keys/secret-file.ts';
import { checkNewDevice } from '../names.ts';
import type { PairingRow } from '../store/enrolment-store.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { type Authority, pkcs8 } from './authority.ts';
import { collectionLifeMs, tokenLifeMs } from './pairing-rules.ts';
import type { ListWritten, RevocationList } from './revocation-list.ts';

interface BooksParts {
  readonly store: HeadEndStore;
  readonly root: PublicJwk;
  readonly authority: Authority;
  readonly list: RevocationList;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface WaitingDevice {
  readonly pairing: string;
  /** As the device's own screen shows it. */
  readonly fingerprint: string;
}

const pairingSymbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const openFiles = 0o644;

export class EnrolmentBooks {
  readonly #parts: BooksParts;

  constructor(parts: BooksParts) {
    this.#parts = parts;
  }

  /** The code is in the answer and nowhere else: only the hash of its token is kept. */
  makePairing(broker: string): {
    readonly id: string;
    readonly code: PairingCode;
    readonly expiresAt: number;
  } {
    const { store, root, authority, now } = this.#parts;
    const token = randomBytes(16);
    const id = Array.from({ length: 8 }, () => pairingSymbols[randomInt(32)]).join('');
    const madeAt = now();
    const expiresAt = madeAt + tokenLifeMs;
    store.enrolment.add({ id, tokenHash: sha256(token).toString('hex'), broker, madeAt, expiresAt });
    const code = {
      token,
      ca: sha256(authority.certificate.raw),
      root: Buffer.from(thumbprint(root), 'base64url'),
    };
    return { id, code, expiresAt };
  }

  /** Devices that wait for a decision. */
  waiting(): readonly WaitingDevice[] {
    const now = this.#parts.now();
    return this.#parts.store.enrolment
      .claimed()
      .filter(({ expiresAt }) => now < expiresAt)
      .flatMap((row) =>
        'publicKey' in row && row.publicKey !== null ? [waitingDevice(row.id, row.publicKey)] : [],
      );
  }

  /** @throws HeadEndError `unknownPairing` unless a device waits in it. */
  waitingIn(pairing: string): WaitingDevice {
    return waitingDevice(pairing, this.#claimed(pairing).publicKey);
  }

  /**
   * Makes the waiting device one of the building's: its certificate is issued now, under the id chosen here. Resolves
   * with what became of the revocation list where it has taken another's place.
   * @throws HeadEndError `unknownPairing`, `badInput`, `deviceExists`.
   */
  async confirm(pairing: string, device: string, { replace = false } = {}): Promise<ListWritten | undefined> {
    const { store, authority, list, now } = this.#parts;
    checkNewDevice(device);
    const { publicKey } = this.#claimed(pairing);
    const issuedAt = now();
    const issued = await authority.issueToDevice(device, createPublicKey(publicKey), issuedAt);
    const replaced = store.transact(() => {
      const known = store.devices.get(device) !== undefined;
      if (known && !replace) {
        throw new HeadEndError(
          'deviceExists',
          `The device "${device}" exists already; choose another id, or let this one take its place with --replace.`,
        );
      }
      if (!store.enrolment.grant(pairing, device, issued.pem, issuedAt + collectionLifeMs)) {
        throw unknownPairing(pairing);
      }
      store.enrolment.revokeAll(device, issuedAt);
      store.enrolment.addCertificate({ ...issued, device, issuedAt });
      store.devices.put(device, publicKey, issuedAt);
      commitChanges(store, consoleChanges(store));
      return known;
    });
    return replaced ? list.write() : undefined;
  }

  /** @throws HeadEndError `unknownPairing`. */
  refuse(pairing: string): void {
    if (!this.#parts.store.enrolment.refuse(pairing)) throw unknownPairing(pairing);
  }

  /**
   * Takes a device out of the building: revokes its certificates, rewrites the revocation list, and forgets its key,
   * so that nothing it says is heard any more. What it reported is kept.
   * @throws HeadEndError `unknownDevice`.
   */
  async remove(device: string): Promise<ListWritten> {
    const { store, list, now } = this.#parts;
    store.transact(() => {
      if (!store.devices.remove(device)) {
        throw new HeadEndError('unknownDevice', `There is no device "${device}".`);
      }
      store.enrolment.revokeAll(device, now());
      commitChanges(store, consoleChanges(store));
    });
    return list.write();
  }

  /**
   * A server certificate for the broker, with its key, the CA and the revocation list, which is kept there from now on.
   * @throws HeadEndError `badState` for a folder that this user may not write.
   */
  async brokerCertificate(hosts: readonly [string, ...string[]], folder: string): Promise<ListWritten> {
    const { store, authority, list, now } = this.#parts;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { pem } = await authority.issueToServer(hosts, publicKey, now());
    try {
      if (!existsSync(folder)) makePrivateFolder(folder);
      writeSecretFile(join(folder, 'server.key'), pkcs8(privateKey));
      writeWhole(join(folder, 'server.crt'), pem, { mode: openFiles });
      writeWhole(join(folder, 'ca.crt'), authority.pem, { mode: openFiles });
    } catch (error) {
      throw isForbidden(error) ? forbiddenFolder(folder, error) : error;
    }
    store.enrolment.setBrokerFolder(folder);
    return list.write();
  }

  #claimed(pairing: string): Extract<PairingRow, { state: 'claimed' }> {
    const row = this.#parts.store.enrolment.pairing(pairing);
    if (row?.state !== 'claimed' || this.#parts.now() >= row.expiresAt) throw unknownPairing(pairing);
    return row;
  }
}

const waitingDevice = (pairing: string, publicKey: string): WaitingDevice => ({
  pairing,
  fingerprint: fingerprintOf(createPublicKey(publicKey)),
});

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['EACCES', 'EPERM'].includes(String(error.code));

const forbiddenFolder = (folder: string, cause: unknown): HeadEndError =>
  new HeadEndError(
    'badState',
    `This user may not write ${folder}; let it belong to the user of the head-end (docs/brokers.md), or name another --out.`,
    { cause },
  );

const unknownPairing = (pairing: string): HeadEndError =>
  new HeadEndError(
    'unknownPairing',
    `No device waits in a pairing "${pairing}"; vestibule-headend confirm lists those that wait.`,
  );
