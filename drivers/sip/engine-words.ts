import { stripVTControlCharacters } from 'node:util';

/** What the engine said last, fit for a log: no colours, no addresses, no numbers (it writes down whom it calls). */
export function engineWords(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.replaceAll(/\p{C}/gu, '').trim())
    .filter((line) => line !== '');
  const telling = lines.findLast((line) => /fail|error|could not|in use|denied|no such/i.test(line));
  return (telling ?? lines.at(-1) ?? 'nothing')
    .replaceAll(/sips?:\S+/gi, '(address)')
    .replaceAll(/\+?\d{5,}/g, '(number)')
    .slice(0, 160);
}
