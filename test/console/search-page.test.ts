import { describe, expect, it } from 'vitest';
import { granted, residents } from '../support/console-lobby.ts';
import { expectAccessible, stopClock, touchKeys } from '../support/console-page.ts';
import { lobbyVisits } from '../support/console-visit.ts';

const visit = lobbyVisits();
const { shown, names } = visit;
const count = (n: number) => expect.poll(() => visit.page.locator('.directory-row').count()).toBe(n);
const field = () => visit.page.locator('.search-input');
async function touchLetters(letters: string): Promise<void> {
  for (const letter of letters) await visit.page.tap(`[data-letter="${letter}"]`);
}

describe('a guest who looks for a resident', () => {
  it('touches the field and letters without accents, and sees who it is', async () => {
    expect(await visit.page.locator('.letter-keyboard').count()).toBe(0);
    await field().tap();
    await touchLetters('GAGNE EM');
    await count(1);
    expect(await names()).toEqual(['Émile Gagné']);
    expect(await field().inputValue()).toBe('GAGNE EM');
    await visit.page.tap('[data-letter="erase"]');
    expect(await field().inputValue()).toBe('GAGNE E');
    expect(visit.complaints).toEqual([]);
  });

  it('types on a real keyboard; digits in the field search suites, elsewhere they are an entry', async () => {
    visit.running.lobby.answers.set('12345678', granted);
    await field().focus();
    await visit.page.keyboard.type('12');
    await count(1);
    expect(await names()).toEqual(['Zoé Tremblay']);
    expect(await visit.page.locator('.letter-keyboard, .keypad-dots').count()).toBe(0);
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('.directory-scroller').focus();
    await visit.page.keyboard.type('12345678');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector('.answer-grant');
    expect(visit.running.lobby.submitted).toEqual(['12345678']);
    expect(await field().inputValue()).toBe('12');
  });

  it('still uses the keypad, which takes the keys back', async () => {
    await field().tap();
    await touchLetters('ZO');
    await touchKeys(visit.page, '12');
    await visit.page.waitForSelector('.letter-keyboard', { state: 'detached' });
    await visit.page.keyboard.type('3');
    expect(await visit.page.locator('.keypad-dots').textContent()).toBe('•••');
    expect(await field().inputValue()).toBe('ZO');
  });

  it('is told when there is nobody of that name, and clears the field', async () => {
    await field().tap();
    await visit.page.keyboard.type('🎉 nobody');
    await shown('No resident found. Please check the spelling, or search by suite number.');
    await visit.page.tap('button[lang="fr"]');
    await shown(
      'Aucun résident trouvé. Veuillez vérifier l’orthographe, ou chercher par numéro d’appartement.',
    );
    await visit.page.getByRole('button', { name: 'Effacer la recherche' }).tap();
    await count(4);
    expect(await field().inputValue()).toBe('');
  });

  it('pastes 10,000 characters, of which 100 count', async () => {
    await field().fill('🎉'.repeat(10_000));
    await shown('No resident found. Please check the spelling, or search by suite number.');
    expect(Array.from(await field().inputValue())).toHaveLength(100);
  });

  it('walks away: after a minute the next one sees everybody', async () => {
    await field().tap();
    await touchLetters('ZO');
    await count(1);
    await stopClock(visit.page);
    // From the last key on.
    await visit.page.keyboard.press('Shift');
    await visit.page.clock.runFor(59_000);
    expect(await field().inputValue()).toBe('ZO');
    await visit.page.clock.runFor(1_100);
    await count(4);
    expect(await field().inputValue()).toBe('');
    expect(await visit.page.locator('.letter-keyboard').count()).toBe(0);
  });

  it('finds people where none are listed, from two letters on', async () => {
    visit.running.lobby.changeBuilding({ listing: 'searchOnly' });
    await visit.page.waitForSelector('.welcome');
    await field().tap();
    await touchLetters('Z');
    await shown('Please type at least two letters.');
    await touchLetters('O');
    await count(1);
    expect(await names()).toEqual(['Zoé Tremblay']);
  });

  it('is told that there are more than fit', async () => {
    const many = Array.from({ length: 60 }, (_, n) => ({ id: `m-${n}`, name: `Lee ${n}`, suite: `${n}` }));
    visit.running.lobby.change({ directory: [...residents, ...many] });
    await field().fill('lee');
    await visit.page.waitForSelector('.directory-more');
    await count(50);
  });

  it('sees who is found change with the directory', async () => {
    await field().fill('zoe');
    await count(1);
    visit.running.lobby.change({ directory: residents.slice(1) });
    await shown('No resident found. Please check the spelling, or search by suite number.');
  });

  it('never sees the answer to what was typed before', async () => {
    const late = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    await visit.page.route('**/api/search', async (route) => {
      if (route.request().postDataJSON().query !== 'z') return route.continue();
      const response = await route.fetch();
      await late.promise;
      await route.fulfill({ response });
      answered.resolve();
    });
    const asked = visit.page.waitForRequest('**/api/search');
    await field().fill('z');
    await asked;
    await field().fill('edward');
    await count(1);
    late.resolve();
    await answered.promise;
    // Another answer has come after it.
    await visit.page.evaluate(() => fetch('/api/state').then((response) => response.text()));
    expect(await names()).toEqual(['Edward Chan']);
  });

  it('is told when the console does not answer', async () => {
    await visit.page.route('**/api/search', (route) => route.abort());
    await field().fill('zoe');
    await shown('The console did not answer. Please try again in a moment.');
  });

  it('touches only keys that a finger can hit, on every screen', async () => {
    for (const size of [
      { width: 1_280, height: 800 },
      { width: 800, height: 1_280 },
      { width: 1_024, height: 600 },
    ]) {
      await visit.page.setViewportSize(size);
      await field().tap();
      await touchLetters('E');
      await visit.page.waitForSelector('.search-clear');
      const boxes = await visit.page.locator('button, .directory-scroller').evaluateAll((parts) =>
        parts.map((part) => {
          const { width, height, bottom, right } = part.getBoundingClientRect();
          return { width, height, bottom, right };
        }),
      );
      expect(Math.min(...boxes.flatMap(({ width, height }) => [width, height]))).toBeGreaterThanOrEqual(48);
      expect(Math.max(...boxes.map(({ bottom }) => bottom))).toBeLessThanOrEqual(size.height);
      expect(Math.max(...boxes.map(({ right }) => right))).toBeLessThanOrEqual(size.width);
    }
  });
});

describe.each(['en', 'fr'] as const)('for axe-core, in %s, a search', (language) => {
  it.each([
    ['with somebody found', 'EM', '.directory-name'],
    ['with nobody found', 'QQ', '.directory-empty'],
  ])('%s has no violation', async (_name, letters, sign) => {
    await visit.page.tap(`button[lang="${language}"]`);
    await field().tap();
    await touchLetters(letters);
    await count(letters === 'EM' ? 1 : 0);
    await visit.page.waitForSelector(sign);
    await expectAccessible(visit.page);
  });
});
