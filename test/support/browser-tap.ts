import type { Page, Response } from 'playwright-core';

export interface BrowserTap {
  /** The address of every request, answered or not. */
  readonly addresses: readonly string[];
  /** Everything that came: heads and bodies of responses, and server-sent events one by one. */
  received(): Promise<readonly string[]>;
}

/** Keeps all that a page asks for and gets from now on. */
export async function tapBrowser(page: Page): Promise<BrowserTap> {
  const addresses: string[] = [];
  const bodies: Promise<string>[] = [];
  const events: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  page.on('response', (response) => bodies.push(headOf(response)));
  page.on('requestfinished', (request) => bodies.push(request.response().then(bodyOf)));
  const devtools = await page.context().newCDPSession(page);
  devtools.on('Network.eventSourceMessageReceived', ({ eventName, eventId, data }) => {
    events.push(`${eventName} ${eventId} ${data}`);
  });
  await devtools.send('Network.enable');
  return { addresses, received: async () => [...(await Promise.all(bodies)), ...events] };
}

const headOf = async (response: Response): Promise<string> =>
  `${response.status()} ${response.statusText()} ${JSON.stringify(await response.allHeaders())}`;

/** A 204 has no body, and a stream none at its end; its events were kept as they came. */
const bodyOf = async (response: Response | null): Promise<string> =>
  response === null || response.status() === 204 || response.headers()['content-type'] === 'text/event-stream'
    ? ''
    : (await response.body()).toString();
