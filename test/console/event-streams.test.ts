import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heartbeatMs, maxStreams } from '../../controller/console/event-streams.ts';
import { toViewModel } from '../../controller/console/view-model.ts';
import { nextEvent, serverSentEvents } from '../support/console-events.ts';
import { type RunningConsole, startConsole } from '../support/console-server.ts';

let running: RunningConsole;

beforeEach(async () => {
  running = await startConsole();
});
afterEach(() => running.stop());

const open = () => fetch(`${running.url}/api/events`);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A screen whose system takes nothing more from the network until it is resumed. */
async function slowScreen() {
  const socket = connect({ host: '127.0.0.1', port: running.port });
  socket.on('error', () => socket.destroy());
  socket.write(`GET /api/events HTTP/1.1\r\nhost: 127.0.0.1:${running.port}\r\n\r\n`);
  await once(socket, 'data');
  socket.pause();
  return {
    socket,
    idsUntil: async (last: string): Promise<readonly string[]> => {
      let text = '';
      for await (const chunk of socket) {
        text += String(chunk);
        if (text.includes(`\nid: ${last}\n`)) break;
      }
      return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id ?? '');
    },
  };
}
const view = () => toViewModel(running.lobby.state());

describe('the stream of the lobby’s state', () => {
  it('begins with the whole state and its revision', async () => {
    const response = await open();
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const first = await nextEvent(serverSentEvents(response), 'message');
    expect(first.id).toBe(String(view().revision));
    expect(JSON.parse(first.data)).toEqual(view());
  });

  it('brings every change to every screen', async () => {
    const screens = [serverSentEvents(await open()), serverSentEvents(await open())];
    for (const screen of screens) await nextEvent(screen, 'message');
    running.lobby.changeDoor({ mode: 'LockedDown' });
    for (const screen of screens) {
      const change = await nextEvent(screen, 'message');
      expect(change.id).toBe('2');
      expect(JSON.parse(change.data)).toEqual(view());
    }
  });

  it('brings the directory first, and again only when it is another one', async () => {
    const screen = serverSentEvents(await open());
    const next = async () => (await screen.next()).value?.event;
    const names = await nextEvent(screen, 'directory');
    expect(JSON.parse(names.data)).toEqual(running.lobby.state().directory);
    expect(await next()).toBe('message');
    running.lobby.changeDoor({ mode: 'LockedDown' });
    expect(await next()).toBe('message');
    running.lobby.change({ directory: running.lobby.state().directory.slice(1) });
    expect([await next(), await next()]).toEqual(['directory', 'message']);
  });

  it('sends a burst of changes once, as the last of them left things', async () => {
    const screen = serverSentEvents(await open());
    await nextEvent(screen, 'message');
    for (const open of [true, false, true]) running.lobby.changeDoor({ open });
    expect((await nextEvent(screen, 'message')).id).toBe('4');
    running.lobby.changeDoor({ open: false });
    expect((await nextEvent(screen, 'message')).id).toBe('5');
  });

  it('is alive every 15 seconds, with the version of the page', async () => {
    const screen = serverSentEvents(await open());
    const { data: version } = await nextEvent(screen, 'alive');
    const page = await (await fetch(running.url)).text();
    expect(page).toContain(`content="${version}"`);
    await nextEvent(screen, 'message');
    running.timers.pass(heartbeatMs);
    expect((await screen.next()).value).toEqual({ event: 'alive', data: version });
    running.timers.pass(heartbeatMs);
    expect((await screen.next()).value).toEqual({ event: 'alive', data: version });
  });

  it('is open to a bounded number of screens, and a place is free again when one leaves', async () => {
    const leaving = new AbortController();
    const first = await fetch(`${running.url}/api/events`, { signal: leaving.signal });
    const others: Response[] = [];
    while (others.length < maxStreams - 1) others.push(await open());
    const refused = await open();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: 'tooManyStreams' });
    // Held until here: a response that nobody holds is given up by fetch.
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 200));
    leaving.abort();
    await expect(first.text()).rejects.toThrow();
    await expect.poll(async () => (await open()).status).toBe(200);
  });

  it('spares a screen that reads slowly what it missed, and brings it the newest', async () => {
    const slow = await slowScreen();
    const manyNames = Array.from({ length: 20_000 }, (_, n) => ({
      id: `r-${n}`,
      name: `Name ${n}`,
      suite: '1',
    }));
    const changes = 40;
    for (let n = 1; n <= changes; n += 1) {
      running.lobby.change({ directory: manyNames.slice(n) });
      await turn();
    }
    slow.socket.resume();
    const ids = await slow.idsUntil(String(changes + 1));
    expect(ids.length).toBeLessThan(changes);
    slow.socket.destroy();
  });

  it('drops a screen that reads nothing from one heartbeat to the next', async () => {
    const slow = await slowScreen();
    const manyNames = Array.from({ length: 200_000 }, (_, n) => ({ id: `r-${n}`, name: 'Name', suite: '1' }));
    running.lobby.change({ directory: manyNames });
    await turn();
    running.timers.pass(2 * heartbeatMs);
    const closed = once(slow.socket, 'close');
    slow.socket.resume();
    await closed;
  });

  it('ends cleanly when the console closes, and nothing is left behind', async () => {
    const screen = serverSentEvents(await open());
    await nextEvent(screen, 'message');
    await running.stop();
    expect(await screen.next()).toEqual({ done: true, value: undefined });
    expect(running.lobby.listeners).toBe(0);
    expect(running.timers.pending).toBe(0);
    await expect(open()).rejects.toThrow();
  });
});
