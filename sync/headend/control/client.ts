import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HeadEndError } from '../head-end-error.ts';
import { type ControlFailure, type ControlName, type ControlRequest, socketName } from './requests.ts';

export type ControlAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** Nobody serves this state folder. */
  | { readonly kind: 'notRunning' };

/**
 * Asks the running head-end of a state folder; the answer has the shape of the called method's result.
 * @throws HeadEndError as the running head-end refused.
 */
export async function askControl<T, N extends ControlName = ControlName>(
  stateDir: string,
  name: N,
  body: ControlRequest<N>,
): Promise<ControlAnswer<T>> {
  const answered = Promise.withResolvers<{ status: number; body: string } | undefined>();
  const asking = request(
    { socketPath: join(stateDir, socketName), path: `/${name}`, method: 'POST' },
    (response) => {
      text(response).then(
        (content) => answered.resolve({ status: response.statusCode ?? 0, body: content }),
        answered.reject,
      );
    },
  );
  asking.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') answered.resolve(undefined);
    else
      answered.reject(
        new HeadEndError('notRunning', 'The running head-end did not answer; try again.', { cause: error }),
      );
  });
  asking.end(JSON.stringify(body));
  const answer = await answered.promise;
  if (answer === undefined) return { kind: 'notRunning' };
  const value: unknown = JSON.parse(answer.body);
  if (answer.status === 200) return { kind: 'answer', value: value as T };
  const { code, message } = value as ControlFailure;
  throw new HeadEndError(code, message);
}
