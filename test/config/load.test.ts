import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';

const examplePath = resolve(import.meta.dirname, '../../config/examples/vestibule.yaml');
const example = readFileSync(examplePath, 'utf8');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (text: string) => {
  const path = join(folder, 'vestibule.yaml');
  writeFileSync(path, text);
  return loadConfig(path);
};

/** The problem without the folder's path; fails when there is none. */
const problemOf = (text: string): string => {
  const read = load(text);
  if (read.kind !== 'refused') throw new Error('this was expected to be refused');
  return read.problem.replace(`${folder}/`, '');
};

const changed = (from: string | RegExp, to: string): string => {
  const text = example.replace(from, to);
  if (text === example) throw new Error(`the example has no ${from}`);
  return text;
};
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

describe('the configuration file', () => {
  it('gives milliseconds and absolute paths', () => {
    expect(loadConfig(examplePath)).toEqual({
      kind: 'config',
      config: {
        file: examplePath,
        stateDir: resolve(examplePath, '../state'),
        console: { port: 8080, keypadDoor: 'front', callDoor: 'front', showAnswerForMs: 8_000 },
        doors: {
          front: { hardware: 'simulated', monitor: true, rex: 'release', fire: 'release' },
          garage: { hardware: 'simulated', monitor: true, rex: 'release', fire: 'release' },
          gym: { hardware: 'simulated', monitor: false, rex: 'report', fire: 'release' },
        },
        phone: { hardware: 'simulated', port: 8090 },
        log: { level: 'info' },
      },
    });
  });

  it('may leave out what has a default', () => {
    const door = '{hardware: simulated, monitor: false, rex: report, fire: ignore}';
    const read = load(`console: {keypadDoor: a}\ndoors: {a: ${door}}\n`);
    expect(read).toMatchObject({
      kind: 'config',
      config: {
        stateDir: join(folder, 'state'),
        console: { port: 8080, showAnswerForMs: 8_000 },
        log: { level: 'info' },
      },
    });
  });

  it('keeps an absolute state folder', () => {
    const read = load(changed('./state', '/var/lib/vestibule'));
    expect(read).toMatchObject({ kind: 'config', config: { stateDir: '/var/lib/vestibule' } });
  });

  it('says that there is no such file, and where one to start from is', () => {
    expect(loadConfig('/nowhere/vestibule.yaml')).toEqual({
      kind: 'refused',
      problem:
        '/nowhere/vestibule.yaml: there is no such file; config/examples/vestibule.yaml is one to start from.',
    });
  });

  it('says that a folder is not a file', () => {
    expect(loadConfig(folder)).toMatchObject({
      kind: 'refused',
      problem: expect.stringContaining('this is a folder'),
    });
  });
});

