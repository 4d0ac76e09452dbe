import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { z } from 'zod';
import { limits } from '../../protocol/limits.ts';
import { diskFault, diskSentence } from '../disk-fault.ts';
import type { HeadEnd } from '../head-end.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { HeadEndLog } from '../service/parts.ts';
import { askControl } from './client.ts';
import {
  type ControlFailure,
  type ControlName,
  controlRequests,
  type Health,
  isControlName,
  type ServedAddresses,
  socketName,
} from './requests.ts';

/** A building that is larger than a snapshot may be is refused before it comes here. */
const bodyLimit = limits.snapshotChunks * limits.chunkInflated;
/** The kernel's limit for a Unix socket's path, its final zero included. */
const socketPathLimit = 108;

/**
 * Listens on the state folder's socket (0600): who may use the files may use the head-end.
 * @throws HeadEndError `alreadyRunning` when another process serves this folder, `badState` for too long a path.
 */
export async function serveControl(
  stateDir: string,
  headEnd: HeadEnd,
  served: ServedAddresses,
  log: HeadEndLog,
): Promise<{ close(): Promise<void> }> {
  const path = join(stateDir, socketName);
  if (Buffer.byteLength(path) >= socketPathLimit) {
    throw new HeadEndError(
      'badState',
      `The path of the state folder is too long for a socket; choose a shorter --state.`,
    );
  }
  if ((await askControl(stateDir, 'health', {})).kind !== 'notRunning') {
    throw new HeadEndError(
      'alreadyRunning',
      `Another vestibule-headend serves ${stateDir} already; end it first.`,
    );
  }
  // What is left there is from a process that was killed.
  rmSync(path, { force: true });
  const server = createServer((request, response) => {
    answer(headEnd, served, request).then(
      (value) => send(response, 200, value),
      (error: unknown) => {
        if (error instanceof HeadEndError)
          return send(response, 409, { code: error.code, message: error.message } satisfies ControlFailure);
        log('error', 'a control request failed', {
          problem: error instanceof Error ? error.message : 'unknown',
        });
        const refused = diskFault(error);
        return send(
          response,
          500,
          refused === undefined
            ? ({
                code: 'fault',
                message: 'The head-end could not do this; its log says why.',
              } satisfies ControlFailure)
            : ({ code: 'diskRefused', message: diskSentence(refused) } satisfies ControlFailure),
        );
      },
    );
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(headEnd: HeadEnd, served: ServedAddresses, request: IncomingMessage): Promise<unknown> {
  const name = (request.url ?? '').slice(1);
  if (request.method !== 'POST' || !isControlName(name)) {
    throw new HeadEndError('badInput', 'There is no such request.');
  }
  const body = await readBody(request);
  return carryOut(headEnd, served, name, body);
}

function carryOut(headEnd: HeadEnd, served: ServedAddresses, name: ControlName, body: unknown): unknown {
  switch (name) {
    case 'publish':
      return headEnd.publish(parse(controlRequests.publish, body).rows);
    case 'revoke': {
      const { table, id } = parse(controlRequests.revoke, body);
      return headEnd.revoke(table, id);
    }
    case 'reinstate': {
      const { table, id } = parse(controlRequests.reinstate, body);
      return headEnd.reinstate(table, id);
    }
    case 'lockdown': {
      const { scope, on } = parse(controlRequests.lockdown, body);
      return headEnd.lockdown(scope, on);
    }
    case 'unlock':
      return headEnd.unlock(parse(controlRequests.unlock, body));
    case 'answer':
      return headEnd.answer(parse(controlRequests.answer, body));
    case 'setDoorMode':
      return headEnd.setDoorMode(parse(controlRequests.setDoorMode, body));
    case 'tell': {
      const { device, op } = parse(controlRequests.tell, body);
      return headEnd.tell(device, op);
    }
    case 'rotateKeys':
      return headEnd.rotateKeys(parse(controlRequests.rotateKeys, body));
    case 'health':
      return { connected: headEnd.connected, ...served } satisfies Health;
    default:
      return name satisfies never;
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new HeadEndError(
    'badInput',
    `${issue?.path.join('.') || 'The request'} is not right: ${issue?.message ?? ''}.`,
  );
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new HeadEndError('badInput', 'The request is too large.');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HeadEndError('badInput', 'The request is not JSON.');
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
