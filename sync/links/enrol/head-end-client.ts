/** HTTPS to a head-end whose CA is pinned (PROTOCOL "Enrolment" 2): nothing of ours is said to any other. */
import type { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { z } from 'zod';
import { EnrolRefusal, sha256 } from '../../protocol/enrolment.ts';
import { readStrictJson } from '../../protocol/strict-json.ts';
import { type EnrolRefused, enrolRefused } from './enrol-refusal.ts';

const answerWithinMs = 10_000;
const chainLimit = 8;
/** A keyset may fill a message of the protocol; the rest of an answer is small. */
const answerLimit = 256 * 1024;

interface PinnedCa {
  readonly kind: 'ca';
  readonly pem: string;
  readonly der: Uint8Array;
}

/**
 * Asks a server for its certificates and finds the CA with this SHA-256 among them. This handshake trusts nobody and
 * says nothing; only those that follow, checked by OpenSSL against the found CA, carry something.
 */
export async function fetchPinnedCa(url: string, hash: Uint8Array): Promise<PinnedCa | EnrolRefused> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const found = Promise.withResolvers<PinnedCa | EnrolRefused>();
  const socket = connect({
    host,
    port: Number(port || 443),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  socket.setTimeout(answerWithinMs, () => socket.destroy(new Error('timeout')));
  socket.on('error', (error) => found.resolve(connectionProblem(error, url)));
  socket.on('close', () => found.resolve(connectionProblem(undefined, url)));
  socket.on('secureConnect', () => {
    let depth = 0;
    for (
      let one: X509Certificate | undefined = socket.getPeerX509Certificate();
      one !== undefined && depth < chainLimit;
      depth += 1
    ) {
      if (sha256(one.raw).equals(hash)) {
        found.resolve({ kind: 'ca', pem: one.toString(), der: one.raw });
        break;
      }
      one = one.issuerCertificate;
    }
    found.resolve(
      enrolRefused(
        'wrongAuthority',
        `What answers at ${new URL(url).host} has another CA than the pairing code names; check the address, and whether something stands in between.`,
      ),
    );
  });
  const result = await found.promise;
  socket.destroy();
  return result;
}

export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Of the `Authorization` header. */
  readonly proof?: string;
  /** PEM. */
  readonly ca: string;
  /** PEM; for mutual TLS. */
  readonly own?: { readonly cert: string; readonly key: string };
  readonly signal?: AbortSignal;
}

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  /** `nonce` with `staleProof`. */
  | (EnrolRefused & { readonly nonce?: string });

/** One request on a connection of its own. A refusal of the head-end comes back in its own words. */
export async function askHeadEnd(
  url: string,
  { method, path, body, proof, ca, own, signal }: Ask,
): Promise<Answer> {
  const answered = Promise.withResolvers<Answer>();
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const asking = request(
    new URL(path, url),
    {
      method,
      agent,
      ca,
      minVersion: 'TLSv1.2',
      timeout: answerWithinMs,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(proof === undefined ? {} : { authorization: `Proof ${proof}` }),
      },
      ...own,
      ...(signal === undefined ? {} : { signal }),
    },
    (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > answerLimit) asking.destroy(new Error('too large'));
        else chunks.push(chunk);
      });
      response.on('error', (error) => answered.resolve(connectionProblem(error, url)));
      response.on('end', () =>
        answered.resolve(readAnswer(response.statusCode ?? 0, Buffer.concat(chunks), url)),
      );
    },
  );
  asking.on('timeout', () => asking.destroy(new Error('timeout')));
  asking.on('error', (error) => answered.resolve(connectionProblem(error, url)));
  asking.end(body === undefined ? undefined : JSON.stringify(body));
  const answer = await answered.promise;
  agent.destroy();
  return answer;
}

/** The answer's body in the form that is awaited; else a refusal. */
export function readAs<T>(
  answer: Answer,
  schema: z.ZodType<T>,
  url: string,
): { kind: 'read'; value: T } | EnrolRefused {
  if (answer.kind === 'refused') return answer;
  const parsed = schema.safeParse(answer.body);
  return parsed.success ? { kind: 'read', value: parsed.data } : notUnderstood(url);
}

function readAnswer(status: number, bytes: Uint8Array, url: string): Answer {
  const json = readStrictJson(bytes);
  if (json.kind === 'refused') return notUnderstood(url);
  if (status === 200 || status === 202) return { kind: 'answer', status, body: json.value };
  const refusal = EnrolRefusal.safeParse(json.value);
  if (!refusal.success) return notUnderstood(url);
  const { code, message, nonce } = refusal.data;
  return { ...enrolRefused(code, message), ...(nonce === undefined ? {} : { nonce }) };
}

const notUnderstood = (url: string): EnrolRefused =>
  enrolRefused(
    'unreachable',
    `What answers at ${new URL(url).host} is not an enrolment service of this release; check the address.`,
  );

function connectionProblem(error: Error | undefined, url: string): EnrolRefused {
  const { host } = new URL(url);
  const code = error !== undefined && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return enrolRefused(
        'wrongClock',
        `By this console's clock (${new Date().toISOString()}) the certificate of ${host} is ${code === 'CERT_HAS_EXPIRED' ? 'over' : 'not valid yet'}; set the clock with timedatectl, or restart the head-end if its certificate is really over, and try again with the same code.`,
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return enrolRefused(
        'wrongHost',
        `The certificate at ${host} is for another name; use the address that vestibule-headend pair shows.`,
      );
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
    case 'INVALID_CA':
    case 'INVALID_PURPOSE':
      return enrolRefused(
        'wrongAuthority',
        `The certificate at ${host} was not issued by the CA that the pairing code names; check the address, and whether something stands in between.`,
      );
    default:
      return enrolRefused(
        'unreachable',
        `The head-end at ${host} does not answer${code === '' ? '' : ` (${code})`}; check cable, address and firewall, and try again with the same code.`,
      );
  }
}
