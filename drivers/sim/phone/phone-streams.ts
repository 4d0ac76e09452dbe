import type { ServerResponse } from 'node:http';
import type { PhoneView } from './phone-view.ts';

const maxStreams = 16;
const retryMs = 1_000;

/** Server-sent events to the phone's pages: each is the whole view, so a page that missed some needs only the newest. */
export class PhoneStreams {
  readonly #responses = new Set<ServerResponse>();

  get full(): boolean {
    return this.#responses.size >= maxStreams;
  }

  /** Takes over a response whose head is not yet written. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>, view: PhoneView): void {
    response.on('close', () => this.#responses.delete(response));
    response.on('error', () => response.destroy());
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    this.#responses.add(response);
    response.write(`retry: ${retryMs}\n\n${frame(view)}`);
  }

  send(view: PhoneView): void {
    for (const response of this.#responses) {
      // One that does not read is let go; a page that is still there comes back and gets the newest.
      if (response.writableNeedDrain) response.destroy();
      else response.write(frame(view));
    }
  }

  /** The pages come back by themselves when there is something to come back to. */
  close(): void {
    for (const response of this.#responses) response.end();
  }
}

const frame = (view: PhoneView): string => `data: ${JSON.stringify(view)}\n\n`;
