import type { FindingKinds } from '../../controller/doctor/finding.ts';

/** Markdown for one area of `vestibule doctor`. */
export function findingTable(kinds: FindingKinds): string {
  const rows = Object.entries(kinds).map(
    ([code, { level, says, means, wayOut }]) =>
      `| \`${code}\` | ${level} | ${cell(means ?? says)} | ${cell(wayOut ?? '–')} |`,
  );
  return ['| code | level | found | way out |', '|---|---|---|---|', ...rows].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\{(\w+)\}/g, '*$1*');
