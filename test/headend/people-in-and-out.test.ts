import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeForm } from '../../controller/core/hash-forms.ts';
import { setField } from '../../sync/headend/building-file/edit-text.ts';
import { type OpenHeadEnd, openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { checkChange, openSource, writeChange } from '../../sync/headend/source-file.ts';
import { revokeTopic } from '../../sync/headend/store/command-store.ts';
import { credentialHash } from '../../sync/protocol/hashes.ts';
import { type Finished, headEnd, type RunningCommand } from '../support/command.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { twoDoorsYaml } from '../support/two-doors.ts';

let folder: string;
let building: string;
const started: RunningCommand[] = [];
const brokers: AsyncDisposable[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-people-'));
  building = join(folder, 'building.yaml');
  writeFileSync(building, twoDoorsYaml);
});
afterEach(async () => {
  for (const command of started.splice(0)) await command[Symbol.asyncDispose]();
  for (const broker of brokers.splice(0)) await broker[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const start = (...args: readonly string[]): RunningCommand => {
  const command = headEnd(['--state', join(folder, 'state'), ...args]);
  started.push(command);
  return command;
};
const headend = (...args: readonly string[]): Promise<Finished> => start(...args).finished();

function books<T>(use: (open: OpenHeadEnd) => T): T {
  const open = openHeadEnd({ stateDir: join(folder, 'state') });
  try {
    return use(open);
  } finally {
    open.close();
  }
}
type Fields = Readonly<Record<string, unknown>>;
const published = (table: string): readonly Fields[] =>
  books(({ store }) => store.dataset.tableRows(table).map(({ row }) => JSON.parse(row ?? '{}') as Fields));
const inFile = (list: 'residents' | 'guests'): readonly Fields[] =>
  (parse(readFileSync(building, 'utf8')) as Record<string, Fields[] | undefined>)[list] ?? [];
/** As `publish` leaves it; that command has tests of its own. */
const publish = (): void => {
  books((open) => {
    open.publishFile(readFileSync(building, 'utf8'), 'building.yaml');
    open.store.dataset.setSourcePath(building);
  });
};
const csv = (content: string | Uint8Array, name = 'residents.csv'): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const numberLike = /555.?01\d\d/;

const good = `Unit,First name,Last name,Phone,Move-in,Buzzer code,Hidden,Rent
103,Hal,Ker,(416) 555-0177,46082,12345,,1200
104,Ana,"Ruiz ""Ani""",416-555-0178,2026-03-01,,yes,900
101,elodie,tremblay,416-555-0143,,,,
105,,,,,,,
`;

describe('vestibule-headend import', () => {
  beforeEach(publish);

  it('says row by row what it would do and does nothing; with --apply it does just that', async () => {
    const file = csv(good);
    const before = published('resident');
    const dry = await headend('import', file);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    const rows = dry.stdout.split('\n').filter((line) => /^ {2}line /.test(line));
    expect(rows).toEqual([
      '  line 2: + Hal Ker, suite 103; moves in 2026-03-01',
      '  line 3: + Ana Ruiz "Ani", suite 104; hidden; moves in 2026-03-01; a directory code is made',
      '  line 4: = elodie tremblay, suite 101 is in building.yaml already, line 28, and stays as there',
      '  line 5:   suite 105 names nobody and is left out',
    ]);
    expect(dry.stdout).toContain('Ignored, because they are not known: "Rent"');
    expect(dry.stdout).toContain('Dry run');
    expect(readFileSync(building, 'utf8')).toBe(twoDoorsYaml);
    expect(published('resident')).toEqual(before);

    const done = await headend('import', file, '--apply');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toContain('two-doors: 2 residents added');
    for (const { stdout } of [dry, done]) {
      expect(stdout).not.toContain('12345');
      expect(stdout).not.toMatch(numberLike);
    }
    const after = readFileSync(building, 'utf8');
    const added = inFile('residents').slice(2);
    expect(added).toEqual([
      {
        suite: '103',
        displayName: 'Hal Ker',
        directoryCode: '12345',
        phone: '+14165550177',
        moveInDate: '2026-03-01',
      },
      {
        id: '104-r1',
        suite: '104',
        displayName: 'Ana Ruiz "Ani"',
        showOnConsole: false,
        directoryCode: expect.stringMatching(/^\d{5}$/),
        phone: '+14165550178',
        moveInDate: '2026-03-01',
      },
    ]);
    for (const comment of twoDoorsYaml.match(/#.*/g) ?? []) expect(after).toContain(comment);
    const hidden = published('resident').find(({ id }) => id === '104-r1');
    expect(hidden).toMatchObject({ suite: '104', showOnConsole: false });
    expect(JSON.stringify(hidden)).not.toContain('Ruiz');
    expect((await headend('import', file, '--apply')).stdout).toMatch(/Nothing to do: .* 3 there already/);
    expect(readFileSync(building, 'utf8')).toBe(after);
    expect((await headend('publish', building)).stdout).toContain('nothing differs');
  });

  it('imports nothing of a file in which a row is wrong, and names every problem with its lines', async () => {
    const file = csv(
      [
        'Suite;Nom;Prénom;Téléphone;Emménagement;Code',
        '201;Roy;Ève;416-555-0177;2026-03-01;20001',
        '202;Roy;Léa;555-0178;;',
        '203;Roy;Guy;;03/01/2026;',
        '201;ROY;Eve;;;',
        '204;Roy;Max;;;20001',
        '205;Roy;Ida;;;77190',
        ';Roy;Jo;;;',
        '206;;;416 555 0179;;',
      ].join('\r\n'),
    );
    const { code, stdout, stderr } = await headend('import', file, '--apply');
    expect(code).toBe(65);
    expect(stderr).toMatch(/^7 rows of residents\.csv are wrong.*\nNothing was imported/);
    for (const line of [
      /line 2: \+ Ève Roy, suite 201/,
      /line 3: ! Léa Roy, suite 202 "Téléphone" has no area code/,
      /line 4: ! .*2026-03-01 or 2026-01-03.*--dates/,
      /line 5: ! Eve ROY, suite 201 is the same person as line 2 \(Ève Roy, suite 201\)/,
      /line 6: ! .* the directory code of line 2 \(Ève Roy, suite 201\)/,
      /line 7: ! .* the directory code of Élodie Tremblay, suite 101 \(building\.yaml, line 28\)/,
      /line 8: ! Jo Roy has no suite/,
      /line 9: ! suite 206 has no name/,
    ]) {
      expect(stdout).toMatch(line);
    }
    expect(stdout + stderr).not.toMatch(/20001|77190|555.?01/);
    expect(readFileSync(building, 'utf8')).toBe(twoDoorsYaml);
    expect(published('resident')).toHaveLength(2);
  });

  it('reads what Excel in Quebec writes: Windows-1252, semicolons, dates in a told order', async () => {
    const text =
      "N° d'unité;Prénom;Nom;Cellulaire;Emménagement;Langue\r\n301;Zoé;Côté;(514) 555-0101;05/04/2026;Français\r\n";
    const file = csv(Uint8Array.from(text, (letter) => letter.codePointAt(0) ?? 0));
    const done = await headend('import', file, '--apply', '--dates', 'dmy');
    expect(done.stdout).toContain('Windows-1252, separated by semicolons');
    expect(inFile('residents').at(-1)).toMatchObject({
      displayName: 'Zoé Côté',
      phone: '+15145550101',
      moveInDate: '2026-04-05',
      language: 'fr',
    });
  });

  it.each([
    [
      'missing headers',
      'Phone,Rent\n1,2\n',
      /line 1: .*"Phone", "Rent".*no column for the suite.*Unit, Suite.*for the name/,
    ],
    ['an open quote', 'Unit,Name\n1,"A\n2,B\n', /never closed, line 2/],
    ['nothing', '', /is empty/],
    ['a workbook', 'PK\u0003\u0004', /spreadsheet, not CSV/],
  ])('refuses %s in one sentence', async (_, content, sentence) => {
    const { code, stdout, stderr } = await headend('import', csv(content), '--apply');
    expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/Nothing was imported/);
  });

  it('refuses what publishing would refuse before anything is written', async () => {
    const hidden = csv('Unit,Name,Resident ID,Hidden\n401,Ada Lovelace,ada,yes\n');
    const told = await headend('import', hidden, '--apply');
    expect(told).toMatchObject({
      code: 65,
      stdout: expect.stringMatching(/line 2: ! Ada .*tells the name of a hidden/),
    });
    const full = csv(`Unit,Name\n${Array.from({ length: 99 }, (_, i) => `${i},P${i}`).join('\n')}\n`);
    writeFileSync(
      building,
      twoDoorsYaml.replace('CodeLength: 5', 'CodeLength: 2').replace(/"7719(\d)"/g, '"1$1"'),
    );
    const many = await headend('import', full, '--apply');
    expect(many).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/100 directory codes of 2 digits are too few/),
    });
    const other = join(folder, 'other.yaml');
    writeFileSync(other, twoDoorsYaml.replace('id: two-doors', 'id: else'));
    const wrong = await headend('import', csv('Unit,Name\n1,A\n'), '--apply', '--file', other);
    expect(wrong).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/belongs to the building "two-doors"/),
    });
    expect(readFileSync(other, 'utf8')).not.toContain('suite: "1"');
  });

  it('takes 50,000 rows, saying how far it is', async () => {
    const rows = Array.from(
      { length: 50_000 },
      (_, i) => `${1000 + i},Person${i},Test,416556${String(i % 10_000).padStart(4, '0')},2026-03-01`,
    );
    const file = csv(`Unit,First name,Last name,Phone,Move-in\n${rows.join('\n')}\n`);
    const { code, stdout, stderr } = await headend('import', file, '--apply');
    expect(code).toBe(0);
    expect(stderr).toContain('Read 10000 of 50000 rows');
    expect(stderr).toContain('Read 50000 of 50000 rows');
    expect(stdout.match(/^ {2}line \d+: \+ /gm)).toHaveLength(50_000);
    const residents = published('resident');
    expect(residents).toHaveLength(50_002);
    expect(new Set(residents.map(({ directoryCode }) => directoryCode)).size).toBe(50_002);
  }, 300_000);
});

