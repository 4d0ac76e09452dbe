/** What the lobby screen's page lets sound, in a real browser: the tones of every moment, and silence after it. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Moment, patterns } from '../../controller/console/ui/tones.ts';
import type { CallOutcome } from '../../controller/core/call/line.ts';
import type { CallPhase } from '../../controller/ports/lobby.ts';
import { granted, lineBusy, phone } from '../support/console-lobby.ts';
import { stopClock, touchKeys } from '../support/console-page.ts';
import { startConsole } from '../support/console-server.ts';
import { lobbyVisits } from '../support/console-visit.ts';
import { audioState, forgetTones, recordTones, tonesIn, tonesOf, wavesOf } from '../support/page-tones.ts';

const visit = lobbyVisits(({ lobby }) => {
  lobby.change({ phone });
  lobby.answers.set('12345678', granted);
});

const sentence = { en: 'What the console says of it.', fr: 'Ce que la console en dit.' };
const ended = (outcome: CallOutcome): CallPhase => ({ kind: 'ended', outcome, sentence });
const talking = (endsSoon = false): CallPhase => ({ kind: 'talking', endsSoon });

/** The page anew, with its sounds recorded; time passes by `clock.runFor` alone, so that it rings once until then. */
async function listen(): Promise<void> {
  await recordTones(visit.page);
  await visit.page.reload();
  await visit.page.waitForSelector('.directory-row');
  await stopClock(visit.page);
}
/** A guest has touched the page, and calls. */
async function ring(): Promise<void> {
  await listen();
  await visit.page.tap('.resident');
  await hear('ringing');
}
const hear = (moment: Moment) => expect.poll(() => tonesOf(visit.page)).toEqual(tonesIn(patterns[moment]));
/** A minute later, in which the stream from the controller has been lost and was opened again, there is nothing but that. */
async function hearNothingElse(moment: Moment): Promise<void> {
  await visit.page.clock.runFor(60_000);
  expect(await tonesOf(visit.page)).toEqual(tonesIn(patterns[moment]));
}
const type = async (digits: string): Promise<void> => {
  await visit.page.keyboard.type(digits);
  await visit.page.keyboard.press('Enter');
};
const atRest = () => expect.poll(() => audioState(visit.page)).toBe('suspended');
const becomes = async (phase: CallPhase): Promise<void> => {
  await forgetTones(visit.page);
  visit.running.lobby.changeCall(phase);
};

/** As a browser does whose page is put behind another. */
const hide = (hidden: boolean) =>
  visit.page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);

describe('a guest who calls and cannot see', () => {
  it('hears it ring again and again, until the resident answers', async () => {
    await ring();
    await visit.page.clock.runFor(6_000);
    await expect.poll(() => wavesOf(visit.page)).toHaveLength(4);
    await visit.page.clock.runFor(6_000);
    await expect.poll(() => wavesOf(visit.page)).toHaveLength(6);
    await becomes(talking());
    await hear('answered');
    await hearNothingElse('answered');
  });

  it.each<[string, CallPhase, Moment]>([
    ['the door is opened', { kind: 'opened', sentence }, 'doorOpen'],
    ['the line is busy', ended('busy'), 'busy'],
    ['nobody answers', ended('noAnswer'), 'noAnswer'],
    ['it is declined', ended('declined'), 'declined'],
    ['nobody is reached', ended('unavailable'), 'notReached'],
    ['it fails', ended('failed'), 'trouble'],
    ['it is over', ended('talked'), 'over'],
  ])('hears that %s, once, and then nothing', async (_name, phase, moment) => {
    await ring();
    await becomes(phase);
    await hear(moment);
    await hearNothingElse(moment);
    await atRest();
  });

  it('hears one tone of an open door, also when the line closes after it', async () => {
    await ring();
    await becomes({ kind: 'opened', sentence });
    await hear('doorOpen');
    visit.running.lobby.changeCall(ended('opened'));
    await visit.page.getByRole('button', { name: 'Back', exact: true }).waitFor();
    await hearNothingElse('doorOpen');
  });

  it.each<[string, CallPhase, Moment]>([
    ['the door was opened', ended('opened'), 'doorOpen'],
    ['it was declined', ended('declined'), 'declined'],
    ['nobody answered', ended('noAnswer'), 'noAnswer'],
    ['the line was busy', ended('busy'), 'busy'],
  ])('does not hear again that %s, when a code was typed meanwhile', async (_name, phase, moment) => {
    await ring();
    await becomes(phase);
    await hear(moment);
    await forgetTones(visit.page);
    await touchKeys(visit.page, '99#');
    await hear('notOpened');
    await visit.page.tap('.answer-back');
    await visit.page.waitForSelector('.answer-back', { state: 'detached' });
    await hearNothingElse('notOpened');
  });

  it('does not hear an answer again when somebody has talked meanwhile', async () => {
    await ring();
    await forgetTones(visit.page);
    await touchKeys(visit.page, '99#');
    await hear('notOpened');
    await becomes(talking());
    await hear('answered');
    visit.running.lobby.removeCall();
    await visit.page.waitForSelector('.directory-row');
    await hearNothingElse('answered');
  });

  it('hears the same outcome of the next call, too', async () => {
    await ring();
    await becomes(ended('failed'));
    await hear('trouble');
    await forgetTones(visit.page);
    const { lobby } = visit.running;
    lobby.change({ call: { id: 'the-next', to: 'concierge', phase: ended('failed') } });
    await hear('trouble');
  });

  it('hears nothing of the page while they talk but the warning, whatever is typed meanwhile', async () => {
    await ring();
    await becomes(talking());
    await hear('answered');
    await touchKeys(visit.page, '12345678#');
    await visit.page.waitForSelector('.answer-grant');
    await hearNothingElse('answered');
    await atRest();
    await becomes(talking(true));
    await hear('endsSoon');
    await hearNothingElse('endsSoon');
  });

  it('hears the ringing stop at once when the call is cancelled', async () => {
    await ring();
    await visit.page.getByRole('button', { name: 'Cancel', exact: true }).tap();
    await visit.page.waitForSelector('.directory-row');
    await expect.poll(async () => (await wavesOf(visit.page)).every(({ cut }) => cut)).toBe(true);
    await hearNothingElse('ringing');
    await atRest();
  });
});

