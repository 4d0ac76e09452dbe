import { describe, expect, it } from 'vitest';
import { readBuildingFile } from '../../sync/headend/building-file/read.ts';
import { readColumns } from '../../sync/headend/import/columns.ts';
import { type ImportPlan, planImport } from '../../sync/headend/import/plan-import.ts';
import { readCsv } from '../../sync/headend/import/records.ts';
import { aboutFile, rowLine } from '../../sync/headend/import/report.ts';
import { twoDoorsYaml } from '../support/two-doors.ts';

const esc = String.fromCodePoint(0x1b);
const bell = String.fromCodePoint(0x07);

function building(yaml: string) {
  const read = readBuildingFile(yaml, 'building.yaml');
  if (read.kind === 'refused') throw new Error('the building file is right');
  return { file: read.file, fileName: 'building.yaml', lineOf: read.lineOf };
}

function table(csv: string) {
  const read = readCsv(csv);
  if (read.kind === 'refused') throw new Error('it is CSV');
  const columns = readColumns(read.header.cells);
  if (columns.kind === 'refused') throw new Error(columns.problems.join(' '));
  return { columns: columns.columns, records: read.records, dates: undefined };
}

const plan = (csv: string, into = building(twoDoorsYaml)): ImportPlan => planImport(table(csv), into);
const kinds = ({ outcomes }: ImportPlan) => outcomes.map(({ line, kind }) => [line, kind]);
const lines = ({ outcomes }: ImportPlan) => outcomes.map((outcome) => rowLine(outcome, 'building.yaml'));

/** What a header row is refused for. */
function refusal(header: readonly string[]): string {
  const read = readColumns(header);
  return read.kind === 'refused' ? read.problems.join(' ') : '';
}

describe('with too few directory codes', () => {
  const fewCodes = building(
    twoDoorsYaml
      .replace('directoryCodeLength: 5', 'directoryCodeLength: 2')
      .replace('"77190"', '"90"')
      .replace('"77191"', '"91"'),
  );
  const people = Array.from({ length: 100 }, (_, i) => `${300 + i},Person ${i},`);

  it('only the rows that are wrong are called so, and one sentence says what there is too little of', () => {
    const read = plan(
      ['Unit,Name,Phone,Code', ...people, '500,Zed,12,', '501,Given,,00'].join('\n'),
      fewCodes,
    );
    expect(read.problems).toEqual([
      expect.stringMatching(/^100 directory codes of 2 digits are too few for 103 residents: raise/),
    ]);
    const wrong = read.outcomes.filter(({ kind }) => kind === 'refused');
    expect(wrong.map(({ line }) => line)).toEqual([102]);
    expect(lines(read).at(-1)).toMatch(/\+ Given, suite 501/);
    expect(lines(read).join('\n')).not.toMatch(/is taken|is made/);
  });

  it('rows that are wrong for another reason still are', () => {
    const read = plan(
      ['Unit,Name,Phone,Move-in,Move-out', ...people, '500,Zed,,2027-05-01,2027-04-01'].join('\n'),
      fewCodes,
    );
    expect(lines(read).filter((line) => line.includes('!'))).toEqual([
      expect.stringMatching(/line 102: ! Zed, suite 500 moveOutDate/),
    ]);
  });
});