describe('the building file that a command changes', () => {
  const moveOut = ['resident', 'move-out', 'r-101', '--on', '2027-05-31'];

  it('is the one that was published last, keeps its mode, and is followed through a link', async () => {
    const link = join(folder, 'link.yaml');
    symlinkSync(building, link);
    chmodSync(building, 0o640);
    await headend('publish', link);
    expect((await headend(...moveOut)).code).toBe(0);
    expect(statSync(building).mode & 0o777).toBe(0o640);
    expect(readFileSync(building, 'utf8')).toBe(
      twoDoorsYaml.replace(
        '    codes: ["31415926"]\n',
        '    codes: ["31415926"]\n    moveOutDate: 2027-05-31\n',
      ),
    );
    expect(readFileSync(link, 'utf8')).toBe(readFileSync(building, 'utf8'));
  });

  it.each([
    [
      'is gone',
      () => rmSync(building),
      /building\.yaml, the building file that was published last, cannot be read.*--file/,
    ],
    [
      'is wrong',
      () => writeFileSync(building, twoDoorsYaml.replace('wired', 'wirde')),
      /^building\.yaml:\d+:\d+: doors\[0\]\.kind[\s\S]*nothing was changed/,
    ],
    [
      'is written too cleverly',
      () =>
        writeFileSync(
          building,
          twoDoorsYaml.replace(
            '    codes:',
            '    moveInDate: &day 2026-01-01\n    moveOutDate: *day\n    codes:',
          ),
        ),
      /cannot change safely.*by hand/,
    ],
  ])('is left as it is when it %s', async (_, spoil, sentence) => {
    publish();
    spoil();
    const { code, stderr } = await headend(...moveOut);
    expect(code).toBe(65);
    expect(stderr).toMatch(sentence);
  });

  it('is never written over a change of the same moment, and leaves nothing behind', () => {
    publish();
    books((open) => {
      const opened = openSource(open, undefined);
      if (opened.kind === 'refused') throw new Error('the file is right');
      const { source } = opened;
      const { residents } = source.file;
      const [first] = residents;
      if (first === undefined) throw new Error('there are residents');
      const expected = {
        ...source.file,
        residents: residents.with(0, { ...first, moveOutDate: '2027-05-31' }),
      };
      const text = setField(source.text, 'residents', 0, 'moveOutDate', '2027-05-31');
      const checked = checkChange(open, source, text, expected);
      if (checked.kind === 'refused') throw new Error('the change is right');
      // An edit that says something else than it was meant to is not taken.
      expect(() => checkChange(open, source, source.text, expected)).toThrow(/cannot change safely/);

      const edited = `${twoDoorsYaml}# and a word of the manager's\n`;
      writeFileSync(building, edited);
      expect(() => writeChange(open, checked.change)).toThrow(/was changed meanwhile/);
      expect(readFileSync(building, 'utf8')).toBe(edited);
      writeFileSync(building, twoDoorsYaml);
      writeChange(open, checked.change);
      expect(readFileSync(building, 'utf8')).toBe(text);
      expect(readdirSync(folder).sort()).toEqual(['building.yaml', 'state']);
    });
  });

  it('is named by --file where none is known', async () => {
    books((open) => open.publishFile(twoDoorsYaml, 'building.yaml'));
    expect(await headend(...moveOut)).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/--file building\.yaml/),
    });
    expect((await headend(...moveOut, '--file', building)).code).toBe(0);
    expect((await headend(...moveOut)).stdout).toContain('moves out on 2027-05-31 already');
  });
});

