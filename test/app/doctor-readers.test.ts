import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Finding } from '../../controller/doctor/finding.ts';
import { openReaderKeys } from '../../controller/store/reader-key-file.ts';
import { simulatedSettings } from '../../drivers/sim/reader/simulated-reader.ts';
import { codesOf, doctor, examined, oneOf, provoked } from '../support/doctor.ts';
import { anotherKey, keyOf } from '../support/osdp/readers.ts';
import { hallAddress, readerSite } from '../support/reader-site.ts';

/** Of readers only. */
const readersIn = (findings: readonly Finding[]): readonly string[] =>
  codesOf(findings).filter((code) => code.startsWith('reader'));

describe('doctor and readers', () => {
  provoked(['readersOnline', 'readerTampered'], 'a reader that works, off its wall', async () => {
    const site = await readerSite();
    site.readers.start();
    const controller = await site.start();
    await site.until(controller, ({ state }) => state === 'online');
    expect(readersIn(await examined(site.configFile))).toEqual(['readersOnline']);
    site.readers.act(hallAddress, { kind: 'tamper', tamper: true });
    await site.until(controller, ({ tamper }) => tamper === true);
    return examined(site.configFile);
  });

  provoked(
    ['readerDeviceMissing', 'readerUncommissioned'],
    'an adapter that was never plugged in',
    async () => {
      const site = await readerSite({ keyed: false });
      const findings = await examined(site.configFile);
      expect(oneOf(findings, 'readerDeviceMissing').what).toContain(site.device);
      expect(oneOf(findings, 'readerUncommissioned').wayOut).toContain('vestibule reader commission hall');
      return findings;
    },
  );

  provoked(['readerUncommissioned'], 'a reader from its box, on a running controller', async () => {
    const site = await readerSite({ keyed: false });
    site.readers.start();
    const controller = await site.start();
    await site.until(controller, ({ state }) => state === 'uncommissioned');
    return examined(site.configFile);
  });

  provoked(['readerOffline'], 'a reader whose wires are off', async () => {
    const site = await readerSite();
    site.readers.replace(hallAddress, undefined);
    site.readers.start();
    const controller = await site.start();
    await site.until(controller, ({ state }) => state === 'offline');
    return examined(site.configFile);
  });

  provoked(['readerRefused'], 'another reader in the place of the one that was commissioned', async () => {
    const site = await readerSite();
    site.readers.replace(hallAddress, simulatedSettings(hallAddress, anotherKey));
    site.readers.start();
    const controller = await site.start();
    await site.until(controller, ({ state }) => state === 'refused');
    return examined(site.configFile);
  });

  provoked(['readerLineFaulty'], 'a device that is no serial port', async () => {
    const site = await readerSite();
    writeFileSync(site.device, '');
    const controller = await site.start();
    await site.until(controller, ({ state }) => state === 'lineDown');
    return examined(site.configFile);
  });

  provoked(['readerKeysUnreadable'], 'keys without their seal', async () => {
    const site = await readerSite();
    rmSync(join(site.installation.stateDir, 'readers', 'seal.key'));
    site.readers.start();
    const controller = await site.start();
    const { problem } = await site.until(controller, ({ state }) => state === 'lineDown');
    const findings = await examined(site.configFile);
    expect(oneOf(findings, 'readerKeysUnreadable').what).toContain(problem);
    return findings;
  });

  provoked(
    ['readerDeviceForbidden', 'openToOthers'],
    'a device and keys with the wrong permissions',
    async () => {
      const site = await readerSite();
      const { stateDir } = site.installation;
      openReaderKeys(stateDir).keep('hall', { scbk: keyOf(1) });
      chmodSync(join(stateDir, 'readers', 'keys.json'), 0o644);
      expect(oneOf(await examined(site.configFile), 'openToOthers').what).toContain('readers/keys.json');
      writeFileSync(site.device, '', { mode: 0o000 });
      // As somebody to whom something can be forbidden.
      const runner =
        process.getuid?.() === 0 ? ['setpriv', '--reuid', '65534', '--clear-groups', '--inh-caps=-all'] : [];
      const folder =
        process.getuid?.() === 0 ? `chown -R 65534 '${stateDir}' && chmod 0 '${site.device}'` : 'true';
      const { findings } = await doctor(site.configFile, {
        runner: ['sh', '-c', `${folder} && exec "$@"`, 'sh', ...runner],
      });
      return [...findings, ...(await examined(site.configFile))];
    },
  );
});
