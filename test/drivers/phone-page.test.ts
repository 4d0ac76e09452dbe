/** The simulated phone's page in Chromium, as a player or an installer has it open beside the lobby screen. */
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallTarget } from '../../controller/core/call/line.ts';
import { SimulatedPhone } from '../../drivers/sim/phone/simulated-phone.ts';
import { launchBrowser } from '../support/browser.ts';
import { type BrowserTap, tapBrowser } from '../support/browser-tap.ts';
import { expectAccessible } from '../support/console-page.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { type PlayedPhone, startPlayedPhone } from '../support/played-phone.ts';

const number = '+14165550100';

describe('the page of the simulated phone', () => {
  let browser: Browser;
  let played: PlayedPhone;
  let page: Page;
  let tap: BrowserTap;
  let complaints: string[];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    played = await startPlayedPhone();
    const context = await browser.newContext({
      viewport: { width: 1_000, height: 760 },
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    tap = await tapBrowser(page);
    await page.goto(`http://127.0.0.1:${played.port}/`);
    await heading('Nobody is calling');
  });
  afterEach(async () => {
    await page.context().close();
    await played[Symbol.asyncDispose]();
  });

  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const ring = async (id = 'a', target: CallTarget = 'phone'): Promise<void> => {
    played.phone.dial({ id, number, target, language: 'en' });
    await heading('Ringing');
  };
  const told = () => played.events.next();

  it('says that it is simulated, whatever happens', async () => {
    const says = async (): Promise<void> => {
      await page.getByRole('heading', { name: 'Simulated phone' }).waitFor();
      await page.getByText('No real call is made.').waitFor();
      expect(await page.title()).toContain('Simulated phone');
    };
    await says();
    await ring();
    await says();
    await button('Answer').click();
    await heading('Answered');
    await says();
  });

  it('rings, is answered, takes a digit, and lets the tone of the open door be heard', async () => {
    await ring();
    expect(await page.title()).toContain('Ringing…');
    expect(await told()).toMatchObject({ kind: 'ringing' });
    await button('Answer').click();
    await heading('Answered');
    expect(await page.title()).not.toContain('Ringing');
    expect(await told()).toMatchObject({ kind: 'answered' });
    await button('9').click();
    expect(await told()).toEqual({ leg: 'a', kind: 'digit', digit: '9' });
    played.phone.tell('a', 'opened');
    await page.getByText('A tone: the door has opened.').waitFor();
    played.phone.tell('a', 'endsSoon');
    await page.getByText('A tone: the call ends soon.').waitFor();
    await button('Hang up').click();
    await heading('Ended');
    expect(await told()).toEqual({ leg: 'a', kind: 'ended', why: 'hungUp' });
    expect(complaints).toEqual([]);
  });

  it('is worked with the keyboard alone', async () => {
    await ring();
    await button('Answer').press('Enter');
    await heading('Answered');
    await page.keyboard.press('#');
    expect(await played.events.next(({ kind }) => kind === 'digit')).toMatchObject({ digit: '#' });
    expect(await page.locator('#digits').textContent()).toBe('#');
  });

  it('declines', async () => {
    await ring();
    await button('Decline').click();
    await page.getByText('It was declined.').waitFor();
    expect(await played.events.next(({ kind }) => kind === 'ended')).toMatchObject({ why: 'declined' });
  });

  it.each([
    ['Busy', 'busy', 'It was busy.'],
    ['Unavailable', 'unavailable', 'It could not be reached.'],
    ['Unknown number', 'unknownNumber', 'There is no such number.'],
    ['The line fails', 'failed', 'The line failed.'],
  ])('lets the next calls meet: %s', async (label, why, sentence) => {
    const chosen = page.waitForResponse('**/api/phone/preset');
    await page.getByText(label, { exact: true }).click();
    await chosen;
    for (const id of ['a', 'b']) {
      played.phone.dial({ id, number, target: 'phone', language: 'en' });
      expect(await told()).toEqual({ leg: id, kind: 'ended', why });
    }
    await page.getByText(sentence).waitFor();
    expect(await page.locator('input:checked').getAttribute('value')).toBe(why);
  });

  it('names which of the numbers rings, and stops when the console gives up', async () => {
    const names: readonly (readonly [CallTarget, string])[] = [
      ['override', 'the resident’s override number'],
      ['phone', 'the resident’s phone'],
      ['escalation', 'a further number of the resident'],
      ['concierge', 'the concierge'],
    ];
    for (const [target, name] of names) {
      await ring(target, target);
      await page.locator('#sentence', { hasText: name }).waitFor();
      played.phone.hangUp(target);
      await page.getByText('The console ended it.').waitFor();
    }
  });

  it('says why an action came too late', async () => {
    await ring();
    // The page learns of the end only after the click.
    await page.route('**/api/phone/act', async (route) => {
      played.phone.hangUp('a');
      await route.continue();
    });
    await button('Answer').click();
    await page.getByText('Nothing rings: there is no call to answer.').waitFor();
  });

  it('never receives the number, nor anything from elsewhere', async () => {
    await ring();
    await button('Answer').click();
    await heading('Answered');
    played.phone.hangUp('a');
    await heading('Ended');
    const received = (await tap.received()).join('\n');
    expect(received).toContain('"ringing"');
    expect(`${received}\n${await page.content()}\n${tap.addresses.join('\n')}`).not.toMatch(
      /4165550100|5550100/,
    );
    for (const address of tap.addresses)
      expect(address).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${played.port}/`));
  });

  it('says that it lost the controller, and comes back with it', async () => {
    await played.phone.close();
    await heading('Not connected');
    const next = new SimulatedPhone({ port: played.port, log: pino({ level: 'silent' }) });
    forThisTest({ [Symbol.asyncDispose]: () => next.close() });
    await next.start(() => {});
    await heading('Nobody is calling');
  });

  it('asks again for a stream that was refused', async () => {
    let asked = 0;
    await page.route('**/api/events', async (route) => {
      asked += 1;
      if (asked === 1) await route.fulfill({ status: 503 });
      else await route.continue();
    });
    await page.reload();
    await heading('Not connected');
    await heading('Nobody is calling');
  });

  it('has nothing for axe-core to find in any state', async () => {
    await expectAccessible(page);
    await ring();
    await expectAccessible(page);
    await button('Answer').click();
    await heading('Answered');
    played.phone.tell('a', 'notOpened');
    await page.getByText('A tone: the door did not open.').waitFor();
    await expectAccessible(page);
    await played.phone.close();
    await heading('Not connected');
    await expectAccessible(page);
  });
});
