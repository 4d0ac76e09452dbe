import type { Language } from '../view-model.ts';
import type { DirectoryRow } from './directory-order.ts';
import { texts } from './texts.ts';

export const ResidentRows = ({
  rows,
  language,
}: {
  readonly rows: readonly DirectoryRow[];
  readonly language: Language;
}) => (
  <ul class="directory-list">
    {rows.map((row) => (
      <li class="directory-row" key={row.id}>
        <span class="directory-letter" aria-hidden="true">
          {row.letter}
        </span>
        <span class="directory-name">{row.name}</span>{' '}
        <span class="directory-suite">
          <span class="directory-suite-word">{texts[language].suite}</span> {row.suite}
        </span>
      </li>
    ))}
  </ul>
);
