import { entryInputOfKey } from './entry-keys.ts';
import type { EntryInput } from './entry-machine.ts';

/**
 * Keys typed anywhere on the page, but for the search field, whose keys are its own. A digit moves the focus to the Enter key, so that Enter then submits and
 * does not press again whichever button had the focus before.
 */
export function listenToKeyboard(enter: (input: EntryInput) => void): void {
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const input = entryInputOfKey(event.key);
    if (input === undefined || event.target instanceof HTMLInputElement) return;
    if (event.repeat) {
      // A held Enter must not press the focused button again and again.
      if (event.key === 'Enter') event.preventDefault();
      return;
    }
    if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    enter(input);
    if (input.kind === 'digit') document.querySelector<HTMLElement>('[data-key="#"]')?.focus();
  });
}
