import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Directory and call take each other's place. A focus that was in the one goes on in the other, and nowhere else: what is
 * typed at the keypad meanwhile stays there. After a call it rests on the whole list, where Enter calls nobody.
 */
export function useFocusInPlace(calling: boolean): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(calling);
  const moves = before.current !== calling && place.current?.contains(document.activeElement) === true;
  useLayoutEffect(() => {
    before.current = calling;
    if (!moves) return;
    const next = place.current?.querySelector<HTMLElement>(calling ? '.call-button' : '.directory-scroller');
    next?.focus({ preventScroll: true });
  }, [calling]);
  return place;
}
