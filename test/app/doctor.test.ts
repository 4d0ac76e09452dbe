import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finderOf, someOf } from '../../controller/doctor/finding.ts';
import { Progress } from '../../controller/doctor/progress.ts';
import { ensureUi } from '../support/console-ui.ts';
import { codesOf, doctor, examined, findingCodes } from '../support/doctor.ts';
import { vestibuleFolder } from '../support/vestibule-folder.ts';

describe('the table of findings', () => {
  it('has every finding provoked by a test', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => /^doctor.*\.test\.ts$/.test(name));
    const texts = files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
    const lists = texts.flatMap((text) => [...text.matchAll(/provoked\(\s*\[([^\]]*)\]/g)]);
    const provoked = new Set(
      lists.flatMap(([, list = '']) => [...list.matchAll(/'(\w+)'/g)].map(([, code]) => code)),
    );
    expect(findingCodes.filter((code) => !provoked.has(code))).toEqual([]);
  });

  it('gives every code one meaning', () => {
    expect(new Set(findingCodes).size).toBe(findingCodes.length);
  });
});

describe('a finding', () => {
  const found = finderOf({
    good: { level: 'ok', says: '{door} is well.' },
    bad: { level: 'fail', says: '{door} hangs.', wayOut: 'Call {who}.' },
  });

  it('is its kind with the details in its sentences', () => {
    expect(found('good', { door: 'front' })).toEqual({ code: 'good', level: 'ok', what: 'front is well.' });
    expect(found('bad', { door: 'front', who: 'Ann' })).toEqual({
      code: 'bad',
      level: 'fail',
      what: 'front hangs.',
      wayOut: 'Call Ann.',
    });
  });

  it('keeps details as they are, whatever is in them', () => {
    expect(found('good', { door: '{who} $& $1' }).what).toBe('{who} $& $1 is well.');
  });

  it('names three of many things', () => {
    expect(someOf(['a', 'b', 'c'])).toBe('a, b, c');
    expect(someOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
  });
});

describe('vestibule doctor', () => {
  it('prints a line for each finding and the way out below, counts, and ends with 1 for a failure', async () => {
    await ensureUi();
    const { configFile } = await vestibuleFolder();
    const { code, stdout, stderr } = await doctor(configFile, { args: [] });
    expect([code, stderr]).toEqual([1, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^ok {4}configurationGood {2,}\S.* is good; doors: front, garage, gym\.$/);
    const at = lines.findIndex((line) => line.startsWith('fail  brokerRefuses '));
    expect(lines[at]).toContain('The broker at 127.0.0.1:1 refuses connections');
    expect(lines[at + 1]).toMatch(/^ {6}way out: Start the broker/);
    expect(lines.at(-2)).toMatch(/^Failed: 1; warnings: \d+\.$/);
    // No colours and no progress where nobody looks at a terminal.
    expect(stdout).not.toContain('\u001b');
  });

  it('prints one JSON object with the same findings', async () => {
    await ensureUi();
    const { configFile } = await vestibuleFolder();
    const { code, stdout, findings } = await doctor(configFile);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(codesOf(findings)).toEqual(codesOf(await examined(configFile)));
  });

  it('ends with 78 where there is no configuration, and says so as a finding', async () => {
    const { code, stdout, stderr } = await doctor('/nowhere/vestibule.yaml', { args: [] });
    expect([code, stderr]).toEqual([78, '']);
    expect(stdout).toMatch(
      /^fail {2}configurationRefused {2}\/nowhere\/vestibule\.yaml: there is no such file/,
    );
  });
});

describe('the sign of progress', () => {
  const watched = async (isTTY: boolean): Promise<string> => {
    const written: string[] = [];
    const progress = new Progress({ isTTY, write: (text) => written.push(text) });
    await progress.watch('disk', Promise.resolve());
    progress.end();
    return written.join('');
  };

  it('names what is looked at on a terminal, and leaves the line empty', async () => {
    const line = (text: string): string => `\r${text}\u001b[K`;
    expect(await watched(true)).toBe(`${line('looking at: disk')}${line('')}${line('')}`);
  });

  it('says nothing elsewhere', async () => {
    expect(await watched(false)).toBe('');
  });
});
