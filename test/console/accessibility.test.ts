import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { granted, phone } from '../support/console-lobby.ts';
import { expectAccessible, openLobby } from '../support/console-page.ts';
import { type RunningConsole, startConsole } from '../support/console-server.ts';

let browser: Browser;
/** One for all: each console is another origin, so nothing of the one before is left. */
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  ({ page } = await openLobby(browser, 'about:blank'));
});
afterAll(() => browser.close());
afterEach(() => page.unrouteAll());

type Bring = (page: Page, running: RunningConsole) => Promise<unknown>;

const states: readonly (readonly [string, Bring])[] = [
  ['the directory and the keypad', (page) => page.waitForSelector('.directory-row')],
  [
    'digits typed',
    async (page) => {
      await page.keyboard.type('12345678');
      await page.waitForSelector('.key-ready');
    },
  ],
  [
    'a granted entry',
    async (page) => {
      await page.keyboard.type('12345678#');
      await page.waitForSelector('.answer-grant');
    },
  ],
  [
    'a denied entry',
    async (page) => {
      await page.keyboard.type('11111111#');
      await page.waitForSelector('.answer-deny');
    },
  ],
  [
    'no answer',
    async (page) => {
      await page.route('**/api/entry', (route) => route.abort());
      await page.keyboard.type('12345678#');
      await page.waitForSelector('.answer-trouble');
    },
  ],
  [
    'the unlocked, simulated door',
    async (page, { lobby }) => {
      lobby.changeDoor({ mode: 'Unlocked', simulated: true });
      await page.waitForSelector('.badge-unlocked');
    },
  ],
  [
    'lockdown',
    async (page, { lobby }) => {
      lobby.changeDoor({ mode: 'LockedDown', simulated: true });
      await page.waitForSelector('.notice-shown');
    },
  ],
  [
    'a directory to call from',
    async (page, { lobby }) => {
      lobby.change({ phone });
      await page.waitForSelector('.concierge');
    },
  ],
  [
    'an unlisted building',
    async (page, { lobby }) => {
      lobby.changeBuilding({ listing: 'searchOnly' });
      await page.waitForSelector('.welcome');
    },
  ],
  [
    'an empty list',
    async (page, { lobby }) => {
      lobby.change({ directory: [] });
      await page.waitForSelector('.directory-empty');
    },
  ],
  [
    'being set up',
    async (page, { lobby }) => {
      lobby.forgetBuilding();
      await page.waitForSelector('.screen-bare');
    },
  ],
  [
    'reconnecting',
    async (page, running) => {
      await running.stop();
      await page.waitForSelector('.cover-shown');
    },
  ],
];

describe.each(['en', 'fr'] as const)('for axe-core, in %s', (language) => {
  it.each(states)('%s has no violation', async (_name, bring) => {
    const running = await startConsole();
    onTestFinished(() => running.stop());
    running.lobby.answers.set('12345678', granted);
    await page.goto(running.url);
    await page.tap(`button[lang="${language}"]`);
    await page.waitForSelector(`html[lang="${language}"]`);
    await bring(page, running);
    await expectAccessible(page);
  });
});
