/** The simulated phone's page in Chromium, as a player or an installer has it open beside the lobby screen. */
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallTarget, LegEvent } from '../../controller/core/call/line.ts';
import { SimulatedPhone } from '../../drivers/sim/phone/simulated-phone.ts';
import { launchBrowser } from '../support/browser.ts';
import { type BrowserTap, tapBrowser } from '../support/browser-tap.ts';
import { expectAccessible } from '../support/console-page.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';
import { type PlayedPhone, startPlayedPhone } from '../support/played-phone.ts';

const number = '+14165550100';

interface OpenPage extends AsyncDisposable {
  readonly played: PlayedPhone;
  readonly page: Page;
  readonly tap: BrowserTap;
  readonly complaints: string[];
}

const headingOf = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

async function openPage(browser: Browser, port?: number): Promise<OpenPage> {
  const played = await startPlayedPhone(port);
  const context = await browser.newContext({
    viewport: { width: 1_000, height: 760 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(50_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => complaints.push(message.text()));
  const tap = await tapBrowser(page);
  await page.goto(`http://127.0.0.1:${played.port}/`);
  await headingOf(page, 'Nobody is calling');
  return {
    played,
    page,
    tap,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      await played[Symbol.asyncDispose]();
    },
  };
}

describe('the page of the simulated phone', () => {
  let browser: Browser;
  let open: OpenPage;
  /** The call of the present test. */
  let leg = '';
  let count = 0;
  beforeAll(async () => {
    browser = await launchBrowser();
    open = await openPage(browser);
  });
  afterAll(async () => {
    await open[Symbol.asyncDispose]();
    await browser.close();
  });
  afterEach(() => open.played.phone.hangUp(leg));

  const heading = (name: string) => headingOf(open.page, name);
  const button = (name: string, { page } = open) => page.getByRole('button', { name, exact: true });
  const dial = ({ played } = open, target: CallTarget = 'phone'): void => {
    count += 1;
    leg = `leg-${count}`;
    played.phone.dial({ id: leg, number, target, language: 'en' });
  };
  const ring = async (on = open, target: CallTarget = 'phone'): Promise<void> => {
    dial(on, target);
    await headingOf(on.page, 'Ringing');
  };
  const told = (kind?: LegEvent['kind']) =>
    open.played.events.next((event) => event.leg === leg && (kind === undefined || event.kind === kind));

  it('says that it is simulated, whatever happens', async () => {
    const says = async (): Promise<void> => {
      const { page } = open;
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
    const { page, played, complaints } = open;
    await ring();
    expect(await page.title()).toContain('Ringing…');
    expect(await told()).toMatchObject({ kind: 'ringing' });
    await button('Answer').click();
    await heading('Answered');
    expect(await page.title()).not.toContain('Ringing');
    expect(await told()).toMatchObject({ kind: 'answered' });
    await button('9').click();
    expect(await told()).toEqual({ leg, kind: 'digit', digit: '9' });
    played.phone.tell(leg, 'opened');
    await page.getByText('A tone: the door has opened.').waitFor();
    played.phone.tell(leg, 'endsSoon');
    await page.getByText('A tone: the call ends soon.').waitFor();
    await button('Hang up').click();
    await heading('Ended');
    expect(await told()).toEqual({ leg, kind: 'ended', why: 'hungUp' });
    expect(complaints).toEqual([]);
  });

  it('is worked with the keyboard alone', async () => {
    await ring();
    await button('Answer').press('Enter');
    await heading('Answered');
    await open.page.keyboard.press('#');
    expect(await told('digit')).toMatchObject({ digit: '#' });
    await open.page.locator('#digits', { hasText: /^#$/ }).waitFor();
  });

  it('declines', async () => {
    await ring();
    await button('Decline').click();
    await open.page.getByText('It was declined.').waitFor();
    expect(await told('ended')).toMatchObject({ why: 'declined' });
  });

  const choose = async (label: string): Promise<void> => {
    const chosen = open.page.waitForResponse('**/api/phone/preset');
    await open.page.getByText(label, { exact: true }).click();
    await chosen;
  };

  it.each([
    ['Busy', 'busy', 'It was busy.'],
    ['Unavailable', 'unavailable', 'It could not be reached.'],
    ['Unknown number', 'unknownNumber', 'There is no such number.'],
    ['The line fails', 'failed', 'The line failed.'],
  ])('lets the next calls meet: %s', async (label, why, sentence) => {
    await choose(label);
    for (let n = 0; n < 2; n += 1) {
      dial();
      expect(await told()).toEqual({ leg, kind: 'ended', why });
    }
    const { page } = open;
    await page.getByText(sentence).waitFor();
    expect(await page.locator('input:checked').getAttribute('value')).toBe(why);
    await choose('It rings');
  });

  it('names which of the numbers rings, and stops when the console gives up', async () => {
    const names: readonly (readonly [CallTarget, string])[] = [
      ['override', 'the resident’s override number'],
      ['phone', 'the resident’s phone'],
      ['escalation', 'a further number of the resident'],
      ['concierge', 'the concierge'],
    ];
    const { page, played } = open;
    for (const [target, name] of names) {
      await ring(open, target);
      await page.locator('#sentence', { hasText: name }).waitFor();
      played.phone.hangUp(leg);
      await page.getByText('The console ended it.').waitFor();
    }
  });

  it('says why an action came too late', async () => {
    const { page, played } = open;
    await ring();
    // The page learns of the end only after the click.
    await page.route('**/api/phone/act', async (route) => {
      played.phone.hangUp(leg);
      await route.continue();
    });
    await button('Answer').click();
    await page.getByText('Nothing rings: there is no call to answer.').waitFor();
    await page.unroute('**/api/phone/act');
  });

  it('never receives the number, nor anything from elsewhere', async () => {
    const { page, played, tap } = open;
    await ring();
    await button('Answer').click();
    await heading('Answered');
    played.phone.hangUp(leg);
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
    const port = await freePort();
    const { page, played } = forThisTest(await openPage(browser, port));
    await played.phone.close();
    await headingOf(page, 'Not connected');
    const next = new SimulatedPhone({ port, log: pino({ level: 'silent' }) });
    forThisTest({ [Symbol.asyncDispose]: () => next.close() });
    await next.start(() => {});
    await headingOf(page, 'Nobody is calling');
  });

  it('asks again for a stream that was refused', async () => {
    const { page } = forThisTest(await openPage(browser));
    let asked = 0;
    await page.route('**/api/events', async (route) => {
      asked += 1;
      if (asked === 1) await route.fulfill({ status: 503 });
      else await route.continue();
    });
    await page.clock.install();
    await page.reload();
    await headingOf(page, 'Not connected');
    await page.clock.runFor(2_000);
    await headingOf(page, 'Nobody is calling');
  });

  it('has nothing for axe-core to find in any state', async () => {
    const own = forThisTest(await openPage(browser));
    const { page, played } = own;
    await expectAccessible(page);
    await ring(own);
    await expectAccessible(page);
    await button('Answer', own).click();
    await headingOf(page, 'Answered');
    played.phone.tell(leg, 'notOpened');
    await page.getByText('A tone: the door did not open.').waitFor();
    await expectAccessible(page);
    await played.phone.close();
    await headingOf(page, 'Not connected');
    await expectAccessible(page);
  });
});
