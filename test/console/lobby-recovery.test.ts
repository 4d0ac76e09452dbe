import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { maxStreams } from '../../controller/console/event-streams.ts';
import { uiDist } from '../../scripts/build-ui.ts';
import { launchBrowser } from '../support/browser.ts';
import { granted, InMemoryLobby } from '../support/console-lobby.ts';
import { openLobby, stopClock, touchKeys } from '../support/console-page.ts';
import { startConsole } from '../support/console-server.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function lobbyAtConsole() {
  const first = await startConsole();
  const { page } = await openLobby(browser, first.url);
  onTestFinished(() => page.context().close());
  await page.waitForSelector('.directory-row');
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  return { first, page };
}

describe('a lobby screen that lost its console', () => {
  it('says so, and is back by itself when the console is', async () => {
    const { first, page } = await lobbyAtConsole();
    await first.stop();
    await page.getByText('Reconnecting…').waitFor();
    await page.keyboard.type('12345678#');

    const lobby = new InMemoryLobby();
    lobby.answers.set('12345678', granted);
    lobby.changeBuilding({ name: 'Maple Court East' });
    const second = await startConsole({ port: first.port, lobby });
    onTestFinished(() => second.stop());
    await page.clock.runFor(5_000);
    await page.getByText('Maple Court East').waitFor();
    await page.waitForSelector('.cover-shown', { state: 'detached' });
    expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
    expect(lobby.submitted).toEqual([]);
    await touchKeys(page, '12345678#');
    await page.waitForSelector('.answer-grant');
  });

  it('loads itself anew when the console brings another version of the page', async () => {
    const { first, page } = await lobbyAtConsole();
    const uiFolder = await mkdtemp(join(tmpdir(), 'vestibule-page-'));
    onTestFinished(() => rm(uiFolder, { recursive: true }));
    await cp(uiDist, uiFolder, { recursive: true });
    await writeFile(join(uiFolder, 'assets/icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await first.stop();
    const second = await startConsole({ port: first.port, uiFolder });
    onTestFinished(() => second.stop());
    await page.waitForFunction(() => !('sameDocument' in globalThis));
    await page.waitForSelector('.directory-row');
  });

  it('notices a console that is connected and silent, and asks anew', async () => {
    const { first, page } = await lobbyAtConsole();
    onTestFinished(() => first.stop());
    await stopClock(page);
    first.lobby.changeDoor({ simulated: true });
    await page.getByText('Simulated door').waitFor();
    await page.clock.runFor(39_000);
    expect(await page.locator('.cover-shown').count()).toBe(0);
    const again = page.waitForRequest('**/api/events');
    await page.clock.runFor(1_100);
    await again;
    await page.waitForSelector('.cover-shown', { state: 'detached' });
  });

  it('stays while the console is heard from', async () => {
    const { first, page } = await lobbyAtConsole();
    onTestFinished(() => first.stop());
    await page.evaluate(() => {
      const seen = { alive: 0 };
      Object.assign(globalThis, { seen });
      new EventSource('/api/events').addEventListener('alive', () => {
        seen.alive += 1;
      });
    });
    // The probe's own request is over before those of the page are counted.
    await page.waitForFunction(() => Reflect.get(globalThis, 'seen').alive === 1);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await stopClock(page);
    for (let beats = 2; beats < 6; beats += 1) {
      await page.waitForFunction((n) => Reflect.get(globalThis, 'seen').alive === n, beats - 1);
      await page.clock.runFor(15_000);
      first.timers.pass(15_000);
    }
    expect(requests).toEqual([]);
    expect(await page.locator('.cover-shown').count()).toBe(0);
  });

  it('asks again after it was turned away', async () => {
    const first = await startConsole();
    onTestFinished(() => first.stop());
    const others = new AbortController();
    const open = () => fetch(`${first.url}/api/events`, { signal: others.signal });
    const held = await Promise.all(Array.from({ length: maxStreams }, open));
    const { page } = await openLobby(browser, first.url);
    onTestFinished(() => page.context().close());
    await page.getByText('Reconnecting…').waitFor();
    await page.getByText('Reconnexion…').waitFor();
    expect(held.map(({ status }) => status)).toEqual(held.map(() => 200));
    others.abort();
    await expect
      .poll(async () => {
        await page.clock.runFor(2_000);
        return page.locator('.directory-row').count();
      })
      .toBeGreaterThan(0);
  });
});
