/**
 * The identity folder (DESIGN section 9): who this device is, whom it trusts, and its keys. Written by enrolment or by
 * any other head-end; read once at the start.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BuildingId } from '../../controller/core/dataset.ts';
import { RootKey } from '../protocol/enrolment.ts';
import { type KeyRing, rootOnly, withKeyset } from '../protocol/keys.ts';
import { DeviceId } from '../protocol/messages.ts';
import { openDown } from '../protocol/open-message.ts';

export interface Identity {
  readonly folder: string;
  readonly device: string;
  readonly building: BuildingId;
  /** `mqtt://` or `mqtts://`. */
  readonly brokerUrl: string;
  /** The pinned root key, and the keyset that it signed. */
  readonly ring: KeyRing;
  /** 32 bytes. */
  readonly siteKey: Uint8Array;
  /** P-256. */
  readonly deviceKey: KeyObject;
  /** PEM; for `mqtts://` brokers. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Where the certificate is renewed (`https://…`), and the CA that issues it (PEM); absent: enrolled by hand. */
  readonly enrolment?: { readonly url: string; readonly ca: string };
}

export type IdentityOutcome =
  | { readonly kind: 'identity'; readonly identity: Identity }
  /** One sentence: which file, what is wrong, and the way out. */
  | { readonly kind: 'refused'; readonly problem: string };

const DeviceFile = z.object({
  device: DeviceId,
  building: BuildingId,
  broker: z
    .string()
    .refine(
      (url) => URL.canParse(url) && ['mqtt:', 'mqtts:'].includes(new URL(url).protocol),
      'an address such as mqtts://broker.example:8883',
    ),
  enrolment: z.url({ protocol: /^https$/ }).optional(),
});

/** Never leaves this file. */
class Unfit extends Error {}

/** Reads and checks the folder; nothing of it is ever shown in the sentence of a refusal but file names. */
export function loadIdentity(folder: string): IdentityOutcome {
  try {
    return { kind: 'identity', identity: readIdentity(folder) };
  } catch (error) {
    if (error instanceof Unfit) return { kind: 'refused', problem: error.message };
    throw error;
  }
}

function readIdentity(folder: string): Identity {
  const device = readJson(folder, 'device.json', DeviceFile);
  const root = readJson(folder, 'root.jwk', RootKey);
  const siteKey = readText(folder, 'site.key', 'secret').trim();
  if (!/^[0-9a-f]{64}$/i.test(siteKey)) {
    throw new Unfit(
      `${join(folder, 'site.key')} is not 64 hex digits; ${copyAnew('the site key of the building')}`,
    );
  }
  const devicePem = readText(folder, 'device.key', 'secret');
  const deviceKey = readDeviceKey(folder, devicePem);
  const wanted = device.broker.startsWith('mqtts:') || device.enrolment !== undefined;
  const tls = wanted ? readTls(folder, devicePem, deviceKey) : undefined;
  const enrolment =
    device.enrolment === undefined || tls === undefined ? undefined : { url: device.enrolment, ca: tls.ca };
  return {
    folder,
    device: device.device,
    building: device.building,
    brokerUrl: device.broker,
    ring: readRing(folder, root, device.building),
    siteKey: Buffer.from(siteKey, 'hex'),
    deviceKey,
    ...(tls === undefined || !device.broker.startsWith('mqtts:') ? {} : { tls }),
    ...(enrolment === undefined ? {} : { enrolment }),
  };
}

/** The certificate (PEM) that is in force now: renewal replaces its file while the controller runs. */
export const certificateInForce = (folder: string): string =>
  readFileSync(join(folder, 'device.crt'), 'utf8');

const copyAnew = (what: string): string => `copy ${what} from the head-end anew, or enrol the device again.`;

function readText(folder: string, name: string, kind: 'open' | 'secret' = 'open'): string {
  const path = join(folder, name);
  let text: string;
  let mode: number;
  try {
    text = readFileSync(path, 'utf8');
    mode = statSync(path).mode;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Unfit(
      code === 'ENOENT'
        ? `${path} is missing; enrol this device with "vestibule provision".`
        : `${path} cannot be read (${code}); check its owner and mode.`,
    );
  }
  if (kind === 'secret' && (mode & 0o077) !== 0) {
    throw new Unfit(
      `${path} can be read by other users of this machine; run: chmod 700 ${folder} && chmod 600 ${folder}/*`,
    );
  }
  return text;
}

function readJson<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const path = join(folder, name);
  const text = readText(folder, name);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Unfit(`${path} is not JSON; ${copyAnew('it')}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Unfit(
    `${path}: ${issue?.path.join('.') ?? ''} is wrong (${issue?.message ?? ''}); ${copyAnew('it')}`,
  );
}

function readRing(folder: string, root: z.infer<typeof RootKey>, building: string): KeyRing {
  const ring = rootOnly(root);
  const message = Buffer.from(readText(folder, 'keyset.jws').trim());
  const opened = openDown('keyset', message, {
    ring,
    time: { nowS: 0, notBeforeJudged: false },
    audiences: [`building:${building}`],
  });
  if (opened.kind === 'message') return withKeyset(ring, opened.payload);
  throw new Unfit(
    `${join(folder, 'keyset.jws')} is not signed by root.jwk for building ${building} (${opened.reason}); ${copyAnew('both')}`,
  );
}

function readDeviceKey(folder: string, pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Told below; OpenSSL's own words could quote the key.
  }
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new Unfit(
    `${join(folder, 'device.key')} is not a P-256 private key in PEM form; enrol the device again.`,
  );
}

function readTls(folder: string, key: string, deviceKey: KeyObject): NonNullable<Identity['tls']> {
  const cert = readText(folder, 'device.crt');
  const ca = readText(folder, 'ca.crt');
  for (const [name, pem] of [
    ['device.crt', cert],
    ['ca.crt', ca],
  ] as const) {
    if (readCertificate(pem) === undefined) {
      throw new Unfit(`${join(folder, name)} is not a certificate in PEM form; ${copyAnew('it')}`);
    }
  }
  if (readCertificate(cert)?.checkPrivateKey(deviceKey) !== true) {
    throw new Unfit(
      `${join(folder, 'device.crt')} does not belong to device.key; ${copyAnew('the certificate')}`,
    );
  }
  return { ca, cert, key };
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** What the next connection uses: the certificate as it is in its file now. */
export function tlsInForce({ folder, tls }: Identity): Identity['tls'] {
  if (tls === undefined) return undefined;
  try {
    return { ...tls, cert: certificateInForce(folder) };
  } catch {
    // A disk that refuses takes no link away that still works.
    return tls;
  }
}
