/** `npm run screens`: takes the pictures in docs/screens/ from the running demo, so that they never tell of another screen. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as passed } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { buildUi } from './build-ui.ts';

const port = 8_087;
const phonePort = 8_088;
const target = resolve(import.meta.dirname, '..', 'docs', 'screens');

async function startDemo(folder: string): Promise<ChildProcess> {
  const ports = ['--port', String(port), '--phone-port', String(phonePort)];
  const args = [resolve(import.meta.dirname, 'demo.ts'), ...ports, '--state', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`the demo ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('Ctrl-C')) ready();
    });
  });
  return child;
}

async function type(page: Page, code: string): Promise<void> {
  await page.keyboard.type(code);
  await page.keyboard.press('Enter');
}

/** Plays whoever is called, at the simulated phone's page. */
async function atThePhone(path: string, action?: object): Promise<unknown> {
  const origin = `http://127.0.0.1:${phonePort}`;
  const headers = { origin, 'content-type': 'application/json' };
  const asked =
    action === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(action) };
  const answer = await fetch(`${origin}${path}`, asked);
  if (!answer.ok) throw new Error(`the simulated phone refused: ${await answer.text()}`);
  return answer.json();
}

const act = (action: object): Promise<unknown> => atThePhone('/api/phone/act', action);

const prepare = (preset: string): Promise<unknown> => atThePhone('/api/phone/preset', { preset });

/** More than the example building lets a resident and its concierge ring. */
const longestRingMs = 90_000;

/** Touches a resident's name, until it rings there. */
async function call(page: Page, name: string): Promise<void> {
  await page.locator('button.resident', { hasText: name }).click();
  await page.locator('.call-calling').waitFor();
  while (((await atThePhone('/api/phone')) as { line: string }).line !== 'ringing') await passed(50);
}

async function endCall(page: Page): Promise<void> {
  await page.locator('.call-button').click();
  await page.locator('.directory-row').first().waitFor();
}

await buildUi();
const folder = await mkdtemp(join(tmpdir(), 'vestibule-screens-'));
const demo = await startDemo(folder);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
try {
  await mkdir(target, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await page.clock.install({ time: new Date('2026-11-22T19:05:00Z') });
  const shot = (name: string) => page.screenshot({ path: join(target, `${name}.png`) });
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator('.directory-name').first().waitFor();
  await shot('lobby');
  await type(page, '48292613');
  await page.locator('.answer-grant').waitFor();
  await shot('granted');
  await page.keyboard.press('Escape');
  await page.locator('.answer-grant').waitFor({ state: 'detached' });
  await page.locator('.badge-locked').waitFor();

  const resident = "Aminata N'Diaye";
  await call(page, resident);
  await shot('call-ringing');
  await act({ kind: 'answer' });
  await page.locator('.call-talking').waitFor();
  await shot('call-talking');
  await act({ kind: 'press', digit: '9' });
  await page.locator('.call-opened').waitFor();
  await page.locator('.badge-unlocked').waitFor();
  await shot('call-opened');
  await endCall(page);
  await page.locator('.badge-locked').waitFor();

  await call(page, resident);
  await act({ kind: 'decline' });
  await page.locator('.call-ended').waitFor();
  await shot('call-declined');
  await endCall(page);

  for (const [preset, name] of [
    ['busy', 'call-busy'],
    ['failed', 'call-trunk-down'],
  ] as const) {
    await prepare(preset);
    await page.locator('button.resident', { hasText: resident }).click();
    await page.locator('.call-ended, .call-failed').waitFor();
    await shot(name);
    await endCall(page);
  }
  await prepare('rings');
  await call(page, resident);
  await page.locator('.call-ended').waitFor({ timeout: longestRingMs });
  await shot('call-no-answer');
  await endCall(page);

  await page.locator('button[lang="fr"]').click();
  await page.locator('html[lang="fr"]').waitFor();
  await shot('lobby-french');
  await page.setViewportSize({ width: 800, height: 1280 });
  await call(page, resident);
  await shot('call-ringing-french-upright');
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
