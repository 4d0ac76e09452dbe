/** Commands whose reader is gone (`| head`), and commands that were ended between writing and publishing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenHeadEnd, openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { type Finished, headEnd, RunningCommand } from '../support/command.ts';
import { twoDoorsYaml } from '../support/two-doors.ts';

/** Runs what follows with nobody left to read its output, or its complaints either. */
const unheard = ['bash', '-c', 'exec 3> >(true); wait "$!"; "$@" >&3 2>&3 3>&-', 'bash'];

let folder: string;
let building: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-unheard-'));
  building = join(folder, 'building.yaml');
  writeFileSync(building, twoDoorsYaml);
  publish();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function books<T>(use: (open: OpenHeadEnd) => T): T {
  const open = openHeadEnd({ stateDir: join(folder, 'state') });
  try {
    return use(open);
  } finally {
    open.close();
  }
}
function publish(): void {
  books((open) => {
    open.publishFile(readFileSync(building, 'utf8'), 'building.yaml');
    open.store.dataset.setSourcePath(building);
  });
}
const args = (...told: readonly string[]): readonly string[] => ['--state', join(folder, 'state'), ...told];
const heard = (...told: readonly string[]): Promise<Finished> => headEnd(args(...told)).finished();
const toNobody = async (...told: readonly string[]): Promise<number | null> => {
  const command = new RunningCommand('scripts/bin/vestibule-headend.mjs', args(...told), {
    through: unheard,
  });
  return (await command.finished()).code;
};

type Fields = Readonly<Record<string, unknown>>;
const published = (table: string): readonly Fields[] =>
  books(({ store }) => store.dataset.tableRows(table).map(({ row }) => JSON.parse(row ?? '{}') as Fields));
const csv = (content: string): string => {
  const path = join(folder, 'residents.csv');
  writeFileSync(path, content);
  return path;
};
const residents = 'Unit,Name\n301,Ann\n302,Bob\n';
const guest = [
  '--name',
  'Gus',
  '--host',
  '101',
  '--starts',
  '2031-05-31 17:00',
  '--ends',
  '2031-06-02 12:00',
];
const guestId = 'r-101-gus-2031-05-31';
const moveOut = ['resident', 'move-out', 'r-101', '--on', '2027-05-31'];

describe('without a reader', () => {
  it('import --apply writes and publishes all of it', async () => {
    expect(await toNobody('import', csv(residents), '--apply')).toBe(0);
    expect(readFileSync(building, 'utf8')).toContain('Bob');
    expect(published('resident')).toHaveLength(4);
  });

  it('import says by its exit code that a row is wrong', async () => {
    expect(await toNobody('import', csv('Unit,Name,Phone\n301,Ann,12\n'))).toBe(65);
  });

  it('publish, guest add, guest revoke and resident move-out end what they began', async () => {
    writeFileSync(building, twoDoorsYaml.replace('suite: "101"', 'suite: "111"'));
    expect(await toNobody('publish', building)).toBe(0);
    expect(published('resident').map(({ suite }) => suite)).toContain('111');
    expect(await toNobody('guest', 'add', ...guest.with(3, 'r-101'))).toBe(0);
    expect(published('guest')).toMatchObject([{ id: guestId, revoked: false }]);
    expect(await toNobody('guest', 'revoke', guestId)).toBe(0);
    expect(published('guest')).toMatchObject([{ revoked: true }]);
    // What it ends with: nothing is kept on top of what the file says.
    expect(books(({ store }) => store.overlays.all())).toEqual([]);
    expect(await toNobody(...moveOut)).toBe(0);
    expect(published('resident').map(({ moveOutDate }) => moveOutDate)).toContain('2027-05-31');
  });
});

describe('a command that was ended between writing and publishing, run again', () => {
  it('import publishes what the file says, then has nothing to do', async () => {
    const file = csv(residents);
    await heard('import', file, '--apply');
    const after = readFileSync(building, 'utf8');
    writeFileSync(building, twoDoorsYaml);
    publish();
    expect(published('resident')).toHaveLength(2);
    writeFileSync(building, after);

    const dry = await heard('import', file);
    expect(dry.stdout).toContain('Nothing to do: 0 residents to add, 2 there already. With --apply');
    expect(published('resident')).toHaveLength(2);
    const again = await heard('import', file, '--apply');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(
      /2 residents added[\s\S]*Not all that building\.yaml says was published: now/,
    );
    expect(published('resident')).toHaveLength(4);
    expect((await heard('import', file, '--apply')).stdout).toMatch(/there already\.$/);
    expect(readFileSync(building, 'utf8')).toBe(after);
  });

  it('resident move-out publishes the day', async () => {
    const codes = '    codes: ["31415926"]\n';
    writeFileSync(building, twoDoorsYaml.replace(codes, `${codes}    moveOutDate: 2027-05-31\n`));
    expect((await heard(...moveOut)).stdout).toMatch(/already\. Not all that building\.yaml says was/);
    expect(published('resident').map(({ moveOutDate }) => moveOutDate)).toContain('2027-05-31');
  });

  it('guest revoke revokes at the devices, too', async () => {
    await heard('guest', 'add', ...guest);
    books((open) => open.addDevice('front', join(folder, 'front'), 'mqtt://127.0.0.1:1883'));
    const text = readFileSync(building, 'utf8');
    writeFileSync(building, text.replace(/( +)(name: Gus)\n/, '$1$2\n$1revoked: true\n'));
    const before = readFileSync(building, 'utf8');
    expect(before).not.toBe(text);
    expect((await heard('guest', 'revoke', guestId)).stdout).toMatch(/Revoked r-101-gus/);
    expect(published('guest')).toMatchObject([{ revoked: true }]);
    const denied = books(({ store }) => store.commands.ofDevice('front', 'revoke'));
    expect(denied).toMatchObject([{ args: { table: 'guest', id: guestId } }]);
    expect(readFileSync(building, 'utf8')).toBe(before);
    expect((await heard('guest', 'revoke', guestId)).stdout).toMatch(/is revoked already\.$/);
  });
});

describe('publishing a large building', () => {
  it('says meanwhile what it is at', async () => {
    const many = Array.from(
      { length: 12_000 },
      (_, i) => `  - {suite: "${1000 + i}", displayName: Person number ${i}, directoryCode: "${10_000 + i}"}`,
    );
    writeFileSync(building, twoDoorsYaml.replace('grants:', `${many.join('\n')}\ngrants:`));
    const { code, stderr } = await heard('publish', building);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Reading and checking building\.yaml …\nPublishing \d+ rows …\n/);
  });
});
