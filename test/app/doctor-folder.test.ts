import { chmodSync, chownSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../controller/doctor/finding.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { dayMs, testAuthority } from '../support/certificates.ts';
import { codesOf, doctor, examined, oneOf, provoked, unshared } from '../support/doctor.ts';
import { secureIdentity } from '../support/secure-identity.ts';
import { vestibuleFolder } from '../support/vestibule-folder.ts';

const asRoot = process.getuid?.() === 0;
/** Some other user than the one who runs the tests. */
const somebodyElse = 65_534;

/** What doctor finds once `arrange` has done something to a sound installation whose controller does not run. */
async function foundWith(
  arrange: (stateDir: string, configFile: string) => unknown,
): Promise<readonly Finding[]> {
  const { configFile, stateDir } = await vestibuleFolder();
  await arrange(stateDir, configFile);
  return examined(configFile);
}

describe('doctor on the configuration', () => {
  provoked(['configurationGood', 'doorsSimulated', 'phoneSimulated'], 'the example', () =>
    foundWith(() => {}),
  );
  provoked(['configurationWritable'], 'a file that everybody may write', () =>
    foundWith((_, configFile) => chmodSync(configFile, 0o666)),
  );
  provoked(['configurationRefused'], 'a misspelt key', async () => {
    const { configFile } = await vestibuleFolder({
      edit: (yaml) => yaml.replace('keypadDoor', 'keypaddoor'),
    });
    const { code, findings } = await doctor(configFile);
    expect(code).toBe(78);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.what).toContain(`${configFile}:`);
    return findings;
  });

  it('names the simulated doors, and no phone where there is none', async () => {
    const { configFile } = await vestibuleFolder({
      edit: (yaml) => yaml.replace(/phone:\n(?: .*\n)+/, ''),
    });
    const findings = await examined(configFile);
    expect(oneOf(findings, 'doorsSimulated').what).toBe('front, garage, gym: simulated, no real door.');
    expect(codesOf(findings)).not.toContain('phoneSimulated');
  });
});

describe('doctor on the identity folder', () => {
  provoked(['identityGood', 'linkNotEncrypted'], 'an identity for plain MQTT', () => foundWith(() => {}));
  provoked(['identityRefused'], 'a site key of the wrong length', async () => {
    const findings = await foundWith((stateDir) =>
      writeFileSync(join(stateDir, 'identity', 'site.key'), '5a5a'),
    );
    expect(oneOf(findings, 'identityRefused').what).toContain('site.key is not 64 hex digits');
    expect(JSON.stringify(findings)).not.toContain('5a5a');
    return findings;
  });
  provoked(['identityRefused'], 'a device that was never enrolled', async () => {
    const { configFile } = await vestibuleFolder({ enrolled: false });
    const findings = await examined(configFile);
    expect(oneOf(findings, 'identityRefused').what).toContain('device.json is missing');
    return findings;
  });
  provoked(['identityRefused'], 'a certificate of another key', () =>
    foundWith(async (stateDir) => {
      await secureIdentity(stateDir);
      const { cert } = await (await testAuthority()).issue();
      writeFileSync(join(stateDir, 'identity', 'device.crt'), cert);
    }),
  );
});

describe('doctor on certificates', () => {
  /** With a clock that a controller would believe: the last welcome was an hour ago. */
  const withClock = (days: readonly [number, number]) =>
    foundWith(async (stateDir) => {
      await secureIdentity(stateDir, { days });
      const store = openStore(stateDir, { now: Date.now });
      store.journal.commit([], [{ kind: 'clockFloor', floor: Date.now() - 3_600_000 }]);
      store.close();
    });
  provoked(['certificateGood'], 'a certificate of last week', async () => {
    const findings = await withClock([-7, 83]);
    expect(codesOf(findings).filter((code) => code === 'certificateGood')).toHaveLength(2);
    expect(codesOf(findings)).not.toContain('linkNotEncrypted');
    expect(codesOf(findings)).not.toContain('certificateOfOtherCa');
    return findings;
  });
  provoked(['certificateExpired'], 'a certificate that ended yesterday', () => withClock([-91, -1]));
  provoked(['certificateNotYetValid'], 'a certificate that begins tomorrow', () => withClock([1, 91]));
  provoked(['certificateRenewalLate'], 'a certificate with 29 days left', () => withClock([-61, 29]));
  provoked(['certificateUnjudged'], 'a clock that nobody vouches for', () =>
    foundWith((stateDir) => secureIdentity(stateDir)),
  );
  provoked(['certificateExpired', 'clockUnknownAtStart'], 'one that ended before the last welcome', () =>
    foundWith(async (stateDir) => {
      await secureIdentity(stateDir, { days: [-300, -210] });
      const store = openStore(stateDir, { now: Date.now });
      store.journal.commit([], [{ kind: 'clockFloor', floor: Date.now() - 200 * dayMs }]);
      store.close();
    }),
  );
  provoked(['certificateOfOtherCa'], 'a certificate of one authority beside the CA of another', () =>
    foundWith(async (stateDir) => secureIdentity(stateDir, { trusts: await testAuthority() })),
  );
});

