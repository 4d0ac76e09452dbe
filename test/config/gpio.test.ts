import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { vestibule } from '../support/command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const wired = `console:
  keypadDoor: front
gpio:
  backend: onoff
doors:
  front:
    hardware: gpio
    strike: {chip: pinctrl-bcm2711, line: 17, failMode: fail-secure}
    monitor: {chip: pinctrl-bcm2711, line: 27, debounce: 50ms}
    rex: {chip: pinctrl-bcm2711, line: 22, active: low, does: release}
  garage:
    hardware: gpio
    strike: {chip: expander, line: 17, active: low, failMode: fail-safe, safeState: released}
    fire: {chip: expander, line: 3, does: release}
`;
const fileWith = (text: string): string => {
  const file = join(folder, 'vestibule.yaml');
  writeFileSync(file, text);
  return file;
};
const changed = (from: string, to: string): string => {
  if (!wired.includes(from)) throw new Error(`the file has no ${from}`);
  return wired.replace(from, to);
};

describe('a wired door in the configuration', () => {
  it('has its lines, and what was left out by its default', () => {
    const read = loadConfig(fileWith(wired));
    const board = { chip: 'pinctrl-bcm2711' };
    expect(read).toMatchObject({
      kind: 'config',
      config: {
        gpio: { backend: 'onoff' },
        doors: {
          front: {
            hardware: 'gpio',
            strike: { ...board, line: 17, active: 'high', failMode: 'fail-secure', safeState: 'secured' },
            monitor: { ...board, line: 27, active: 'high', debounce: 50 },
            rex: { ...board, line: 22, active: 'low', debounce: 20, does: 'release' },
          },
          garage: { strike: { active: 'low', failMode: 'fail-safe', safeState: 'released' } },
        },
      },
    });
  });

  it.each([
    [
      'two doors on one relay',
      changed('{chip: expander, line: 17, active: low', '{chip: pinctrl-bcm2711, line: 17, active: low'),
      'doors.garage.strike.line is the relay of doors.front.strike, too: two doors cannot be on one relay; give each its own.',
    ],
    [
      'one line for a contact and a relay',
      changed('line: 27', 'line: 17'),
      'doors.front.monitor.line is the line of doors.front.strike, too: give each its own.',
    ],
    [
      'one contact for two doors',
      changed('{chip: expander, line: 3', '{chip: pinctrl-bcm2711, line: 27'),
      'doors.garage.fire.line is the line of doors.front.monitor, too: give each its own.',
    ],
    [
      'one fire contact for two doors',
      changed('    rex:', '    fire: {chip: expander, line: 3, does: release}\n    rex:'),
      'doors.garage.fire.line is the line of doors.front.fire, too: let this door follow that input with `fireWith: front`.',
    ],
    [
      'two doors on one relay, one with dots in its id',
      changed(
        '{chip: expander, line: 17, active: low',
        '{chip: pinctrl-bcm2711, line: 17, active: low',
      ).replaceAll('front', 'front.1'),
      'doors.garage.strike.line is the relay of doors.front.1.strike, too: two doors cannot be on one relay; give each its own.',
    ],
    [
      'one fire contact for two doors, one with dots in its id',
      changed('    rex:', '    fire: {chip: expander, line: 3, does: release}\n    rex:').replaceAll(
        'front',
        'a.front',
      ),
      'doors.garage.fire.line is the line of doors.a.front.fire, too: let this door follow that input with `fireWith: a.front`.',
    ],
    [
      'a fire input to follow, beside one of its own',
      changed('does: release}\n  garage:', 'does: release}\n  garage:\n    fireWith: front'),
      'doors.garage.fireWith stands beside a fire alarm input of its own, `fire`: take one of them out.',
    ],
    [
      'a door that follows one that is not on these lines',
      changed('    rex:', '    fireWith: gym\n    rex:'),
      'doors.front.fireWith names "gym", which is no door with `hardware: gpio`.',
    ],
    [
      'a door that follows a fire input that is not wired',
      wired.replace(/ {4}fire: .*\n/, '    fireWith: front\n'),
      'doors.garage.fireWith names "front", which has no fire alarm input: wire one to it (`fire`), or name a door that has one.',
    ],
    [
      'no backend',
      changed('gpio:\n  backend: onoff\n', ''),
      'doors.front.hardware is "gpio", and the file has no section "gpio": say there with which backend, `onoff` or `gpiod`.',
    ],
    [
      'a backend that there is not',
      changed('backend: onoff', 'backend: sysfs'),
      'gpio.backend must be one of onoff, gpiod.',
    ],
    [
      'a lock of no kind',
      changed('failMode: fail-safe', 'failMode: failsafe'),
      'doors.garage.strike.failMode must be one of fail-secure, fail-safe: did you mean "fail-safe"?',
    ],
    [
      'a fire input that is counted on, and not wired',
      `${wired}  gym: {hardware: salto, saltoDoorId: Gym, openTime: 5s, fireWith: front}\nsalto: {host: 127.0.0.1, port: 8100}\n`,
      'doors.gym.fireWith names "front", which has no fire alarm input: wire one to it (`fire`), or name a door that has one.',
    ],
    [
      'a fire input of a door by a name that every object has',
      `${wired}  gym: {hardware: salto, saltoDoorId: Gym, openTime: 5s, fireWith: constructor}\nsalto: {host: 127.0.0.1, port: 8100}\n`,
      'doors.gym.fireWith names "constructor", which has no fire alarm input: name a door of this device that is not behind SALTO.',
    ],
    ['a negative line', changed('line: 27', 'line: -1'), 'doors.front.monitor.line must be at least 0.'],
    ['an endless debounce', changed('50ms', '5s'), 'doors.front.monitor.debounce must be at most 1s.'],
  ])('is refused with one sentence and its path: %s', (_, text, sentence) => {
    const read = loadConfig(fileWith(text));
    if (read.kind !== 'refused') throw new Error('this was expected to be refused');
    expect(read.problem.replace(/^[^ ]+:\d+:\d+: /, '')).toBe(sentence);
  });

  it('may follow the fire input of another one', () => {
    const read = loadConfig(fileWith(changed('    rex:', '    fireWith: garage\n    rex:')));
    expect(read).toMatchObject({ kind: 'config', config: { doors: { front: { fireWith: 'garage' } } } });
  });

  it('is as the page for installers shows it', () => {
    const shown = readFileSync(new URL('../../docs/gpio.md', import.meta.url), 'utf8');
    const yaml = (/```yaml\n([\s\S]*?)```/.exec(shown)?.[1] ?? '').replaceAll(/^ {3}/gm, '');
    const read = loadConfig(fileWith(`console: {keypadDoor: front}\n${yaml}`));
    expect(read).toMatchObject({ kind: 'config', config: { doors: { front: { hardware: 'gpio' } } } });
  });

  it('ends a start with 78 and that sentence', async () => {
    const file = fileWith(changed('line: 27', 'line: 17'));
    const { code, stdout, stderr } = await vestibule(['--config', file, 'run']).finished();
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(/vestibule\.yaml:9:\d+: doors\.front\.monitor\.line is the line of [^\n]+\n$/);
  });
});
