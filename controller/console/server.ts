import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { sourceRefusal } from '../core/same-origin.ts';
import type { Timers } from '../ports/clock.ts';
import type { Lobby } from '../ports/lobby.ts';
import { EventStreams } from './event-streams.ts';
import { builtUiFolder, ConsoleFault, type PageFiles, readPageFiles } from './page-files.ts';
import { type RefusalCode, refusalBody, refusalOfStatus, refusals } from './refusals.ts';
import { CallRequest, EndCallRequest, EntryRequest, SearchRequest } from './requests.ts';
import { rawBadRequest, securityHeaders } from './security-headers.ts';
import { statusPage, statusStyle, statusStylePath } from './status-page.ts';
import { toCallAnswer, toDirectory, toEntryAnswer, toSearchAnswer, toViewModel } from './view-model.ts';

const bodyLimitBytes = 1_024;
/** Room for 10,000 characters of any kind: whatever somebody pastes is searched, and gets an answer. */
const searchBodyLimitBytes = 64 * 1_024;
const requestTimeoutMs = 10_000;

export interface ConsoleServerOptions {
  readonly lobby: Lobby;
  readonly timers: Timers;
  readonly logger: Logger;
  /** 0: any free one. */
  readonly port: number;
  /** Where the built page is; absent: where `npm run prepare` puts it. */
  readonly uiFolder?: string;
}

interface Running {
  readonly app: FastifyInstance;
  readonly streams: EventStreams;
}

/** The lobby screen's HTTP surface, on the loopback address only. Requests' bodies and addresses are never logged. */
export class ConsoleServer {
  readonly #options: ConsoleServerOptions;
  #running: Running | undefined;

  constructor(options: ConsoleServerOptions) {
    this.#options = options;
  }

  /** @throws ConsoleFault `pageNotBuilt` or `portUnavailable` */
  async start(): Promise<{ readonly port: number }> {
    const { lobby, timers, logger, port, uiFolder } = this.#options;
    const page = await readPageFiles(uiFolder ?? builtUiFolder);
    const streams = new EventStreams(lobby, timers, page.version);
    const app = this.#build(page, streams);
    try {
      await app.listen({ host: '127.0.0.1', port });
    } catch (cause) {
      await app.close();
      throw new ConsoleFault(
        'portUnavailable',
        `The lobby screen cannot listen on port ${port} of 127.0.0.1; is another program using it?`,
        { cause },
      );
    }
    this.#running = { app, streams };
    streams.start();
    const [address] = app.addresses();
    const bound = typeof address === 'object' ? address.port : port;
    logger.info({ port: bound }, 'lobby screen is up');
    return { port: bound };
  }

  async close(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.streams.close();
    await running.app.close();
  }

  #build(page: PageFiles, streams: EventStreams): FastifyInstance {
    const app = Fastify({
      logger: false,
      bodyLimit: bodyLimitBytes,
      requestTimeout: requestTimeoutMs,
      exposeHeadRoutes: false,
      forceCloseConnections: true,
      frameworkErrors: (_error, _request, reply) => {
        void this.#refuse(reply, 'badRequest');
      },
      clientErrorHandler: (_error, socket) => {
        if (socket.writable) socket.end(rawBadRequest);
      },
    });
    app.removeContentTypeParser('text/plain');
    app.addHook('onRequest', async (request, reply) => {
      void reply.headers(securityHeaders);
      const refusal = this.#refusalOf(app, request, reply);
      if (refusal !== undefined) return this.#refuse(reply, refusal);
    });
    app.setErrorHandler<FastifyError>((error, _request, reply) => {
      const code = refusalOfStatus(error.statusCode ?? 500);
      if (code === 'fault') this.#options.logger.error({ err: error }, 'a lobby request failed');
      return this.#refuse(reply, code);
    });
    this.#addPage(app, page);
    this.#addApi(app, streams);
    return app;
  }

  #refusalOf(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): RefusalCode | undefined {
    const { host, origin, 'content-type': contentType } = request.headers;
    const foreign = sourceRefusal({ method: request.method, host, origin }, request.socket.localPort ?? 0);
    if (foreign !== undefined) return foreign;
    if (request.is404) {
      const url = request.url.split('?', 1)[0] ?? '';
      const allowed = (['GET', 'POST'] as const).filter((method) => app.hasRoute({ method, url }));
      if (allowed.length === 0) return 'unknownPath';
      void reply.header('allow', allowed.join(', '));
      return 'wrongMethod';
    }
    const isJson = contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
    return request.method === 'POST' && !isJson ? 'wrongContentType' : undefined;
  }

  #refuse(reply: FastifyReply, code: RefusalCode): FastifyReply {
    const foreign = code === 'wrongHost' || code === 'wrongOrigin';
    this.#options.logger[foreign ? 'warn' : 'debug']({ refusal: code }, 'a lobby request was refused');
    return reply.headers(securityHeaders).code(refusals[code].status).send(refusalBody(code));
  }

  #addPage(app: FastifyInstance, page: PageFiles): void {
    app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page.html));
    for (const asset of page.assets) {
      app.get(asset.path, (_request, reply) =>
        reply.header('cache-control', 'no-cache').type(asset.contentType).send(asset.body),
      );
    }
  }

  #addApi(app: FastifyInstance, streams: EventStreams): void {
    const { lobby } = this.#options;
    app.get('/api/state', () => {
      const state = lobby.state();
      return { ...toViewModel(state), directory: toDirectory(state) };
    });
    app.get('/api/status', () => lobby.status());
    app.get('/status', (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(statusPage(lobby.status())),
    );
    app.get(statusStylePath, (_request, reply) => reply.type('text/css; charset=utf-8').send(statusStyle));
    app.get('/api/events', (_request, reply) => {
      if (streams.full) return this.#refuse(reply, 'tooManyStreams');
      reply.hijack();
      streams.add(reply.raw, securityHeaders);
      return reply;
    });
    app.post('/api/search', { bodyLimit: searchBodyLimitBytes }, (request, reply) => {
      const search = SearchRequest.safeParse(request.body);
      if (!search.success) return this.#refuse(reply, 'badSearch');
      return reply.send(toSearchAnswer(lobby.search(search.data.query)));
    });
    app.post('/api/entry', async (request, reply) => {
      const entry = EntryRequest.safeParse(request.body);
      if (!entry.success) return this.#refuse(reply, 'badEntry');
      return reply.send(toEntryAnswer(await lobby.submit(entry.data.digits)));
    });
    app.post('/api/call', (request, reply) => {
      const call = CallRequest.safeParse(request.body);
      if (!call.success) return this.#refuse(reply, 'badCall');
      return reply.send(toCallAnswer(lobby.call('concierge' in call.data ? 'concierge' : call.data)));
    });
    app.post('/api/call/end', (request, reply) => {
      const end = EndCallRequest.safeParse(request.body);
      if (!end.success) return this.#refuse(reply, 'badCall');
      lobby.endCall(end.data.call);
      return reply.code(204).send();
    });
  }
}
