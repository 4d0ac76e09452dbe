import { type Browser, chromium } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For a first start on a busy machine. */
const launchWithinMs = 100_000;

/** Debian's Chromium with a user folder of its own, which goes with it. One for each test file. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: flags,
    timeout: launchWithinMs,
  });
