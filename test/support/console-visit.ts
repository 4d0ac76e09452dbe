import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchBrowser } from './browser.ts';
import { openLobby } from './console-page.ts';
import { type RunningConsole, startConsole } from './console-server.ts';

export interface LobbyVisit {
  readonly browser: Browser;
  readonly running: RunningConsole;
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Waits until this text stands somewhere, alone. */
  readonly shown: (text: string) => Promise<void>;
  /** Of the residents on the screen. */
  readonly names: () => Promise<readonly string[]>;
  /** One for each digit typed. */
  readonly dots: () => Promise<string | null>;
}

/** One browser for the tests of a file; for each of them a console of its own, prepared, and a page that shows its directory. */
export function lobbyVisits(prepare: (running: RunningConsole) => void = () => undefined): LobbyVisit {
  let browser: Browser;
  let running: RunningConsole;
  let page: Page;
  let complaints: readonly string[];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    running = await startConsole();
    prepare(running);
    ({ page, complaints } = await openLobby(browser, running.url));
    await page.waitForSelector('.directory-row');
  });
  afterEach(async () => {
    await page.context().close();
    await running.stop();
  });
  return {
    get browser() {
      return browser;
    },
    get running() {
      return running;
    },
    get page() {
      return page;
    },
    get complaints() {
      return complaints;
    },
    shown: (text) => page.getByText(text, { exact: true }).waitFor(),
    names: () => page.locator('.directory-name').allTextContents(),
    dots: () => page.locator('.keypad-dots').textContent(),
  };
}