describe('whoever types at the keypad and cannot see', () => {
  it('hears that a code opens, and that one does not', async () => {
    await listen();
    await touchKeys(visit.page, '12345678#');
    await hear('doorOpen');
    await forgetTones(visit.page);
    await type('99');
    await hear('notOpened');
    // Each answer is one of its own.
    await forgetTones(visit.page);
    await type('99');
    await hear('notOpened');
    await hearNothingElse('notOpened');
  });

  it('hears it from a real keypad, whose first key is enough for the browser', async () => {
    await listen();
    await type('99');
    await hear('notOpened');
  });

  it('hears that nobody was called, and that the console did not answer', async () => {
    visit.running.lobby.call = () => ({ outcome: 'notCalled', reason: 'lineBusy', sentence: lineBusy });
    await listen();
    await visit.page.tap('.resident');
    await hear('notCalled');
    await visit.page.getByRole('button', { name: 'Back', exact: true }).tap();
    await forgetTones(visit.page);
    await visit.page.route('**/api/call', (route) => route.abort());
    await visit.page.tap('.resident');
    await hear('trouble');
  });

  it('hears that the console did not answer also when it is gone altogether, and no more of it afterwards', async () => {
    await listen();
    await visit.page.route('**/api/call', async (route) => {
      await visit.running.stop();
      await visit.page.waitForSelector('.cover-shown');
      await route.abort();
    });
    await visit.page.tap('.resident');
    await hear('trouble');
    const { lobby, port } = visit.running;
    const again = await startConsole({ port, lobby });
    onTestFinished(() => again.stop());
    await visit.page.clock.runFor(5_000);
    await visit.page.waitForSelector('.cover-shown', { state: 'detached' });
    await hearNothingElse('trouble');
  });

  it('hears to the end that the console did not answer, when its link is lost only then', async () => {
    await listen();
    await visit.page.route('**/api/call', (route) => route.abort());
    await visit.page.tap('.resident');
    await hear('trouble');
    await visit.running.stop();
    await visit.page.waitForSelector('.cover-shown');
    expect((await wavesOf(visit.page)).some(({ cut }) => cut)).toBe(false);
  });

  it('hears an answer in the place of the ringing, which then goes on', async () => {
    await ring();
    await forgetTones(visit.page);
    await touchKeys(visit.page, '99#');
    await hear('notOpened');
    await forgetTones(visit.page);
    await visit.page.getByRole('button', { name: 'Back', exact: true }).tap();
    await hear('ringing');
  });
});

describe('the page', () => {
  it('is silent while it is hidden, and rings again when it is seen', async () => {
    await ring();
    await forgetTones(visit.page);
    await hide(true);
    await atRest();
    await visit.page.clock.runFor(60_000);
    expect(await wavesOf(visit.page)).toEqual([]);
    await hide(false);
    await hear('ringing');
  });

  it('is silent while the controller is gone', async () => {
    await ring();
    await forgetTones(visit.page);
    await visit.running.stop();
    await visit.page.waitForSelector('.cover-shown');
    await atRest();
    await visit.page.clock.runFor(10_000);
    expect(await wavesOf(visit.page)).toEqual([]);
  });

  it('that nobody has touched makes no sound, and tells what still stands there at the first touch', async () => {
    await listen();
    visit.running.lobby.change({ call: { id: 'call-1', to: 'concierge', phase: ended('busy') } });
    await visit.page.waitForSelector('.call-ended');
    expect([await audioState(visit.page), await wavesOf(visit.page)]).toEqual([undefined, []]);
    await visit.page.tap('.building-name');
    await hear('busy');
    expect(visit.complaints).toEqual([]);
  });

  it.each([
    ['knows no sound', 'delete globalThis.AudioContext'],
    [
      'has no sound to give',
      'globalThis.AudioContext = class { constructor() { throw new DOMException("none", "NotSupportedError"); } }',
    ],
    [
      'refuses to sound',
      'globalThis.AudioContext.prototype.resume = () => Promise.reject(new DOMException("no", "InvalidStateError"))',
    ],
    ['never gets to sound', 'globalThis.AudioContext.prototype.resume = () => new Promise(() => {})'],
    ['tells of no touches', 'Object.defineProperty(navigator, "userActivation", { value: undefined })'],
  ])('in a browser that %s goes on without', async (_name, script) => {
    await visit.page.addInitScript(script);
    await visit.page.reload();
    await visit.page.tap('.resident');
    await visit.page.waitForSelector('.call-calling');
    visit.running.lobby.changeCall(ended('busy'));
    await visit.page.waitForSelector('.call-ended');
    await visit.page.getByRole('button', { name: 'Back', exact: true }).tap();
    await visit.page.waitForSelector('.directory-row');
    expect(visit.complaints).toEqual([]);
  });
});