describe('a configuration that is refused is one sentence with line, path and the way out', () => {
  const unit = 'must be a duration with its unit (ms, s, min or h), such as 8s, 500ms, 2min or 1h.';
  const cases: readonly (readonly [string, string | RegExp, string, string, string])[] = [
    [
      'an unknown key',
      'keypadDoor:',
      'keypadDor:',
      'keypadDor',
      'console.keypadDor is not a key that is known here: did you mean "keypadDoor"?',
    ],
    [
      'an unknown section',
      'log:',
      'logs:',
      'logs:',
      'logs is not a key that is known here: did you mean "log"?',
    ],
    ['a bare number as a duration', '8s', '8', 'showAnswerFor', `console.showAnswerFor ${unit}`],
    ['an unknown unit', '8s', '8sec', 'showAnswerFor', `console.showAnswerFor ${unit}`],
    [
      'a duration that is too long',
      '8s',
      '2h',
      'showAnswerFor',
      'console.showAnswerFor must be at most 1min.',
    ],
    ['a port out of range', '8080', '80800', 'port:', 'console.port must be at most 65535.'],
    ['a port that is text', '8080', '"8080"', 'port:', 'console.port must be a number, without quotes.'],
    ['a port that is not whole', '8080', '80.5', 'port:', 'console.port must be a whole number.'],
    [
      'text instead of true or false',
      'monitor: true',
      'monitor: "yes"',
      'monitor:',
      'doors.front.monitor must be true or false, without quotes.',
    ],
    [
      'a word that is not offered',
      'rex: release',
      'rex: relaese',
      'rex:',
      'doors.front.rex must be one of release, report: did you mean "release"?',
    ],
    [
      'unknown hardware',
      'hardware: simulated',
      'hardware: gpoi',
      'hardware:',
      'doors.front.hardware must be one of simulated, gpio, salto: did you mean "gpio"?',
    ],
    [
      'a log level of another program',
      'level: info',
      'level: verbose',
      'level:',
      'log.level must be one of debug, info, warn, error.',
    ],
    [
      'a keypad door that is not there',
      'keypadDoor: front',
      'keypadDoor: frnt',
      'keypadDoor:',
      'console.keypadDoor names "frnt", which `doors` lacks: did you mean "front"?',
    ],
    [
      'a list of doors',
      /doors:\n[\s\S]*\nlog/,
      'doors: [front]\nlog',
      'doors:',
      'doors must hold keys with their values ("key: value"), indented below it.',
    ],
    [
      'a door name with a space',
      'gym:',
      '"the gym":',
      '"the gym"',
      "doors.the gym cannot stand here: a key must be the door's id: 1–64 letters, digits, dots, dashes or underscores.",
    ],
    [
      'a door that every object has already',
      'gym:',
      '__proto__:',
      '__proto__',
      'doors.__proto__ cannot stand here: no key can be called so; give it another name.',
    ],
    [
      'a section that every object has already',
      'log:',
      '__proto__:',
      '__proto__',
      '__proto__ cannot stand here: no key can be called so; give it another name.',
    ],
    ['a tab', '  port', '\tport', '\tport', 'a tab is used as indentation: use spaces.'],
    [
      'a key twice',
      'stateDir: ./state',
      'stateDir: ./a\nstateDir: ./b',
      'stateDir: ./b',
      'this key is already given above: keep one of the two.',
    ],
  ];
  it.each(cases)('%s', (_, from, to, at, sentence) => {
    const text = changed(from, to);
    const problem = problemOf(text);
    expect(problem).toMatch(new RegExp(`^vestibule\\.yaml:${lineOf(text, at)}:\\d+: `));
    expect(problem.replace(/^[^ ]+ /, '')).toBe(sentence);
  });

  it.each([
    ['readers', 'readers: {__proto__: {hardware: serialText, device: /dev/b, door: front}}'],
    [
      'readers.main.readers',
      'readers: {main: {hardware: osdp, device: /dev/a, readers: {__proto__: {address: 0, door: front, reads: [card]}}}}',
    ],
    ['cardFormats', 'cardFormats: {__proto__: {bits: 32, card: {first: 1, last: 30}}}'],
  ])('loses no name of the installer’s among %s', (path, text) => {
    expect(problemOf(`${example}\n${text}\n`)).toContain(`: ${path}.__proto__ cannot stand here: `);
  });

  it('names a missing key at the place that lacks it', () => {
    const text = changed('    fire: release        # the fire alarm releases this door\n', '');
    expect(problemOf(text)).toBe(
      `vestibule.yaml:${lineOf(text, 'hardware: simulated')}:5: doors.front.fire is missing: add it.`,
    );
  });

  it('refuses an empty file', () => {
    expect(problemOf('# nothing\n')).toContain('the file is empty');
  });

  it('refuses a configuration without doors', () => {
    expect(problemOf('console: {keypadDoor: a}\ndoors: {}\n')).toContain('doors must be at least one door');
  });

  it('survives aliases that would grow without bound', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(10)}]`);
    expect(problemOf(`l0: &l0 [x, x, x]\n${levels.join('\n')}\n`)).toMatch(/aliases|not a key/);
  });
});
