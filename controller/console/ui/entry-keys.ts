import type { EntryInput } from './entry-machine.ts';

/** A physical keypad or keyboard; undefined for keys that mean nothing here. */
export function entryInputOfKey(key: string): EntryInput | undefined {
  if (/^[0-9]$/.test(key)) return { kind: 'digit', digit: key };
  switch (key) {
    case '#':
    case 'Enter':
      return { kind: 'submit' };
    case '*':
    case 'Escape':
      return { kind: 'clear' };
    case 'Backspace':
      return { kind: 'erase' };
    default:
      return undefined;
  }
}
