/** `npm run screens`: takes the pictures in docs/screens/ from the running demo, so that they never tell of another screen. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';

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
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
