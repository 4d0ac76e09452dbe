/** The enrolment service over HTTPS. A client certificate is looked at on `/renew` alone, and by hand: it may have expired. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type EnrolRefusalCode, EnrolRequest, enrolmentPaths } from '../../protocol/enrolment.ts';
import { readStrictJson } from '../../protocol/strict-json.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { HeadEndLog } from '../service/parts.ts';
import { type Authority, pkcs8 } from './authority.ts';
import type { DeskAnswer, EnrolmentDesk } from './enrolment-desk.ts';
import { checkEnrolmentUrl } from './enrolment-url.ts';
import { RateLimit } from './rate-limit.ts';
import { refusalForms } from './refusals.ts';

const bodyLimit = 16 * 1024;
const requestWithinMs = 10_000;
const connectionsAtMost = 256;

interface ServerParts {
  /** `https://host[:port]`, as devices reach it. */
  readonly url: string;
  readonly desk: EnrolmentDesk;
  readonly authority: Authority;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
  readonly log: HeadEndLog;
}

/**
 * Serves until closed.
 * @throws HeadEndError `badInput` for the URL, `alreadyRunning` when the port is taken.
 */
export async function serveEnrolment(parts: ServerParts): Promise<{ close(): Promise<void> }> {
  const { host, port } = checkEnrolmentUrl(parts.url);
  const { authority, log } = parts;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { pem } = await authority.issueToServer([host], publicKey, parts.now());
  const service = new Service(parts);
  const server = createServer(
    {
      key: pkcs8(privateKey),
      // With the CA's own: the device compares its hash with the one it was told.
      cert: pem + authority.pem,
      ca: authority.pem,
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: false,
      requestTimeout: requestWithinMs,
      headersTimeout: requestWithinMs,
    },
    (request, response) => {
      service.answer(request, response).catch((error: unknown) => {
        log('error', 'an enrolment request failed', {
          problem: error instanceof Error ? error.name : 'unknown',
        });
        response.destroy();
      });
    },
  );
  server.maxConnections = connectionsAtMost;
  server.listen(port, isLoopback(host) ? host : undefined);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new HeadEndError(
      'alreadyRunning',
      `The enrolment service cannot listen on port ${port} (${code}); choose another in --enrolment, or free it.`,
      { cause: error },
    );
  }
  log('info', 'enrolment is served', { url: parts.url });
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

class Service {
  readonly #desk: EnrolmentDesk;
  readonly #limit: RateLimit;

  constructor({ desk, monotonicMs }: ServerParts) {
    this.#desk = desk;
    this.#limit = new RateLimit(monotonicMs);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = request.socket.remoteAddress ?? '';
    const waitMs = this.#limit.waitMs(address);
    if (waitMs > 0) {
      response.setHeader('retry-after', Math.ceil(waitMs / 1_000));
      return refuse(response, { kind: 'refused', code: 'rateLimited' });
    }
    const answer = await this.#route(request);
    if (answer.kind === 'refused') {
      // A console that lost an answer repeats itself honestly.
      if (answer.code !== 'staleProof') this.#limit.refused(address);
      return refuse(response, answer);
    }
    const { value } = answer;
    // A pairing that waits is accepted and not yet decided.
    send(response, typeof value === 'object' && value !== null && 'nonce' in value ? 202 : 200, value);
  }

  async #route(request: IncomingMessage): Promise<DeskAnswer<unknown>> {
    const { method, url = '' } = request;
    if (method === 'POST' && url === enrolmentPaths.enrol) {
      const body = EnrolRequest.safeParse(await readBody(request));
      return body.success ? this.#desk.enrol(body.data.token, body.data.csr) : refusal('badRequest');
    }
    if (method === 'GET' && url.startsWith(`${enrolmentPaths.enrol}/`)) {
      const proof = /^Proof (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
      const pairing = url.slice(enrolmentPaths.enrol.length + 1);
      return proof === undefined ? refusal('badProof') : this.#desk.poll(pairing, proof);
    }
    if (method === 'POST' && url === enrolmentPaths.renew) {
      const shown = (request.socket as TLSSocket).getPeerX509Certificate();
      return shown === undefined
        ? refusal('unknownCertificate')
        : this.#desk.renew(new X509Certificate(shown.raw));
    }
    return refusal('badRequest');
  }
}

const refusal = (code: EnrolRefusalCode): { readonly kind: 'refused'; readonly code: EnrolRefusalCode } => ({
  kind: 'refused',
  code,
});

function refuse(
  response: ServerResponse,
  { code, nonce }: Extract<DeskAnswer<never>, { kind: 'refused' }>,
): void {
  const { status, message } = refusalForms[code];
  send(response, status, { code, message, ...(nonce === undefined ? {} : { nonce }) });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  // One request a connection: what was left of a body that was too large is not read as the next one.
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(JSON.stringify(value));
}

/** Undefined for what is too large or not JSON. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk);
  }
  const json = readStrictJson(Buffer.concat(chunks));
  return json.kind === 'json' ? json.value : undefined;
}
