import { describe, expect, it } from 'vitest';
import { building, granted, residents } from '../support/console-lobby.ts';
import { stopClock, touchKeys } from '../support/console-page.ts';
import { lobbyVisits } from '../support/console-visit.ts';

const visit = lobbyVisits(({ lobby }) => lobby.answers.set('12345678', granted));
const { shown, names, dots } = visit;

describe('a guest at the lobby screen', () => {
  it('touches the keypad and is let in', async () => {
    await touchKeys(visit.page, '12345678');
    expect(await dots()).toBe('••••••••');
    await touchKeys(visit.page, '#');
    await visit.page.waitForSelector('.answer-grant');
    await shown('Access granted');
    await shown('Welcome. The door is open.');
    await shown('Unlocked');
    expect(visit.running.lobby.submitted).toEqual(['12345678']);
    expect(visit.complaints).toEqual([]);
  });

  it('is refused in French, and told what to do', async () => {
    await visit.page.tap('button[lang="fr"]');
    await touchKeys(visit.page, '87654321#');
    await visit.page.waitForSelector('.answer-deny');
    await shown('Accès refusé');
    await shown('Ce code n’ouvre pas cette porte. Veuillez joindre votre hôte ou la gestion.');
  });

  it('reads the answer for as long as the console says, then the next one may type', async () => {
    await stopClock(visit.page);
    await touchKeys(visit.page, '12345678#');
    await visit.page.waitForSelector('.answer-grant');
    await visit.page.clock.runFor(5_000);
    expect(await visit.page.locator('.answer-grant').count()).toBe(1);
    await visit.page.clock.runFor(1_100);
    await visit.page.waitForSelector('.answer-grant', { state: 'detached' });
    await touchKeys(visit.page, '5');
    expect(await dots()).toBe('•');
  });

  it('goes back from the answer at once by its button', async () => {
    await touchKeys(visit.page, '12345678#');
    await visit.page.getByRole('button', { name: 'Back' }).tap();
    await visit.page.waitForSelector('.answer-grant', { state: 'detached' });
    await shown('Type your code, then press #');
  });

  it('corrects and clears what was typed', async () => {
    await touchKeys(visit.page, '123');
    await visit.page.getByRole('button', { name: 'Erase the last digit' }).tap();
    expect(await dots()).toBe('••');
    await touchKeys(visit.page, '*');
    await shown('Type your code, then press #');
  });

  it('walks away, and the digits are forgotten after 20 seconds', async () => {
    await stopClock(visit.page);
    await touchKeys(visit.page, '123');
    await visit.page.clock.runFor(19_000);
    expect(await dots()).toBe('•••');
    await visit.page.clock.runFor(1_100);
    await shown('Type your code, then press #');
    expect(visit.running.lobby.submitted).toEqual([]);
  });

  it('types on a physical keypad, also while a button has the focus', async () => {
    await visit.page.focus('button[lang="fr"]');
    await visit.page.keyboard.press('Enter');
    await shown('Résidents');
    await visit.page.keyboard.type('1239');
    await visit.page.keyboard.press('Backspace');
    await visit.page.keyboard.type('45678');
    await visit.page.keyboard.press('Enter');
    await shown('Bienvenue. La porte est ouverte.');
    await visit.page.keyboard.press('Enter');
    expect(await visit.page.locator('.answer-grant').count()).toBe(1);
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector('.answer-grant', { state: 'detached' });
    await visit.page.keyboard.type('99*12345678#');
    await visit.page.waitForSelector('.answer-grant');
    expect(visit.running.lobby.submitted).toEqual(['12345678', '12345678']);
  });

  it('reaches every control by Tab, and sees where the focus is', async () => {
    const reached: string[] = [];
    for (let n = 0; n < 16; n += 1) {
      await visit.page.keyboard.press('Tab');
      reached.push(
        await visit.page.locator(':focus').evaluate((element) => {
          const outline = element.computedStyleMap().get('outline-style');
          return `${element.getAttribute('data-key') ?? element.className} ${outline}`;
        }),
      );
    }
    const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
    expect(reached).toEqual(
      ['language', 'language', 'search-input', 'directory-scroller', ...keys].map(
        (control) => `${control} solid`,
      ),
    );
    await visit.page.keyboard.press('Enter');
    expect(visit.running.lobby.submitted).toEqual([]);
  });

  it('presses only targets that a finger can hit', async () => {
    for (const size of [
      { width: 1_280, height: 800 },
      { width: 800, height: 1_280 },
      { width: 1_024, height: 600 },
    ]) {
      await visit.page.setViewportSize(size);
      visit.running.lobby.changeDoor({ mode: 'LockedDown', simulated: true });
      await visit.page.waitForSelector('.notice-shown');
      const boxes = await visit.page.locator('button').evaluateAll((buttons) =>
        buttons.map((button) => {
          const { width, height, bottom, right } = button.getBoundingClientRect();
          return { width, height, bottom, right };
        }),
      );
      expect(Math.min(...boxes.flatMap(({ width, height }) => [width, height]))).toBeGreaterThanOrEqual(48);
      expect(Math.max(...boxes.map(({ bottom }) => bottom))).toBeLessThanOrEqual(size.height);
      expect(Math.max(...boxes.map(({ right }) => right))).toBeLessThanOrEqual(size.width);
    }
  });

  it('leaves no digits in the page, its address or its storage', async () => {
    await touchKeys(visit.page, '97531864#');
    await visit.page.waitForSelector('.answer-deny');
    await visit.page.keyboard.type('97531864');
    expect(await dots()).toBe('••••••••');
    const storage = JSON.stringify(await visit.page.context().storageState());
    const session = await visit.page.evaluate('JSON.stringify(sessionStorage)');
    const traces = [await visit.page.content(), visit.page.url(), storage, session].join();
    expect(traces).not.toContain('97531864');
  });
});

