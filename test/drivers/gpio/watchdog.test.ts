import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { SysfsWorld } from '../../support/gpio/sysfs-world.ts';

const folderOfTheDriver = fileURLToPath(new URL('../../../drivers/gpio/', import.meta.url));

/** The watchdog as it is, on a machine with an emulated /sys/class/gpio; what it does there is told by the machine. */
describe('the watchdog of the outputs', () => {
  let world: SysfsWorld;
  beforeEach(async () => {
    world = await SysfsWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  /** A process that has a `watchdog` does `steps`, and ends. @returns what it printed */
  const controller = async (steps: string, folder = folderOfTheDriver, shell = ''): Promise<string> => {
    const program = `
      import { openSync } from 'node:fs';
      import { GpioWatchdog } from ${JSON.stringify(pathToFileURL(join(folder, 'watchdog.ts')).href)};
      const after = (ms, run) => { const timer = setTimeout(run, ms); return { cancel: () => clearTimeout(timer) }; };
      const watchdog = new GpioWatchdog({ after }, () => console.log('lost'));
      ${steps}`;
    const node = [process.execPath, '--input-type=module', '-e', program];
    const [command = '', ...args] = world.inside(['sh', '-c', `${shell}exec "$@"`, 'sh', ...node]);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString();
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    return printed;
  };
  /** Every movement of an output until line 31 of the expander moves. */
  const movedBeforeTheLast = async (): Promise<readonly number[]> => {
    const moved: number[] = [];
    for (;;) {
      const { number } = await world.outputs.next();
      if (number === 631) return moved;
      moved.push(number);
    }
  };
  const last = "watchdog.guard('last', 'sysfs 631 high');";

  it('does what it was told for every door, once the controller is gone', async () => {
    await controller(`watchdog.guard('front', 'sysfs 529 high'); ${last} process.exit(0)`);
    expect(await movedBeforeTheLast()).toEqual([529]);
  });

  it('does what was said last of a door whose chip came back under another number', async () => {
    await controller(`
      watchdog.guard('front', 'sysfs 529 high');
      watchdog.guard('front', 'sysfs 605 high');
      ${last} process.exit(0)`);
    expect(await movedBeforeTheLast()).toEqual([605]);
  });

  it('does it at an orderly end, too, for a door that was not left safe', async () => {
    await controller(
      `watchdog.guard('front', 'sysfs 529 high'); ${last} watchdog.safe('front'); watchdog.close()`,
    );
    await movedBeforeTheLast();
  });

  it('does nothing after an end that left every door safe', async () => {
    const steps = `watchdog.guard('front', 'sysfs 529 high'); watchdog.safe('front'); watchdog.close();`;
    await controller(steps);
    await controller(`${last} process.exit(0)`);
    expect(await movedBeforeTheLast()).toEqual([]);
  });

  it('runs from a folder whose name has a space and an accent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vestibule à côté '));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(folderOfTheDriver, folder, { recursive: true });
    await controller(`${last} process.exit(0)`, folder);
    await movedBeforeTheLast();
  });

  it('is started again, with what it was told, where a process has no descriptor left for it', async () => {
    const printed = await controller(
      `
      const held = [];
      try { for (;;) held.push(openSync('/dev/null')); } catch {}
      ${last}
      const { closeSync } = await import('node:fs');
      for (const one of held) closeSync(one);
      setTimeout(() => process.exit(0), 1_500);`,
      folderOfTheDriver,
      'ulimit -n 60; ',
    );
    expect(printed).toBe('lost\n');
    await movedBeforeTheLast();
  });
});
