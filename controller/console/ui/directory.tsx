import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { BuildingView, DirectoryLine, Language, PhoneView } from '../view-model.ts';
import { inOrder } from './directory-order.ts';
import type { Callee } from './entry-machine.ts';
import { DoorIcon, PhoneIcon } from './icons.tsx';
import { LetterKeyboard } from './letter-keyboard.tsx';
import { ResidentRows } from './resident-rows.tsx';
import { SearchField } from './search-field.tsx';
import { SearchResults } from './search-results.tsx';
import type { SearchState } from './search-session.ts';
import { texts } from './texts.ts';

/** In place of the list where the building shows none. */
const Welcome = ({ language }: { readonly language: Language }) => (
  <div class="welcome">
    <DoorIcon />
    <h3 class="welcome-title">{texts[language].searchOnlyTitle}</h3>
    <p class="welcome-sentence">{texts[language].searchOnly}</p>
  </div>
);

export interface DirectoryProps {
  readonly listing: BuildingView['listing'];
  readonly directory: readonly DirectoryLine[];
  readonly search: SearchState;
  readonly language: Language;
  readonly type: (query: string) => void;
  /** Absent: nobody can be called from here. */
  readonly phone: PhoneView | undefined;
  /** The same function in every drawing. */
  readonly call: (callee: Callee) => void;
}

/** The residents: all of them, or those who were searched for. */
export function Directory({ listing, directory, search, language, type, phone, call }: DirectoryProps) {
  const words = texts[language];
  const { query, outcome } = search;
  const [keyboard, setKeyboard] = useState(false);
  const scroller = useRef<HTMLElement>(null);
  // What scrolls must be reachable by keyboard (WCAG 2.1.1), and at once: a call that is over leaves the focus here.
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.tabIndex = 0;
  }, []);
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [query]);
  const callable = phone !== undefined;
  const callResident = useMemo(
    () => (callable ? (resident: string) => call({ resident }) : undefined),
    [callable, call],
  );
  const list = useMemo(
    () => <ResidentRows rows={inOrder(directory, language)} language={language} call={callResident} />,
    [directory, language, callResident],
  );
  const all = directory.length === 0 ? <p class="directory-empty">{words.noNames}</p> : list;
  const closeIfLeft = ({ currentTarget, relatedTarget }: FocusEvent): void => {
    const inside =
      currentTarget instanceof HTMLElement &&
      relatedTarget instanceof HTMLElement &&
      relatedTarget !== scroller.current &&
      currentTarget.contains(relatedTarget);
    if (!inside) setKeyboard(false);
  };
  return (
    <div class="directory" onFocusOut={closeIfLeft}>
      <div class="directory-head">
        <h2 id="directory-title" class="directory-title">
          {words.directory}
        </h2>
        {callable ? <p class="directory-hint">{words.touchToCall}</p> : null}
        {phone?.simulated === true ? <p class="badge badge-simulated">{words.simulatedPhone}</p> : null}
      </div>
      <SearchField query={query} language={language} type={type} touched={() => setKeyboard(true)} />
      <section class="directory-scroller" aria-labelledby="directory-title" ref={scroller}>
        <SearchResults outcome={outcome} language={language} call={callResident} />
        {outcome === undefined ? listing === 'list' ? all : <Welcome language={language} /> : null}
      </section>
      {keyboard ? <LetterKeyboard query={query} language={language} type={type} /> : null}
      {phone?.concierge === true && !keyboard ? (
        <button
          type="button"
          class="concierge"
          onClick={({ detail }) => {
            if (detail <= 1) call({ concierge: true });
          }}
        >
          <PhoneIcon />
          {words.callConcierge}
        </button>
      ) : null}
    </div>
  );
}
