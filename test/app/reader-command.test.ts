import { describe, expect, it } from 'vitest';
import { openReaderKeys } from '../../controller/store/reader-key-file.ts';
import { simulatedSettings } from '../../drivers/sim/reader/simulated-reader.ts';
import { vestibule } from '../support/command.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { hallAddress, readerSite } from '../support/reader-site.ts';
import { vestibuleFolder } from '../support/vestibule-folder.ts';

const run = (configFile: string, ...args: readonly string[]) =>
  forThisTest(vestibule(['--config', configFile, 'reader', ...args])).finished();

/** Resolves when a key for `hall` is on its way, or none is any more. */
const window = (wanted: 'open' | 'closed', stateDir: string): Promise<void> =>
  expect.poll(() => openReaderKeys(stateDir).get('hall')?.next !== undefined).toBe(wanted === 'open');

describe('vestibule reader', () => {
  it('commissions a reader, lists it, and rotates its key; a second reader of the same name is nobody’s', async () => {
    const site = await readerSite({ keyed: false });
    site.readers.start();
    const controller = await site.start();
    await site.until(controller, ({ state }) => state === 'uncommissioned');
    const done = await run(site.configFile, 'commission', 'hall', '--json');
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([
      0,
      { kind: 'keyed', device: { serial: 1_003 } },
    ]);
    expect((await run(site.configFile, 'list')).stdout).toContain('hall: online, door lobby, vendor 020000');
    const rotated = await run(site.configFile, 'rotate', 'hall');
    expect([rotated.code, rotated.stdout]).toEqual([0, expect.stringContaining('has a key of its own now')]);
    const reading = run(site.configFile, 'read', 'hall');
    const holding = setInterval(
      () => site.readers.act(hallAddress, { kind: 'card', bits: 26, data: Uint8Array.fromHex('bd88eb80') }),
      1_500,
    );
    const shown = await reading.finally(() => clearInterval(holding));
    expect([shown.code, shown.stdout]).toEqual([
      0,
      'bits: 26, hex: bd88eb80   (H10301: facility 123, card 4567)',
    ]);
    const keys = site.did.flatMap((command) => (command.kind === 'KEYSET' ? [command.key.toHex()] : []));
    expect(new Set(keys).size).toBe(2);
    const unknown = await run(site.configFile, 'rotate', 'cellar');
    expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringContaining('vestibule reader list')]);
  });

  it('says that the window has closed where no reader takes the key, and what to do', async () => {
    const site = await readerSite({ keyed: false });
    // It has a key already, and is not in its installation mode.
    site.readers.replace(hallAddress, simulatedSettings(hallAddress, new Uint8Array(16).fill(0x5a)));
    site.readers.start();
    await site.start();
    const { code, stderr } = await run(site.configFile, 'commission', 'hall', '--window', '1s');
    expect([code, stderr]).toEqual([69, expect.stringContaining('installation mode')]);
  });

  it('waits for a reader whose line is not there yet, and gives it its key', async () => {
    const site = await readerSite({ keyed: false });
    const controller = await site.start();
    await site.until(controller, ({ state }) => state === 'lineDown');
    const commission = forThisTest(
      vestibule(['--config', site.configFile, 'reader', 'commission', 'hall', '--window', '1min']),
    );
    await window('open', site.installation.stateDir);
    site.readers.start();
    const { code, stdout, stderr } = await commission.finished();
    expect([code, stdout, stderr]).toEqual([
      0,
      expect.stringContaining('Done:'),
      expect.stringContaining('waited for'),
    ]);
  });

  it('closes the window when its operator ends the command', async () => {
    const site = await readerSite({ keyed: false });
    await site.start();
    const commission = forThisTest(
      vestibule(['--config', site.configFile, 'reader', 'commission', 'hall', '--window', '10min']),
    );
    await window('open', site.installation.stateDir);
    await commission.kill('SIGINT');
    await window('closed', site.installation.stateDir);
  });

  it('says so where no controller runs, and where none of the configuration are readers', async () => {
    const site = await readerSite();
    const silent = await run(site.configFile, 'list');
    expect([silent.code, silent.stderr]).toEqual([69, expect.stringContaining('vestibule run')]);
    const { configFile } = await vestibuleFolder();
    const none = await run(configFile, 'list');
    expect([none.code, none.stderr]).toEqual([78, expect.stringContaining('docs/readers.md')]);
    expect((await run(configFile, 'commission', 'hall', '--window', '2h')).code).toBe(64);
  });
});
