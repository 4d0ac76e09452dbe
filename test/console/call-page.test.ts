import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { granted, hiddenCode, lineBusy, phone } from '../support/console-lobby.ts';
import { expectAccessible, openLobby, stopClock, touchKeys } from '../support/console-page.ts';
import { startConsole } from '../support/console-server.ts';
import { lobbyVisits } from '../support/console-visit.ts';

const visit = lobbyVisits(({ lobby }) => {
  lobby.change({ phone });
  lobby.answers.set('12345678', granted);
});
const { shown, names } = visit;

const zoe = 'Call Zoé Tremblay Suite 1204';
const button = (name: string) => visit.page.getByRole('button', { name, exact: true });
const calling = () => visit.page.waitForSelector('.call-calling');
const listed = () => visit.page.waitForSelector('.directory-row');
const focused = () => visit.page.locator(':focus').getAttribute('class');

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A finger on the glass, at the times that it is said to be there. */
async function finger(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  const now = Date.now() / 1_000;
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', atS: number, points: readonly Point[]) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints: [...points], timestamp: now + atS });
  return {
    tap: async (point: Point, atS: number) => {
      await touch('touchStart', atS, [point]);
      await touch('touchEnd', atS + 0.02, []);
    },
    drag: async ({ x, y }: Point, upPx: number) => {
      await touch('touchStart', 0, [{ x, y }]);
      for (let px = 10; px <= upPx; px += 10) await touch('touchMove', px / 1_000, [{ x, y: y - px }]);
      await touch('touchEnd', 1, []);
    },
  };
}

