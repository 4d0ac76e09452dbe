import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { LegEvent } from '../../controller/core/call/line.ts';
import { PhoneView } from '../../drivers/sim/phone/phone-view.ts';
import { SimulatedPhone } from '../../drivers/sim/phone/simulated-phone.ts';
import { ask, type HttpAnswer } from './console-request.ts';
import { Inbox } from './inbox.ts';

/** A POST as the phone's page sends it. */
export const postToPhone = (port: number, path: string, body: unknown): Promise<HttpAnswer> =>
  ask(port, {
    method: 'POST',
    path,
    headers: {
      host: `127.0.0.1:${port}`,
      origin: `http://127.0.0.1:${port}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });

export const phoneView = async (port: number): Promise<PhoneView> =>
  PhoneView.parse(JSON.parse((await ask(port, { path: '/api/phone' })).body));

export interface PlayedPhone extends AsyncDisposable {
  readonly phone: SimulatedPhone;
  readonly port: number;
  readonly events: Inbox<LegEvent>;
  /** Everything that was logged, at every level. */
  readonly log: () => string;
}

/** A simulated phone on a free port, or on this one. */
export async function startPlayedPhone(port = 0): Promise<PlayedPhone> {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const phone = new SimulatedPhone({ port, log: pino({ level: 'trace' }, sink) });
  const events = new Inbox<LegEvent>();
  await phone.start((event) => events.put(event));
  if (phone.port === undefined) throw new Error('the phone has no port');
  return {
    phone,
    port: phone.port,
    events,
    log: () => lines.join(''),
    [Symbol.asyncDispose]: () => phone.close(),
  };
}
