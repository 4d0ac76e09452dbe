/** Believes nothing of what a head-end grants before it has been checked against the pairing code and the device's own key. */
import type { KeyObject } from 'node:crypto';
import { compactDecrypt } from 'jose';
import { type EnrolGrant, sha256 } from '../../protocol/enrolment.ts';
import { rootOnly, thumbprint } from '../../protocol/keys.ts';
import { openDown } from '../../protocol/open-message.ts';
import type { PairingCode } from '../../protocol/pairing-code.ts';
import { type EnrolRefused, enrolRefused } from './enrol-refusal.ts';
import { isOurs, readCertificate } from './own-certificate.ts';

export interface GrantCheck {
  readonly code: PairingCode;
  /** P-256, private. */
  readonly key: KeyObject;
  /** `https://…`, kept for renewal. */
  readonly url: string;
  /** This device's clock, milliseconds since 1970. It may be unset, and is then behind. */
  readonly now: number;
}

export interface IdentityFiles {
  readonly kind: 'files';
  readonly device: string;
  readonly building: string;
  /** By name, without `device.key`. */
  readonly files: Readonly<Record<string, string>>;
}

export async function checkGrant(
  grant: EnrolGrant,
  { code, key, url, now }: GrantCheck,
): Promise<IdentityFiles | EnrolRefused> {
  const { device, building, broker, root, keyset } = grant;
  const ca = readCertificate(grant.ca);
  if (ca === undefined || !sha256(ca.raw).equals(code.ca)) {
    return enrolRefused(
      'wrongAuthority',
      `The head-end sent another CA than the pairing code names; ${anew}`,
    );
  }
  const certificate = readCertificate(grant.certificate);
  if (certificate === undefined || !isOurs(certificate, { ca, key, device })) {
    return enrolRefused(
      'badCertificate',
      `The certificate from the head-end is not one for this console's key under the name ${device}; ${anew}`,
    );
  }
  if (now >= certificate.validToDate.getTime()) {
    return enrolRefused(
      'wrongClock',
      `By this console's clock (${new Date(now).toISOString()}) its new certificate is over since ${certificate.validToDate.toISOString()}; set the clock that is wrong, here or at the head-end, and try again with the same code.`,
    );
  }
  if (!Buffer.from(thumbprint(root), 'base64url').equals(code.root)) {
    return enrolRefused(
      'wrongRoot',
      `The head-end sent another root key than the pairing code names; ${anew}`,
    );
  }
  const opened = openDown('keyset', Buffer.from(keyset), {
    ring: rootOnly(root),
    time: { nowS: 0, notBeforeJudged: false },
    audiences: [`building:${building}`],
  });
  if (opened.kind === 'refused') {
    return enrolRefused(
      'badKeyset',
      `The head-end's keyset is not signed by its root key for ${building} (${opened.reason}); ${anew}`,
    );
  }
  const siteKey = await openSiteKey(grant.siteKey, key);
  if (siteKey === undefined) {
    return enrolRefused('badSiteKey', `The site key was not sealed for this console; ${anew}`);
  }
  // The head-end's time where ours is not set yet.
  const enrolledAt = new Date(Math.max(now, certificate.validFromDate.getTime())).toISOString();
  return {
    kind: 'files',
    device,
    building,
    files: {
      'device.json': JSON.stringify({ device, building, broker, enrolledAt, enrolment: url }, null, 2),
      'root.jwk': JSON.stringify(root),
      'keyset.jws': keyset,
      'site.key': siteKey,
      'device.crt': grant.certificate,
      'ca.crt': grant.ca,
    },
  };
}

const anew = 'make a new pairing code at the head-end and try again.';

/** 64 hexadecimal digits. */
async function openSiteKey(jwe: string, key: KeyObject): Promise<string | undefined> {
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return plaintext.length === 32 ? Buffer.from(plaintext).toString('hex') : undefined;
  } catch {
    return undefined;
  }
}