describe('doctor on permissions', () => {
  provoked(['permissionsGood'], 'a state folder as the controller makes it', () => foundWith(() => {}));
  provoked(['openToOthers'], 'a site key that the group may read', async () => {
    const findings = await foundWith((stateDir) => chmodSync(join(stateDir, 'identity', 'site.key'), 0o640));
    expect(oneOf(findings, 'openToOthers').what).toContain('identity/site.key');
    return findings;
  });
  provoked(['openToOthers'], 'a database that everybody may read', () =>
    foundWith((stateDir) => {
      openStore(stateDir, { now: () => 0 }).close();
      chmodSync(join(stateDir, 'replica.db'), 0o644);
    }),
  );
  provoked(['stateFolderOpen'], 'a state folder that everybody may look into', () =>
    foundWith((stateDir) => chmodSync(stateDir, 0o755)),
  );
  provoked(['ownersDiffer'], 'a file of somebody else', async () => {
    const findings = await foundWith((stateDir) => {
      const file = join(stateDir, 'events.db-shm');
      // Whoever is not root has no file of anybody else's, but may point to one.
      if (!asRoot) return symlinkSync('/etc/passwd', file);
      writeFileSync(file, '', { mode: 0o600 });
      chownSync(file, somebodyElse, somebodyElse);
    });
    expect(oneOf(findings, 'ownersDiffer').what).toContain('events.db-shm');
    return findings;
  });
  provoked(
    ['stateUnreadable', 'databaseUnchecked'],
    'a user who may not look into the state folder',
    async () => {
      const findings = await asSomebodyElse((yaml) => yaml);
      expect(oneOf(findings, 'stateUnreadable').what).toContain('EACCES');
      return findings;
    },
  );
  provoked(['diskUnknown'], 'a user who may not even see the state folder', () =>
    asSomebodyElse((yaml) => yaml.replace('stateDir: ./state', 'stateDir: ./state/within')),
  );

  /** Run by a user whom the folder `state` keeps out. */
  async function asSomebodyElse(edit: (yaml: string) => string): Promise<readonly Finding[]> {
    const { configFile, stateDir } = await vestibuleFolder({ edit });
    openStore(join(stateDir, 'within'), { now: () => 0 }).close();
    chmodSync(dirname(configFile), 0o755);
    chmodSync(stateDir, asRoot ? 0o700 : 0);
    const id = String(somebodyElse);
    const runner = asRoot ? ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'] : [];
    onTestFinished(() => chmodSync(stateDir, 0o700));
    return (await doctor(configFile, { runner })).findings;
  }
});

describe('doctor on the disk', () => {
  /** The state folder on a file system of its own. */
  async function onDisk(options: string, fill = 'true'): Promise<readonly Finding[]> {
    const { configFile, stateDir } = await vestibuleFolder();
    const before = `mount -t tmpfs -o mode=700,${options} tmpfs ${stateDir} && cd ${stateDir} && (${fill}) && cd "$OLDPWD"`;
    const { findings, stderr } = await doctor(configFile, { before, runner: unshared });
    expect(stderr).toBe('');
    return findings;
  }
  provoked(['diskRoomy'], 'an empty disk', () => onDisk('size=20m'));
  provoked(['diskLow'], 'a disk that is 85 % full', () =>
    onDisk('size=20m', 'head -c 17M /dev/zero > other'),
  );
  provoked(['diskNearlyFull'], 'a disk with 300 KB left', () =>
    onDisk('size=20m', 'head -c 20180K /dev/zero > other'),
  );
  provoked(['diskFull'], 'a disk that somebody else has filled', () =>
    onDisk('size=20m', 'head -c 20M /dev/zero 2> /dev/null > other || true'),
  );
  provoked(['inodesLow'], 'a disk for few files', () => onDisk('size=20m,nr_inodes=200'));
  provoked(['diskReadOnly'], 'a disk that the kernel has stopped to write', () => onDisk('size=20m,ro'));

  it('does not call a disk full while the space for access events is there', async () => {
    const findings = await onDisk(
      'size=20m',
      'head -c 512K /dev/zero > reserve; head -c 20M /dev/zero 2> /dev/null > other || true',
    );
    expect(codesOf(findings)).toContain('diskNearlyFull');
    expect(codesOf(findings)).not.toContain('diskFull');
  });
});
