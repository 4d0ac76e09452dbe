import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readColumns } from '../../sync/headend/import/columns.ts';
import { decodeText } from '../../sync/headend/import/decode.ts';
import { makeDirectoryCodes } from '../../sync/headend/import/directory-codes.ts';
import { readCsv } from '../../sync/headend/import/records.ts';

const delimiters = [',', ';', '\t', '|'] as const;

/** Windows-1252's characters from 0xA0 on are Unicode's. */
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
const encoders = {
  'UTF-8': (text: string) => new TextEncoder().encode(text),
  'UTF-8 with BOM': (text: string) => new TextEncoder().encode(`\uFEFF${text}`),
  'Latin-1': latin1,
  'UTF-16LE': (text: string) => Uint8Array.from(Buffer.from(`\uFEFF${text}`, 'utf16le')),
} as const;

function write(
  rows: readonly (readonly string[])[],
  { delimiter, eol, quoteAll }: { delimiter: string; eol: string; quoteAll: boolean },
): string {
  const cell = (text: string): string =>
    quoteAll || /["\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  return `${rows.map((row) => row.map(cell).join(delimiter)).join(eol)}${eol}`;
}

describe('a CSV file', () => {
  it('says the same in every dialect and encoding', () => {
    const letters = fc.constantFrom(...Array.from('abé ÀÇÿ"\n;,|\t9'));
    const cell = fc.string({ unit: letters, maxLength: 8 });
    const row = fc.tuple(
      cell.map((text) => `s${text}`),
      cell,
      cell,
    );
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 6 }),
        fc.constantFrom(...delimiters),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.constantFrom(...(Object.keys(encoders) as (keyof typeof encoders)[])),
        (rows, delimiter, eol, quoteAll, encoding) => {
          const text = write([['Suite', 'Prénom', 'Nom'], ...rows], { delimiter, eol, quoteAll });
          const decoded = decodeText(encoders[encoding](text));
          expect(decoded.kind).toBe('text');
          const read = readCsv(decoded.kind === 'text' ? decoded.text : '');
          expect(read).toMatchObject({
            kind: 'records',
            delimiter,
            header: { cells: ['Suite', 'Prénom', 'Nom'] },
          });
          expect(read.kind === 'records' && read.records.map(({ cells }) => cells)).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives each record the line on which it starts, cells of several lines and blank lines between', () => {
    const text = 'Rent roll\n\nUnit,Name\n101,"A\nB"\n\n,\n102,C\n';
    const read = readCsv(text);
    expect(read).toMatchObject({ header: { line: 3 } });
    expect(read.kind === 'records' && read.records.map(({ line }) => line)).toEqual([4, 8]);
  });

  it("believes Excel's own first line", () => {
    expect(readCsv('sep=;\nUnit;Name\n1,5;A\n')).toMatchObject({
      delimiter: ';',
      header: { line: 2 },
      records: [{ line: 3, cells: ['1,5', 'A'] }],
    });
  });

  it.each([
    ['Unit,Name\n1,"A\n2,B\n', /never closed, line 2.*close it/],
    ['Unit,Name\n1,A "Bob" C\n', /middle of a cell, line 2/],
    ['Unit,Name\n1,"A"B\n', /middle of a cell, line 2/],
    ['', /is empty/],
    ['\n\n', /is empty/],
  ])('that is broken is refused, quoting nothing: %j', (text, what) => {
    const read = readCsv(text);
    expect(read.kind === 'refused' && read.problem).toMatch(what);
    expect(read.kind === 'refused' && read.problem).not.toContain('Bob');
  });

  it.each([
    [Buffer.from('PK\u0003\u0004rest'), /spreadsheet/],
    [Buffer.from('Unit,\0Name'), /no text has/],
  ])('that is none is refused', (bytes, what) => {
    const decoded = decodeText(bytes);
    expect(decoded.kind === 'notText' && decoded.what).toMatch(what);
  });

  it('in Windows-1252 keeps its typographic signs', () => {
    expect(decodeText(Uint8Array.from([0x4c, 0x92, 0x48, 0xe9]))).toEqual({
      kind: 'text',
      text: 'L’Hé',
      encoding: 'Windows-1252',
    });
  });
});

describe('the header row', () => {
  it.each([
    ['Unit,First name,Last name,Phone,Move-in,Move-out,Buzzer code,Hidden,Language', 9],
    ['Suite,Display name,Mobile', 3],
    ['APT #,NAME,Cell Phone', 3],
    ["N° d'appartement,Prénom,Nom,Téléphone,Emménagement,Déménagement,Code,Masqué,Langue", 9],
    ['unite,nom complet,CELLULAIRE', 3],
  ])('is understood: %s', (line, count) => {
    const read = readColumns(line.split(','));
    expect(read.kind).toBe('columns');
    expect(read.kind === 'columns' && Object.keys(read.columns.places)).toHaveLength(count);
    expect(read.kind === 'columns' && read.columns.ignored).toEqual([]);
  });

  it('names the columns that it ignores', () => {
    const read = readColumns(['Unit', 'Name', 'Rent', '', 'Balance']);
    expect(read.kind === 'columns' && read.columns.ignored).toEqual(['Rent', 'Balance']);
  });

  it.each([
    [['Name', 'Phone'], /no column for the suite \(accepted: Unit, Suite, Apt/],
    [['Unit', 'Phone'], /no column for the name \(accepted: Display name.*Prénom with Nom/],
    [['Foo'], /for the suite.*and none for the name/],
    [['Unit', 'Suite', 'Name'], /"Unit" and "Suite" both mean the suite/],
  ])('%j is refused in a sentence', (headers, what) => {
    const read = readColumns(headers);
    expect(read.kind === 'refused' && read.problems).toEqual([expect.stringMatching(what)]);
  });
});

describe('directory codes that are made', () => {
  const seeds = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 });
  const codes = fc.uniqueArray(
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 2, maxLength: 2 }),
    {
      maxLength: 60,
    },
  );
  it('have the length, are nobody else’s, and are the same the next time; too few of them make none', () => {
    fc.assert(
      fc.property(seeds, codes, (people, taken) => {
        const made = makeDirectoryCodes(people, new Set(taken), 2);
        expect(made).toEqual(makeDirectoryCodes(people, new Set(taken), 2));
        if (people.length + taken.length > 100) return expect(made).toBeUndefined();
        expect(made).toHaveLength(people.length);
        expect(new Set([...(made ?? []), ...taken]).size).toBe(people.length + taken.length);
        for (const code of made ?? []) expect(code).toMatch(/^\d{2}$/);
      }),
    );
  });
});
