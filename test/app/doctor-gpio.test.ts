import { beforeAll, describe, expect } from 'vitest';
import type { Finding } from '../../controller/doctor/finding.ts';
import { buildGpio } from '../../scripts/build-gpio.ts';
import { RunningCommand } from '../support/command.ts';
import { ensureUi } from '../support/console-ui.ts';
import { codesOf, doctor, oneOf, provoked } from '../support/doctor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { GpiochipWorld } from '../support/gpio/gpiochip-world.ts';
import { SysfsWorld } from '../support/gpio/sysfs-world.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

const wired = (backend: 'onoff' | 'gpiod', line: string): string => `gpio: {backend: ${backend}}
doors:
  front:
    hardware: gpio
    strike: {${line}, failMode: fail-secure}
    monitor: {chip: expander, line: 4}
`;
const folderWith = (
  backend: 'onoff' | 'gpiod',
  line = 'chip: pinctrl-test, line: 17',
): Promise<VestibuleFolder> =>
  vestibuleFolder({
    edit: (yaml) =>
      yaml.replace(/doors:\n[\s\S]*?\n# What calls[\s\S]*?\nlog/, `${wired(backend, line)}\nlog`),
  });

/** What doctor finds of lines on a machine with an emulated /sys/class/gpio. */
async function onSysfs(line?: string): Promise<readonly Finding[]> {
  const { configFile } = await folderWith('onoff', line);
  const world = forThisTest(await SysfsWorld.start());
  return (await doctor(configFile, { runner: world.inside([]) })).findings;
}

/** The same on a machine with emulated character devices. */
async function onGpiochips(
  prepare: (world: GpiochipWorld) => Promise<void> = async () => {},
  line?: string,
): Promise<readonly Finding[]> {
  const { configFile } = await folderWith('gpiod', line);
  const world = forThisTest(await GpiochipWorld.start());
  await prepare(world);
  return (await doctor(configFile, { runner: world.inside([]), env: world.env })).findings;
}

const ofLines = (findings: readonly Finding[]): readonly string[] =>
  codesOf(findings).filter((code) => /^(gpio|lines|wired)/.test(code));

beforeAll(async () => {
  buildGpio(['onoff', 'gpiod']);
  await ensureUi();
});

describe('doctor and wired doors', () => {
  provoked(['linesFound'], 'lines that are there, by onoff', async () => {
    const findings = await onSysfs();
    expect(ofLines(findings)).toEqual(['linesFound']);
    return findings;
  });

  provoked(['linesFound'], 'lines that are there, by gpiod', async () => {
    const findings = await onGpiochips();
    expect(ofLines(findings)).toEqual(['linesFound']);
    return findings;
  });

  provoked(['gpioBackendUnusable'], 'a kernel without /sys/class/gpio', async () => {
    const { configFile } = await folderWith('onoff');
    const { code, findings } = await doctor(configFile, {
      before: 'mount -t tmpfs none /sys/class',
      runner: ['unshare', '--mount'],
    });
    expect(code).toBe(1);
    expect(oneOf(findings, 'gpioBackendUnusable').what).toBe(
      'The doors front cannot be worked by onoff: this kernel offers no /sys/class/gpio.',
    );
    expect(ofLines(findings)).toEqual(['gpioBackendUnusable']);
    return findings;
  });

  provoked(['gpioBackendUnusable'], 'a chip that is pulled out while it is looked at', async () => {
    const { configFile } = await folderWith('onoff');
    const gone = 'mkdir -p /sys/class/gpio/gpiochip512 && touch /sys/class/gpio/export';
    const { findings } = await doctor(configFile, {
      before: `mount -t tmpfs none /sys/class && ${gone}`,
      runner: ['unshare', '--mount'],
    });
    expect(oneOf(findings, 'gpioBackendUnusable').what).toContain(
      "the lines cannot be used: ENOENT: no such file or directory, open '/sys/class/gpio/gpiochip512/label'",
    );
    return findings;
  });

  provoked(['gpioChipNotFound'], 'a chip of another board', async () => {
    const findings = await onSysfs('chip: pinctrl-rp1, line: 17');
    expect(oneOf(findings, 'gpioChipNotFound').what).toMatch(
      /^doors\.front\.strike: there is no chip pinctrl-rp1; this machine has (pinctrl-test, expander|expander, pinctrl-test)\.$/,
    );
    return findings;
  });

  provoked(['gpioLineNotFound'], 'a line beyond the last one', async () => {
    const findings = await onGpiochips(undefined, 'chip: pinctrl-test, line: 99');
    expect(oneOf(findings, 'gpioLineNotFound').what).toContain('its lines are 0 to 31');
    return findings;
  });

  provoked(['gpioLineBusy'], 'a line that a driver of the kernel has', async () => {
    const findings = await onGpiochips((world) => world.spoil('hogged', { chip: 'pinctrl-test', line: 17 }));
    expect(oneOf(findings, 'gpioLineBusy').what).toBe(
      'doors.front.strike: line 17 of pinctrl-test is in use by "hog1".',
    );
    return findings;
  });

  provoked(['wiredDoorFaulty'], 'a running controller whose relay is taken', async () => {
    const { configFile } = await folderWith('onoff');
    const world = forThisTest(await SysfsWorld.start());
    await world.spoil('busy', { chip: 'pinctrl-test', line: 17 });
    const run = ['--config', configFile, 'run'];
    const controller = forThisTest(
      new RunningCommand('scripts/bin/vestibule.mjs', run, { through: world.inside([]) }),
    );
    await controller.line((line) => line.includes('"controller is up"'));
    const { findings } = await doctor(configFile, { runner: world.inside([]) });
    expect(oneOf(findings, 'wiredDoorFaulty').what).toBe(
      'front is faulty: relay: line 17 of pinctrl-test is in use by a driver of the kernel.',
    );
    return findings;
  });
});
