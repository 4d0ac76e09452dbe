import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request with exactly these headers, also those that fetch would not let through (Host, Origin). */
export async function ask(
  port: number,
  question: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): Promise<HttpAnswer> {
  const { method = 'GET', path, headers, body } = question;
  const sent = request({ host: '127.0.0.1', port, method, path, agent: false, headers: { ...headers } });
  sent.end(body);
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** A question as the page sends it, but for `headers`. */
export const post = (
  port: number,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> =>
  ask(port, {
    method: 'POST',
    path,
    headers: {
      origin: `http://127.0.0.1:${port}`,
      host: `127.0.0.1:${port}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  });

/** An entry as the page sends it. */
export const enter = (port: number, body: string): Promise<HttpAnswer> => post(port, '/api/entry', body);

/** Bytes that need not be HTTP, and whatever comes back before the server hangs up. */
export async function askRaw(port: number, bytes: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  // Hanging up on what it has not read resets the connection.
  socket.on('error', () => {});
  socket.write(bytes);
  await new Promise((resolve) => void socket.once('close', resolve));
  return Buffer.concat(heard).toString();
}