describe('the lobby screen', () => {
  it('shows the building, its own time and the residents in order', async () => {
    await visit.page.getByRole('heading', { level: 1, name: 'Maple Court' }).waitFor();
    expect(await visit.page.title()).toBe('Maple Court');
    expect(await visit.page.locator('.wall-clock').textContent()).toMatch(
      /^9:05.a\.m\. Sunday, November 22$/,
    );
    await visit.page.clock.runFor(60_000);
    expect(await visit.page.locator('.wall-clock').textContent()).toMatch(/^9:06/);
    expect(await names()).toEqual(['Aisha O’Neill', 'Edward Chan', 'Émile Gagné', 'Zoé Tremblay']);
    expect(await visit.page.locator('.directory-suite').first().textContent()).toBe('Suite PH-2');
  });

  it('shows a changed nickname without a reload', async () => {
    await visit.page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    visit.running.lobby.change({
      directory: residents.map((r) => (r.id === 'r-3' ? { ...r, name: 'Ned' } : r)),
    });
    await shown('Ned');
    expect(await names()).toEqual(['Aisha O’Neill', 'Émile Gagné', 'Ned', 'Zoé Tremblay']);
    expect(await visit.page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
  });

  it('switches language, and returns to the first one after a minute without anybody', async () => {
    const lang = () => visit.page.locator('html').getAttribute('lang');
    await stopClock(visit.page);
    await visit.page.tap('button[lang="fr"]');
    await shown('Résidents');
    expect(await lang()).toBe('fr');
    expect(await visit.page.locator('.wall-clock').textContent()).toMatch(/^9 h 05 dimanche 22 novembre$/);
    await visit.page.clock.runFor(59_000);
    expect(await lang()).toBe('fr');
    await visit.page.clock.runFor(1_100);
    await shown('Residents');
    expect(await lang()).toBe('en');
  });

  it('offers only the languages of the building', async () => {
    visit.running.lobby.changeBuilding({ languages: ['fr'] });
    await shown('Résidents');
    expect(await visit.page.locator('.language').count()).toBe(0);
    visit.running.lobby.changeBuilding({ languages: ['fr', 'en'] });
    await visit.page.waitForSelector('.language');
    expect(await visit.page.locator('.language').allTextContents()).toEqual(['Français', 'English']);
  });

  it('lists nobody where the building says so', async () => {
    visit.running.lobby.changeBuilding({ listing: 'searchOnly' });
    await visit.page.getByText('type the code that you were given on the keypad.').waitFor();
    expect(await names()).toEqual([]);
    expect(await visit.page.content()).not.toContain('Tremblay');
    await touchKeys(visit.page, '12345678#');
    await visit.page.waitForSelector('.answer-grant');
  });

  it('says in both languages that it is being set up, until the first dataset', async () => {
    visit.running.lobby.forgetBuilding();
    await shown('Being set up');
    await shown('Installation en cours');
    visit.running.lobby.change({ building, directory: residents });
    await visit.page.waitForSelector('.directory-row');
  });

  it('marks a simulated door', async () => {
    expect(await visit.page.getByText('Simulated door').count()).toBe(0);
    visit.running.lobby.changeDoor({ simulated: true });
    await shown('Simulated door');
  });

  it.each([
    [{ mode: 'LockedDown' }, 'Entry is closed right now'],
    [{ mode: 'Blocked' }, 'Entry is closed right now'],
    [{ fault: true }, 'This door is out of order'],
  ] as const)('says of a door that is %j: %s', async (change, notice) => {
    visit.running.lobby.changeDoor(change);
    await shown(notice);
    visit.running.lobby.changeDoor({ mode: 'Locked', fault: false });
    await visit.page.waitForSelector('.notice-shown', { state: 'detached' });
  });

  it('passes on the sentence when the console could not decide', async () => {
    visit.running.lobby.submit = () => {
      throw new Error('the disk is gone');
    };
    await touchKeys(visit.page, '12345678#');
    await visit.page.waitForSelector('.answer-trouble');
    await shown('Something went wrong in the console. Please try again.');
  });
});
