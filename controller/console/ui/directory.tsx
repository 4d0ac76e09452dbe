import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { DirectoryLine, Language } from '../view-model.ts';
import { inOrder } from './directory-order.ts';
import { texts } from './texts.ts';

export function Directory({
  directory,
  language,
}: {
  readonly directory: readonly DirectoryLine[];
  readonly language: Language;
}) {
  const { directory: title, noNames, suite } = texts[language];
  const scroller = useRef<HTMLElement>(null);
  // What scrolls must be reachable by keyboard (WCAG 2.1.1).
  useEffect(() => {
    if (scroller.current !== null) scroller.current.tabIndex = 0;
  }, []);
  const rows = useMemo(
    () => (
      <ul class="directory-list">
        {inOrder(directory, language).map((row) => (
          <li class="directory-row" key={row.id}>
            <span class="directory-letter" aria-hidden="true">
              {row.letter}
            </span>
            <span class="directory-name">{row.name}</span>{' '}
            <span class="directory-suite">
              <span class="directory-suite-word">{suite}</span> {row.suite}
            </span>
          </li>
        ))}
      </ul>
    ),
    [directory, language, suite],
  );
  return (
    <div class="directory">
      <h2 id="directory-title" class="directory-title">
        {title}
      </h2>
      <section class="directory-scroller" aria-labelledby="directory-title" ref={scroller}>
        {directory.length === 0 ? <p class="directory-empty">{noNames}</p> : rows}
      </section>
    </div>
  );
}