async function middleOf(selector: string): Promise<Point> {
  const box = await visit.page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not on the screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const aLongList = async () => {
  const directory = Array.from({ length: 60 }, (_, n) => ({ id: `m-${n}`, name: `Lee ${n}`, suite: `${n}` }));
  visit.running.lobby.change({ directory, phone: { ...phone, concierge: false } });
  await expect.poll(() => visit.page.locator('.directory-row').count()).toBe(60);
};

describe('a guest who calls', () => {
  it('touches a resident’s name, waits, and gives up', async () => {
    await button(zoe).tap();
    await calling();
    expect(visit.running.lobby.called).toEqual(['r-1']);
    const id = visit.running.lobby.state().call?.id;
    await button('Cancel').tap();
    await listed();
    expect(visit.running.lobby.ended).toEqual([id]);
    expect(visit.complaints).toEqual([]);
  });

  it('touches a resident whom a search has found, also where none are listed', async () => {
    visit.running.lobby.changeBuilding({ listing: 'searchOnly' });
    await visit.page.waitForSelector('.welcome');
    await visit.page.tap('.search-input');
    await visit.page.keyboard.type('zo');
    await button(zoe).tap();
    await calling();
    expect(visit.running.lobby.called).toEqual(['r-1']);
  });

  it('touches the concierge’s button', async () => {
    await button('Call the concierge').tap();
    await shown('Calling the concierge…');
    expect(visit.running.lobby.called).toEqual(['concierge']);
  });

  it('calls a hidden resident by the code, and sees no name', async () => {
    await touchKeys(visit.page, `${hiddenCode}#`);
    await shown('Calling…');
    await touchKeys(visit.page, '1');
    expect(await visit.dots()).toBe('•');
    expect(await visit.page.locator('.call-callee, .answer-shown').count()).toBe(0);
  });

  it('calls by the keyboard alone, and the focus goes along', async () => {
    await visit.page.locator('.search-input').focus();
    await visit.page.keyboard.press('Tab');
    await visit.page.keyboard.press('Tab');
    await visit.page.keyboard.press('Tab');
    expect(await visit.page.locator(':focus .directory-name').textContent()).toBe('Edward Chan');
    await visit.page.keyboard.press('Enter');
    await calling();
    expect(visit.running.lobby.called).toEqual(['r-3']);
    expect(await focused()).toBe('call-button');
    await visit.page.keyboard.press('Enter');
    await listed();
    expect(await focused()).toBe('directory-scroller');
    // Enter on the list itself calls nobody.
    await visit.page.keyboard.press('Enter');
    await touchKeys(visit.page, '1');
    expect(visit.running.lobby.called).toEqual(['r-3']);
  });

  it('scrolls the list with a finger and calls nobody', async () => {
    await aLongList();
    const { drag } = await finger(visit.page);
    await drag(await middleOf('.directory-scroller'), 200);
    const scrolled = () => visit.page.locator('.directory-scroller').evaluate(({ scrollTop }) => scrollTop);
    await expect.poll(scrolled).toBeGreaterThan(100);
    // Whatever the finger meant, the page has asked by now.
    await touchKeys(visit.page, '12345678#');
    await visit.page.waitForSelector('.answer-grant');
    expect(visit.running.lobby.called).toEqual([]);
  });

  it('touches twice in haste, and only the first touch counts, whatever is under the finger by then', async () => {
    await aLongList();
    const { lobby } = visit.running;
    lobby.call({ resident: 'm-0' });
    await calling();
    const point = await middleOf('.call-button');
    lobby.removeCall();
    await listed();
    const { tap } = await finger(visit.page);
    await tap(point, 0);
    await calling();
    await tap(point, 0.15);
    await visit.page.evaluate(() => fetch('/api/state').then((response) => response.text()));
    expect([lobby.called.length, lobby.ended]).toEqual([2, []]);
    // Nor does a Cancel in haste call who is under the finger then.
    await tap(point, 5);
    await listed();
    await tap(point, 5.15);
    await visit.page.evaluate(() => fetch('/api/state').then((response) => response.text()));
    expect([lobby.called.length, lobby.ended.length]).toEqual([2, 1]);
  });

  it('is told why nobody was called, and can call again', async () => {
    const { lobby } = visit.running;
    const call = lobby.call.bind(lobby);
    lobby.call = () => ({ outcome: 'notCalled', reason: 'lineBusy', sentence: lineBusy });
    for (const [language, title, back] of [
      ['en', 'No call was made', 'Back'],
      ['fr', 'Aucun appel n’a été fait', 'Retour'],
    ] as const) {
      await visit.page.tap(`button[lang="${language}"]`);
      await visit.page.tap('.resident');
      await shown(title);
      await shown(lineBusy[language]);
      await expectAccessible(visit.page);
      await button(back).tap();
      await visit.page.waitForSelector('.answer-shown', { state: 'detached' });
    }
    lobby.call = call;
    await visit.page.tap('.resident');
    await calling();
  });

  it('is told when the console does not answer', async () => {
    await visit.page.route('**/api/call', (route) => route.abort());
    await button(zoe).tap();
    await visit.page.waitForSelector('.answer-trouble');
    await shown('The console did not answer. Please try again in a moment.');
  });

  it('is told when the console could not end the call, and tries again', async () => {
    await button(zoe).tap();
    await calling();
    await visit.page.route('**/api/call/end', (route) => route.abort(), { times: 1 });
    await button('Cancel').tap();
    await visit.page.waitForSelector('.answer-trouble');
    await button('Cancel').tap();
    await listed();
  });

  it('calls nobody where there is no phone, and the concierge only where there is one', async () => {
    visit.running.lobby.change({ phone: { simulated: false, concierge: false } });
    await visit.page.waitForSelector('.concierge', { state: 'detached' });
    expect(await visit.page.getByText('Simulated phone').count()).toBe(0);
    await button(zoe).tap();
    await calling();
    expect(await visit.page.locator('.call-simulated').count()).toBe(0);
    const { lobby } = visit.running;
    lobby.removeCall();
    lobby.removePhone();
    await visit.page.waitForSelector('div.resident');
    expect(await visit.page.locator('button.resident, .directory-hint').count()).toBe(0);
    expect(await names()).toHaveLength(4);
  });
});

describe('a call on the screen', () => {
  it('leaves the keypad to a resident, whose answer leaves the call to the guest', async () => {
    await button(zoe).tap();
    await calling();
    await visit.page.keyboard.type('12345678');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector('.answer-grant');
    await shown('Welcome. The door is open.');
    expect(visit.running.lobby.submitted).toEqual(['12345678']);
    expect(await visit.page.locator('.call-calling').count()).toBe(1);
    await button('Cancel').tap();
    await listed();
    expect(await visit.page.locator('.answer-grant').count()).toBe(1);
  });

  it('does not take the focus from who types at the keypad', async () => {
    await visit.page.keyboard.type('12');
    visit.running.lobby.call({ resident: 'r-1' });
    await calling();
    expect(await focused()).toContain('key-enter');
    await visit.page.keyboard.type('345678');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector('.answer-grant');
    expect(visit.running.lobby.ended).toEqual([]);
  });

  it('is the same in every tab; a second guest is told that the line is taken', async () => {
    const other = await openLobby(visit.browser, visit.running.url);
    onTestFinished(() => other.page.context().close());
    const asked = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<void>();
    await other.page.route('**/api/call', async (route) => {
      asked.resolve();
      await taken.promise;
      await route.continue();
    });
    await other.page.tap('.resident');
    await asked.promise;
    await button(zoe).tap();
    await calling();
    await other.page.waitForSelector('.call-calling');
    taken.resolve();
    await other.page.getByText(lineBusy.en, { exact: true }).waitFor();
    expect(await other.page.locator('.call-title').textContent()).toBe('Zoé Tremblay');
    expect(visit.running.lobby.called).toHaveLength(2);

    await button('Cancel').tap();
    await other.page.waitForSelector('.directory-row');
  });

  it('outlasts the minute without a touch; the guest who was not let in still has one after it', async () => {
    await visit.page.tap('button[lang="fr"]');
    await visit.page.tap('.resident');
    await calling();
    await visit.page.clock.runFor(120_000);
    expect(await visit.page.locator('html').getAttribute('lang')).toBe('fr');
    expect(visit.running.lobby.ended).toEqual([]);
    await stopClock(visit.page);
    visit.running.lobby.removeCall();
    await listed();
    await visit.page.clock.runFor(59_000);
    expect(await visit.page.locator('html').getAttribute('lang')).toBe('fr');
    await visit.page.clock.runFor(1_100);
    await visit.page.waitForSelector('html[lang="en"]');
  });

  it('that has opened the door ends the visit', async () => {
    await visit.page.tap('button[lang="fr"]');
    await visit.page.locator('.search-input').fill('zoe');
    await button('Appeler Zoé Tremblay App. 1204').tap();
    await calling();
    visit.running.lobby.changeCall({ kind: 'opened', sentence: granted.sentence });
    await visit.page.waitForSelector('.call-opened');
    visit.running.lobby.removeCall();
    await visit.page.waitForSelector('html[lang="en"]');
    await listed();
    expect(await visit.page.locator('.search-input').inputValue()).toBe('');
    expect(await names()).toHaveLength(4);
  });

  it('is there again after a reconnection, as it is then', async () => {
    await button(zoe).tap();
    await calling();
    const { lobby, port } = visit.running;
    await visit.running.stop();
    await visit.page.waitForSelector('.cover-shown');
    lobby.changeCall({ kind: 'talking', endsSoon: false });
    const again = await startConsole({ port, lobby });
    onTestFinished(() => again.stop());
    await visit.page.clock.runFor(5_000);
    await visit.page.waitForSelector('.cover-shown', { state: 'detached' });
    await visit.page.waitForSelector('.call-talking');
  });

  it('fits beside the keypad on every screen, also in a lockdown and with an answer', async () => {
    const { lobby } = visit.running;
    lobby.changeDoor({ mode: 'LockedDown', simulated: true });
    await visit.page.tap('button[lang="fr"]');
    lobby.change({
      call: {
        id: 'call-1',
        to: 'resident',
        callee: { name: 'Marie-Antoinette Papadimitropoulos-Vandenbroucke', suite: 'PH-12' },
        phase: { kind: 'talking', endsSoon: true },
      },
    });
    await visit.page.waitForSelector('.call-warning');
    for (const [width, height] of [
      [1_280, 800],
      [800, 1_280],
      [1_024, 600],
    ] as const) {
      await visit.page.setViewportSize({ width, height });
      const words = visit.page.locator('.call-words');
      expect(await words.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBe(0);
      for (const beside of ['.keypad', '.answer-shown'] as const) {
        if (beside === '.answer-shown') {
          await visit.page.keyboard.type('99#');
          await visit.page.waitForSelector('.answer-deny');
        }
        const [call, end, other] = await Promise.all([
          boxOf('.call-shown'),
          boxOf('.call-button'),
          boxOf(beside),
        ]);
        expect(end.bottom).toBeLessThanOrEqual(call.bottom);
        expect(end.bottom - end.top).toBeGreaterThanOrEqual(48);
        expect(Math.max(call.bottom, other.bottom)).toBeLessThanOrEqual(height);
        expect(call.right <= other.left || call.bottom <= other.top).toBe(true);
      }
      await visit.page.keyboard.press('Escape');
      await visit.page.waitForSelector('.answer-shown', { state: 'detached' });
    }
  });

  const boxOf = (selector: string) =>
    visit.page.locator(selector).evaluate((element) => {
      const { top, right, bottom, left } = element.getBoundingClientRect();
      return { top, right, bottom, left };
    });
});