describe('vestibule-headend guest', () => {
  beforeEach(publish);
  const add = (...args: readonly string[]): Promise<Finished> =>
    headend('guest', 'add', '--name', 'Grand-maman', '--ends', '2031-06-02 12:00', ...args);
  const id = 'r-101-grand-maman-2031-05-31';

  it('add makes a code, shows it once, and publishes its hash', async () => {
    const added = await add(
      '--host',
      '101',
      '--starts',
      '2031-05-31T17:00',
      '--uses',
      '3',
      '--valid-for',
      '2h',
    );
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const code = /is (\d{8}) –/.exec(added.stdout)?.[1] ?? '';
    expect(added.stdout.split(code)).toHaveLength(2);
    const siteKey = Buffer.from(readFileSync(join(folder, 'state', 'site.key'), 'utf8').trim(), 'hex');
    expect(published('guest')).toEqual([
      expect.objectContaining({
        id,
        host: 'r-101',
        hash: credentialHash(siteKey, codeForm(code)),
        startsAt: '2031-05-31T21:00:00.000Z',
        maxUses: 3,
        validForMs: 7_200_000,
        revoked: false,
      }),
    ]);
    expect(inFile('guests')).toEqual([expect.objectContaining({ id, code })]);
  });

  it('a second one of that name and day gets an id and a code of its own; revoke ends one, in the file and outside', async () => {
    await add('--host', 'r-101', '--starts', '2031-05-31 17:00');
    expect((await add('--host', 'élodie', '--starts', '2031-05-31 18:00')).stdout).toContain(`Added ${id}-2`);
    expect(new Set(inFile('guests').map((guest) => guest['code'])).size).toBe(2);

    books((open) => open.addDevice('front', join(folder, 'front'), 'mqtt://127.0.0.1:1883'));
    expect((await headend('guest', 'revoke', id)).stdout).toMatch(/guest r-101-.*: revoked[\s\S]*Revoked/);
    // A denial waits for the device, whose link may be behind with its deltas.
    expect(books(({ store }) => store.commands.byTopic('front', revokeTopic('guest', id, 1)))).toMatchObject({
      op: 'revoke',
      outcome: null,
    });
    expect(published('guest').map(({ revoked }) => revoked)).toEqual([true, false]);
    expect(inFile('guests').map((guest) => guest['revoked'])).toEqual([true, undefined]);
    expect(books(({ store }) => store.overlays.all())).toEqual([]);
    expect((await headend('guest', 'revoke', id)).stdout).toContain('revoked already');
    const list = await headend('guest', 'list');
    expect(list.stdout).toMatch(new RegExp(`^${id}-2 {2}Grand-maman {2}of r-101`));
    const all = await headend('guest', 'list', '--all');
    expect(all.stdout).toMatch(/revoked/);
    expect(list.stdout + all.stdout).not.toMatch(/\b\d{8}\b/);
  });

  it.each([
    ['a restricted host', ['--host', '102'], 65, /Zoë Martin, suite 102.*may have no new guests.*line \d+/],
    ['nobody', ['--host', '999'], 65, /No resident/],
    ['no host and no doors', [], 64, /--door ID/],
    ['a door misspelt', ['--host', '101', '--door', 'frnt'], 64, /did you mean "front"/],
    ['a start that is none', ['--host', '101', '--starts', 'soon'], 64, /--starts must be a date and time/],
    [
      'an end before the start',
      ['--host', '101', '--starts', '2032-01-01 00:00'],
      64,
      /--ends is not after --starts/,
    ],
    [
      'an end that has passed',
      ['--host', '101', '--starts', '2020-01-01 00:00', '--ends', '2020-01-02 00:00'],
      64,
      /passed/,
    ],
    ['a life without a unit', ['--host', '101', '--valid-for', '2'], 64, /--valid-for must be/],
    ['no uses', ['--host', '101', '--uses', '0'], 64, /--uses must be/],
  ])('add refuses %s, and writes nothing', async (_, args, code, sentence) => {
    const refused = await add(...args);
    expect(refused.stderr).toMatch(sentence);
    expect(refused).toMatchObject({ code, stdout: '' });
    expect(readFileSync(building, 'utf8')).toBe(twoDoorsYaml);
  });

  it('add refuses everybody while the community is restricted; those who are invited stay', async () => {
    await add('--host', '101', '--starts', '2031-05-31 17:00');
    writeFileSync(building, `${readFileSync(building, 'utf8')}invites: {restricted: true}\n`);
    expect(await add('--host', '101')).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/whole community/),
    });
    expect((await headend('publish', building)).code).toBe(0);
    expect(published('guest')).toMatchObject([{ id, revoked: false }]);
  });
});