describe('a hidden resident without a name', () => {
  /** The building file after everything that the plan adds. */
  const oncePlanned = ({ expected }: ImportPlan) => ({
    ...building(twoDoorsYaml),
    file: expected,
    lineOf: () => 99,
  });

  it.each([
    ['suite and phone number', 'Unit,Name,Phone,Hidden\n950,,416-555-0190,yes\n'],
    ['suite and directory code', 'Unit,Name,Code,Hidden\n950,,12345,yes\n'],
    ['an id', 'Unit,Name,Resident ID,Hidden\n950,,x-1,yes\n'],
    [
      'an id each, sharing a telephone',
      'Unit,Name,Resident ID,Phone,Hidden\n950,,x-1,416-555-0190,yes\n950,,x-2,416-555-0190,yes\n',
    ],
    [
      'a code each, sharing a telephone',
      'Unit,Name,Code,Phone,Hidden\n950,,12345,416-555-0190,yes\n950,,12346,416-555-0190,yes\n',
    ],
  ])('is known again by %s', (_, csv) => {
    const first = plan(csv);
    expect(new Set(first.outcomes.map(({ kind }) => kind))).toEqual(new Set(['added']));
    const again = plan(csv, oncePlanned(first));
    expect(new Set(again.outcomes.map(({ kind }) => kind))).toEqual(new Set(['there']));
    expect(again.entries).toEqual([]);
  });

  it('is another in another suite or with another number', () => {
    const first = plan('Unit,Name,Phone,Hidden\n950,,416-555-0190,yes\n');
    const csv = 'Unit,Name,Phone,Hidden\n950,,416-555-0191,yes\n951,,416-555-0190,yes\n';
    expect(kinds(plan(csv, oncePlanned(first)))).toEqual([
      [2, 'added'],
      [3, 'added'],
    ]);
  });

  it('in two lines of one file is one person', () => {
    const csv = 'Unit,Name,Phone,Hidden\n950,,416-555-0190,yes\n950,,(416) 555 0190,yes\n';
    expect(lines(plan(csv))[1]).toMatch(/line 3: ! suite 950 is the same person as line 2/);
  });

  it('of whom nothing else is known either needs an id or a code', () => {
    expect(lines(plan('Unit,Name,Phone,Hidden\n950,,,yes\n'))).toEqual([
      expect.stringMatching(/^line 2: ! suite 950 has neither name nor phone number: give it an id or a/),
    ]);
  });

  it('gets the same made code wherever its row stands', () => {
    const code = (csv: string) => plan(csv).entries.at(-1)?.['directoryCode'];
    const row = '950,,416-555-0190,yes';
    const header = 'Unit,Name,Phone,Hidden';
    expect(code(`${header}\n${row}\n`)).toBe(code(`${header}\n\n960,Ann,,\n${row}\n`));
  });
});

describe('a file without a header row', () => {
  it.each([
    [['101', 'Jean Roy', '416-555-0143', '4821']],
    [['Rent roll of March 2027']],
    [['Tremblay', '2027-03-01']],
  ])('is refused as what it is, repeating nothing of it: %j', (cells) => {
    const sentence = refusal(cells);
    expect(sentence).toMatch(/first line looks like a row of data, not a header: put a line above it/);
    for (const cell of cells) expect(sentence).not.toContain(cell);
  });

  it('names few cells, without digits and not at length', () => {
    const cells = ['Phone', '416-555-0143', 'Addr1', 'x'.repeat(500), ...Array.from('abcdefghij')];
    const sentence = refusal(cells);
    expect(sentence).toContain(`("Phone", "${'x'.repeat(40)}…", "a", "b", "c", "d", "e", "f")`);
    expect(sentence).not.toMatch(/\d{3}|Addr|x{41}/);
  });
});

describe('header names that would steer the terminal', () => {
  const evil = `${esc}[31mEVIL${esc}]0;pwn${bell}`;
  const steers = (text: string): boolean => /\p{Cc}/u.test(text);

  it('are said without that, used, ignored and in refusals', () => {
    const { columns } = table(`${esc}Unit,Name${bell},"Phone${esc}",${evil}\n1,2,3,4\n`);
    const facts = { rows: 1, encoding: 'UTF-8', delimiter: ',', headerLine: 1 };
    const about = aboutFile('a.csv', facts, columns);
    expect(about.join('')).toMatch(/"Unit" is the suite.*EVIL/);
    const said = [
      ...about,
      ...lines(plan(`Unit,Name,"Phone${esc}"\n1,2,3\n`)),
      refusal([evil, 'Phone']),
      refusal([`Unit${esc}`, `Suite${bell}`, 'Name']),
    ];
    expect(said.filter(steers)).toEqual([]);
    expect(said.join('')).toMatch(/"Unit" and "Suite" both mean/);
  });

  it('are not all named where there are thousands', () => {
    const headers = ['Unit', 'Name', ...Array.from({ length: 20_000 }, (_, i) => `c${i}`)];
    const facts = { rows: 1, encoding: 'UTF-8', delimiter: ',', headerLine: 1 };
    const about = aboutFile('a.csv', facts, table(`${headers.join(',')}\n1,2\n`).columns);
    expect(about.at(-1)).toMatch(/^Ignored.*"c0".*"c39", and 19960 more\.$/);
  });
});
