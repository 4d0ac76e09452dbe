import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

export interface LobbyPage {
  readonly page: Page;
  /** Everything that the page complained about: script errors, refused policies, failed requests. */
  readonly complaints: readonly string[];
}

/** A new page with nothing of earlier ones; its clock runs, and can be moved on by the test, or stopped. */
export async function openLobby(browser: Browser, url: string): Promise<LobbyPage> {
  const context = await browser.newContext({
    viewport: { width: 1_280, height: 800 },
    hasTouch: true,
    timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  // A busy machine takes its time; that no answer came at all, a test says itself.
  await page.addInitScript(() => {
    AbortSignal.timeout = () => new AbortController().signal;
  });
  await page.clock.install({ time: new Date('2026-11-22T14:05:00Z') });
  await page.goto(url);
  return { page, complaints };
}

/** Stopped a moment ahead: it cannot be in the past. */
const stopsAfterMs = 5_000;

/** From here on the page's time passes by `clock.runFor` alone: a slow machine brings nothing on too early. */
export async function stopClock(page: Page): Promise<void> {
  const now = await page.evaluate(() => Date.now());
  await page.clock.pauseAt(now + stopsAfterMs);
  // What fell due at that very moment may have set a timer for the next one.
  await page.clock.runFor(10);
}

/** Touches each key of the keypad on the screen. */
export async function touchKeys(page: Page, keys: string): Promise<void> {
  for (const key of keys) await page.tap(`[data-key="${key}"]`);
}

const axeScript = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

/** Fails with what axe-core finds, also its best practices. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(readFileSync(axeScript, 'utf8'));
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
  expect(found).toEqual([]);
}