describe('vestibule-headend resident', () => {
  beforeEach(publish);

  it('show tells by id, suite or name what is known, codes never, phone numbers when asked', async () => {
    for (const asked of ['r-101', '101', 'TREMBLAY elodie']) {
      const { stdout } = await headend('resident', 'show', asked);
      expect(stdout).toMatch(/^Élodie Tremblay, suite 101 \(r-101\), building\.yaml line 28\n/);
      expect(stdout).toContain('opens doors with: 1 code');
      expect(stdout).toContain('doors: front');
      expect(stdout).not.toMatch(/31415926|77190|5550143/);
    }
    const phones = await headend('resident', 'show', '101', '--phones');
    expect(phones.stdout).toContain('+14165550143');
    expect(await headend('resident', 'show', 'nobody')).toMatchObject({ code: 65, stdout: '' });
  });

  it('writes nothing to a file in which somebody’s number is none, and says where it stands', async () => {
    const text = readFileSync(building, 'utf8').replace('"+14165550143"', '"416-555-CALL"');
    writeFileSync(building, text);
    const { code, stderr } = await headend('resident', 'move-out', 'Zoë Martin', '--on', '2027-05-31');
    expect(code).toBe(65);
    expect(stderr).toMatch(
      /building\.yaml:\d+:\d+: residents\[\d\]\.phone is not a number that consoles dial/,
    );
    expect(stderr).not.toContain('416-555');
    expect(readFileSync(building, 'utf8')).toBe(text);
  });

  it('move-out says the last day, through a running head-end', async () => {
    const broker = await startMosquitto();
    brokers.push(broker);
    const serving = start('run', '--broker', broker.url);
    await serving.line((line) => line.includes('connected to the broker'));
    const { code, stdout } = await headend('resident', 'move-out', 'Zoë Martin', '--on', '2027-05-31');
    expect(code).toBe(0);
    expect(stdout).toContain('resident 102-zoe-martin (Zoë Martin, suite 102): moveOutDate');
    expect(stdout).not.toContain('not running');
    expect(published('resident').map(({ moveOutDate }) => moveOutDate)).toEqual(['2027-05-31', undefined]);
    const wrong = await headend('resident', 'move-out', '102', '--on', '2027-02-30');
    expect(wrong).toMatchObject({ code: 64, stderr: expect.stringMatching(/--on must be a date/) });
  });
});
