/** The console's part of PROTOCOL "Enrolment", from the pairing code to a whole identity folder. */
import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  webcrypto,
} from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import {
  type EnrolGrant,
  EnrolPending,
  enrolmentPaths,
  fingerprintOf,
  EnrolGrant as GrantForm,
  proofAudience,
  signProof,
} from '../../protocol/enrolment.ts';
import type { PairingCode } from '../../protocol/pairing-code.ts';
import { loadIdentity } from '../identity.ts';
import { checkGrant } from './check-grant.ts';
import { type EnrolProblemCode, type EnrolRefused, enrolRefused } from './enrol-refusal.ts';
import { askHeadEnd, fetchPinnedCa, readAs } from './head-end-client.ts';
import {
  beginIdentity,
  dropComing,
  fillIdentity,
  isEnrolled,
  keptKey,
  settleIdentity,
  takeUpIdentity,
} from './state-folder.ts';

const pollEveryMs = 1_000;

export interface EnrolOptions {
  readonly stateDir: string;
  readonly code: PairingCode;
  /** `https://host[:port]`. */
  readonly url: string;
  /** Take the place of the identity that is there. */
  readonly replace: boolean;
  /** This device's clock, milliseconds since 1970. */
  readonly now: () => number;
  /** The head-end knows this device now; these six digits are to be compared with its own. */
  readonly onWaiting: (waiting: { readonly pairing: string; readonly fingerprint: string }) => void;
  readonly signal: AbortSignal;
}

export type EnrolOutcome =
  | { readonly kind: 'enrolled'; readonly device: string; readonly building: string }
  | EnrolRefused;

/** After these the same code may be tried again, with the same key: the token may be that key's. */
const passing = new Set<EnrolProblemCode>(['unreachable', 'rateLimited', 'wrongClock', 'interrupted']);
/** These say nothing about a token that is this key's already. */
const ofTheAddress = new Set<EnrolProblemCode>(['wrongHost', 'wrongAuthority']);

/**
 * Enrols this device. A refusal leaves the state folder as it was: a key of an earlier run stays, because a token, even a
 * confirmed pairing, may be that key's, whatever a wrong address or an older code has led to in this one.
 */
export async function enrol(options: EnrolOptions): Promise<EnrolOutcome> {
  const { stateDir, replace, onWaiting } = options;
  settleIdentity(stateDir);
  if (isEnrolled(stateDir) && !replace) {
    return enrolRefused(
      'alreadyEnrolled',
      'This console is enrolled already; --replace lets a new identity take the place of the one it has.',
    );
  }
  const kept = keptPrivateKey(stateDir);
  const token = { isTaken: false };
  const outcome = await exchange(options, kept, (waiting) => {
    token.isTaken = true;
    onWaiting(waiting);
  });
  if (outcome.kind === 'enrolled') return outcome;
  const { code } = outcome;
  const mayGoOn = passing.has(code) || (token.isTaken && ofTheAddress.has(code));
  if (kept === undefined && !mayGoOn) dropComing(stateDir);
  return outcome;
}

async function exchange(
  { stateDir, code, url, now, signal }: EnrolOptions,
  kept: KeyObject | undefined,
  onWaiting: EnrolOptions['onWaiting'],
): Promise<EnrolOutcome> {
  const ca = await fetchPinnedCa(url, code.ca);
  if (ca.kind === 'refused') return ca;
  const key = kept ?? newKey(stateDir);
  const asked = await askHeadEnd(url, {
    method: 'POST',
    path: enrolmentPaths.enrol,
    ca: ca.pem,
    signal,
    body: { token: Buffer.from(code.token).toString('base64url'), csr: await requestFor(key) },
  });
  const pending = readAs(asked, EnrolPending, url);
  if (pending.kind === 'refused') return pending;
  const { pairing, nonce } = pending.value;
  // Our own: what the head-end shows must be of the key that it has got.
  onWaiting({ pairing, fingerprint: fingerprintOf(createPublicKey(key)) });
  const proofFor = (fresh: string): string =>
    signProof({ aud: proofAudience(ca.der), pairing, nonce: fresh }, key);
  const granted = await awaitGrant({ url, ca: ca.pem, pairing, nonce, proofFor, signal });
  if (granted.kind === 'refused') return granted;
  const checked = await checkGrant(granted.value, { code, key, url, now: now() });
  if (checked.kind === 'refused') return checked;
  return takeUp(stateDir, checked);
}

function takeUp(
  stateDir: string,
  { device, building, files }: { device: string; building: string; files: Readonly<Record<string, string>> },
): EnrolOutcome {
  const before = isEnrolled(stateDir) ? loadIdentity(`${stateDir}/identity`) : undefined;
  if (before?.kind === 'identity' && before.identity.building !== building) {
    return enrolRefused(
      'otherBuilding',
      `This console holds data of the building ${before.identity.building}; have it removed there first (vestibule-headend devices remove), which wipes it.`,
    );
  }
  // Whatever the checks above have missed must not become the identity.
  const loaded = loadIdentity(fillIdentity(stateDir, files));
  if (loaded.kind === 'refused')
    return enrolRefused('badGrant', `The head-end sent what no console can use: ${loaded.problem}`);
  takeUpIdentity(stateDir);
  return { kind: 'enrolled', device, building };
}

interface Polling {
  readonly url: string;
  readonly ca: string;
  readonly pairing: string;
  readonly nonce: string;
  readonly proofFor: (nonce: string) => string;
  readonly signal: AbortSignal;
}

/** Polls until somebody has decided. The head-end ends it in time; what is lost on the way is asked for again. */
async function awaitGrant({
  url,
  ca,
  pairing,
  nonce: first,
  proofFor,
  signal,
}: Polling): Promise<{ readonly kind: 'read'; readonly value: EnrolGrant } | EnrolRefused> {
  let nonce = first;
  while (!signal.aborted) {
    const path = `${enrolmentPaths.enrol}/${pairing}`;
    const answer = await askHeadEnd(url, { method: 'GET', path, ca, proof: proofFor(nonce), signal });
    if (answer.kind === 'refused') {
      if (answer.code === 'staleProof' && answer.nonce !== undefined) {
        nonce = answer.nonce;
        continue;
      }
      if (answer.code !== 'unreachable' && answer.code !== 'rateLimited') return answer;
    } else {
      if (answer.status === 200) return readAs(answer, GrantForm, url);
      const pending = readAs(answer, EnrolPending, url);
      if (pending.kind === 'refused') return pending;
      nonce = pending.value.nonce;
    }
    await pause(pollEveryMs, undefined, { signal }).catch(() => {});
  }
  return enrolRefused(
    'interrupted',
    'Ended before the head-end had confirmed; the same code goes on where this one ended.',
  );
}

/** The key of an enrolment that was cut off, which the token may belong to. */
function keptPrivateKey(stateDir: string): KeyObject | undefined {
  const kept = keptKey(stateDir);
  if (kept === undefined) return undefined;
  try {
    const key = createPrivateKey(kept);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    // Half written: the power went while it was made.
    return undefined;
  }
}

function newKey(stateDir: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  beginIdentity(stateDir, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return privateKey;
}

/** PKCS #10; its name says nothing, the head-end chooses. */
async function requestFor(key: KeyObject): Promise<string> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
  const { subtle } = webcrypto;
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ['vestibule'] }],
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys: {
      privateKey: await subtle.importKey(
        'pkcs8',
        key.export({ type: 'pkcs8', format: 'der' }),
        curve,
        false,
        ['sign'],
      ),
      publicKey: await subtle.importKey('spki', spki, curve, true, ['verify']),
    },
  });
  return request.toString('pem');
}
