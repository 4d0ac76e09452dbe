import type { Language } from '../view-model.ts';
import type { DirectoryRow } from './directory-order.ts';
import { PhoneIcon } from './icons.tsx';
import { texts } from './texts.ts';

/** Rows of residents; `call` is given the id of the one who is touched, and absent where nobody can be called. */
export const ResidentRows = ({
  rows,
  language,
  call,
}: {
  readonly rows: readonly DirectoryRow[];
  readonly language: Language;
  readonly call: ((id: string) => void) | undefined;
}) => (
  <ul class="directory-list">
    {rows.map((row) => (
      <li class="directory-row" key={row.id}>
        {call === undefined ? (
          <div class="resident">
            <Line row={row} language={language} />
          </div>
        ) : (
          <button
            type="button"
            class="resident"
            // Not for the second touch of a double one.
            onClick={({ detail }) => {
              if (detail <= 1) call(row.id);
            }}
          >
            <span class="visually-hidden">{texts[language].callSomebody}</span>{' '}
            <Line row={row} language={language} />
            <PhoneIcon />
          </button>
        )}
      </li>
    ))}
  </ul>
);

const Line = ({ row, language }: { readonly row: DirectoryRow; readonly language: Language }) => (
  <>
    <span class="directory-letter" aria-hidden="true">
      {row.letter}
    </span>
    <span class="directory-name">{row.name}</span>{' '}
    <span class="directory-suite">
      <span class="directory-suite-word">{texts[language].suite}</span> {row.suite}
    </span>
  </>
);
