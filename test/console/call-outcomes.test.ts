/** Every moment of a call as a guest sees and hears it. One page for each language goes through them all. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../controller/core/call/line.ts';
import type { CallPhase, LobbyCall } from '../../controller/ports/lobby.ts';
import { launchBrowser } from '../support/browser.ts';
import { phone } from '../support/console-lobby.ts';
import { expectAccessible, type LobbyPage, openLobby } from '../support/console-page.ts';
import { type RunningConsole, startConsole } from '../support/console-server.ts';

const sentence = { en: 'What the console says of it.', fr: 'Ce que la console en dit.' };
const ended = (outcome: CallOutcome): CallPhase => ({ kind: 'ended', outcome, sentence });
const toZoe = { to: 'resident', callee: { name: 'Zoé Tremblay', suite: '1204' } } as const;

interface Seen {
  readonly look: string;
  readonly en: string;
  readonly fr: string;
  /** What ends it. */
  readonly button: readonly [en: string, fr: string];
}

const cancel = ['Cancel', 'Annuler'] as const;
const hangUp = ['Hang up', 'Raccrocher'] as const;
const back = ['Back', 'Retour'] as const;
const says = (look: string, en: string, fr: string, button: Seen['button'] = back): Seen => ({
  look,
  en: `${en} ${sentence.en}`,
  fr: `${fr} ${sentence.fr}`,
  button,
});

const moments: readonly (readonly [string, Omit<LobbyCall, 'id'>, Seen])[] = [
  [
    'that rings at a resident’s',
    { ...toZoe, phase: { kind: 'calling' } },
    {
      look: 'calling',
      en: 'Calling Zoé Tremblay Suite 1204',
      fr: 'On appelle Zoé Tremblay App. 1204',
      button: cancel,
    },
  ],
  [
    'that rings at a hidden resident’s',
    { to: 'resident', phase: { kind: 'calling' } },
    { look: 'calling', en: 'Calling…', fr: 'Appel en cours…', button: cancel },
  ],
  [
    'that rings at the concierge’s',
    { to: 'concierge', phase: { kind: 'calling' } },
    {
      look: 'calling',
      en: 'Calling the concierge…',
      fr: 'On appelle la conciergerie…',
      button: cancel,
    },
  ],
  [
    'that is answered',
    { ...toZoe, phase: { kind: 'talking', endsSoon: false } },
    {
      look: 'talking',
      en: 'You are connected. Please speak. Zoé Tremblay · Suite 1204',
      fr: 'Vous êtes en ligne. Parlez, s’il vous plaît. Zoé Tremblay · App. 1204',
      button: hangUp,
    },
  ],
  [
    'that a hidden resident answers, and that ends soon',
    { to: 'resident', phase: { kind: 'talking', endsSoon: true } },
    {
      look: 'talking',
      en: 'You are connected. Please speak. This call ends in a few seconds.',
      fr: 'Vous êtes en ligne. Parlez, s’il vous plaît. Cet appel se termine dans quelques secondes.',
      button: hangUp,
    },
  ],
  [
    'by which the door is opened',
    { ...toZoe, phase: { kind: 'opened', sentence } },
    says('opened', 'Welcome', 'Bienvenue', hangUp),
  ],
  ['that has opened the door', { ...toZoe, phase: ended('opened') }, says('opened', 'Welcome', 'Bienvenue')],
  ['that opened nothing', { ...toZoe, phase: ended('talked') }, says('ended', 'Goodbye', 'Au revoir')],
  [
    'that is declined',
    { ...toZoe, phase: ended('declined') },
    says('ended', 'Call declined', 'Appel refusé'),
  ],
  ['to a busy line', { ...toZoe, phase: ended('busy') }, says('ended', 'Line busy', 'Ligne occupée')],
  [
    'that nobody answers',
    { ...toZoe, phase: ended('noAnswer') },
    says('ended', 'No answer', 'Pas de réponse'),
  ],
  [
    'that reaches nobody',
    { to: 'resident', phase: ended('unavailable') },
    says('ended', 'Not reached', 'Injoignable'),
  ],
  [
    'that fails',
    { to: 'concierge', phase: ended('failed') },
    says('failed', 'Something went wrong', 'Un problème est survenu'),
  ],
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(['en', 'fr'] as const)('on the screen, in %s, a call', (language) => {
  let running: RunningConsole;
  let shown: LobbyPage;
  let calls = 0;

  beforeAll(async () => {
    running = await startConsole();
    running.lobby.change({ phone });
    shown = await openLobby(browser, running.url);
  });
  afterAll(async () => {
    await shown.page.context().close();
    await running.stop();
  });
  beforeEach(async () => {
    running.lobby.removeCall();
    await shown.page.waitForSelector('.call-shown', { state: 'detached' });
    // A call that opened was another guest's.
    await shown.page.tap(`button[lang="${language}"]`);
    await shown.page.waitForSelector(`html[lang="${language}"]`);
  });

  it.each(moments)('%s is shown, announced and can be left', async (_name, call, seen) => {
    const { page } = shown;
    // A live region announces what changes in it, so it is there before.
    const region = await page.locator('.call-words').elementHandle();
    calls += 1;
    running.lobby.change({ call: { id: `call-${calls}`, ...call } });
    await page.waitForSelector(`.call-${seen.look}`);
    const words = page.locator('output.call-words[aria-live="assertive"]');
    expect((await words.textContent())?.replaceAll(/\s+/g, ' ').trim()).toBe(seen[language]);
    expect(await words.evaluate((now, before) => now === before, region)).toBe(true);
    await page
      .getByText(
        language === 'en'
          ? 'Simulated call: no real phone rings'
          : 'Appel simulé\u00a0: aucun vrai téléphone ne sonne',
        { exact: true },
      )
      .waitFor();
    expect(await page.locator('.directory').count()).toBe(0);
    if (call.callee === undefined) expect(await page.content()).not.toContain('Tremblay');
    await expectAccessible(page);

    await page.getByRole('button', { name: seen.button[language === 'en' ? 0 : 1], exact: true }).tap();
    await page.waitForSelector('.directory-row');
    expect(running.lobby.ended.at(-1)).toBe(`call-${calls}`);
  });

  it('that the guest cancelled is over without a word', async () => {
    const { page } = shown;
    running.lobby.change({ call: { id: 'call-x', ...toZoe, phase: { kind: 'calling' } } });
    await page.waitForSelector('.call-calling');
    running.lobby.changeCall(ended('cancelled'));
    await page.waitForSelector('.directory-row');
    expect(await page.locator('.call-words').textContent()).toBe('');
  });

  it('never made the page complain', () => {
    expect(shown.complaints).toEqual([]);
  });
});
