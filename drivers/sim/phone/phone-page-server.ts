import { readFile } from 'node:fs/promises';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { sourceRefusal } from '../../../controller/core/same-origin.ts';
import type { PhoneAction, PhonePreset } from './phone-machine.ts';
import { type PhoneRefusalCode, phoneRefusals } from './phone-refusals.ts';
import { PhoneStreams } from './phone-streams.ts';
import { ActRequest, type PhoneView, PresetRequest } from './phone-view.ts';

const bodyLimitBytes = 1_024;
const requestTimeoutMs = 10_000;

/** Scripts and styles come from this server and nowhere else, none inline. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const pageFiles = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/phone.js', 'phone.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const;

/** What the page works: the simulated phone. */
export interface PlayedPhone {
  view(): PhoneView;
  /** @returns why it cannot be done now, as a sentence */
  act(action: PhoneAction): string | undefined;
  choose(preset: PhonePreset): void;
}

/** The simulated phone cannot start. */
class SimulatedPhoneFault extends Error {
  readonly code = 'portUnavailable';
  constructor(port: number, options: ErrorOptions) {
    super(
      `The simulated phone's page cannot listen on port ${port} of 127.0.0.1; is another program using it? phone.port in the configuration names another.`,
      options,
    );
    this.name = 'SimulatedPhoneFault';
  }
}

/** The page and the HTTP interface of the simulated phone, on the loopback address only. */
export class PhonePageServer {
  readonly #phone: PlayedPhone;
  readonly #log: Logger;
  readonly #streams = new PhoneStreams();
  #app: FastifyInstance | undefined;

  constructor(phone: PlayedPhone, log: Logger) {
    this.#phone = phone;
    this.#log = log;
  }

  /** @returns the port that was bound: `port`, or any free one for 0. @throws SimulatedPhoneFault */
  async start(port: number): Promise<number> {
    const app = await this.#build();
    try {
      await app.listen({ host: '127.0.0.1', port });
    } catch (cause) {
      await app.close();
      throw new SimulatedPhoneFault(port, { cause });
    }
    this.#app = app;
    const [address] = app.addresses();
    return typeof address === 'object' ? address.port : port;
  }

  /** Shows every open page how the phone stands now. */
  show(): void {
    this.#streams.send(this.#phone.view());
  }

  async close(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    this.#streams.close();
    await app?.close();
  }

  async #build(): Promise<FastifyInstance> {
    const app = Fastify({
      logger: false,
      bodyLimit: bodyLimitBytes,
      requestTimeout: requestTimeoutMs,
      exposeHeadRoutes: false,
      forceCloseConnections: true,
      frameworkErrors: (_error, _request, reply) => {
        void this.#refuse(reply, 'badRequest');
      },
    });
    app.removeContentTypeParser('text/plain');
    app.addHook('onRequest', async (request, reply) => {
      void reply.headers(headers);
      const { host, origin } = request.headers;
      const foreign = sourceRefusal({ method: request.method, host, origin }, request.socket.localPort ?? 0);
      if (foreign !== undefined) return this.#refuse(reply, foreign);
    });
    app.setNotFoundHandler((_request, reply) => this.#refuse(reply, 'unknownPath'));
    app.setErrorHandler<FastifyError>((error, _request, reply) => {
      if (error.statusCode !== undefined && error.statusCode < 500) return this.#refuse(reply, 'badRequest');
      this.#log.error({ err: error }, 'a request to the simulated phone failed');
      return this.#refuse(reply, 'fault');
    });
    for (const [path, name, contentType] of pageFiles) {
      const body = await readFile(new URL(`page/${name}`, import.meta.url));
      app.get(path, (_request, reply) => reply.type(contentType).send(body));
    }
    this.#addApi(app);
    return app;
  }

  #refuse(reply: FastifyReply, code: PhoneRefusalCode): FastifyReply {
    const { status, sentence } = phoneRefusals[code];
    this.#log.debug({ refusal: code }, 'a request to the simulated phone was refused');
    return reply.headers(headers).code(status).send({ error: code, sentence });
  }

  #addApi(app: FastifyInstance): void {
    const phone = this.#phone;
    app.get('/api/phone', () => phone.view());
    app.get('/api/events', (_request, reply) => {
      if (this.#streams.full) return this.#refuse(reply, 'tooManyStreams');
      reply.hijack();
      this.#streams.add(reply.raw, headers, phone.view());
      return reply;
    });
    app.post('/api/phone/act', (request, reply) => {
      const asked = ActRequest.safeParse(request.body);
      if (!asked.success) return this.#refuse(reply, 'badAction');
      const sentence = phone.act(asked.data);
      if (sentence !== undefined) return reply.code(409).send({ error: 'notNow', sentence });
      return reply.send(phone.view());
    });
    app.post('/api/phone/preset', (request, reply) => {
      const asked = PresetRequest.safeParse(request.body);
      if (!asked.success) return this.#refuse(reply, 'badPreset');
      phone.choose(asked.data.preset);
      return reply.send(phone.view());
    });
  }
}
