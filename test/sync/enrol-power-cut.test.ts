/** The power goes before each call to the file system in turn: whole, or not there, and a second try works. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { beginWipe, finishWipe, isWiping } from '../../controller/decommission.ts';
import {
  beginIdentity,
  fillIdentity,
  isEnrolled,
  keptKey,
  replaceFile,
  settleIdentity,
  takeUpIdentity,
} from '../../sync/links/enrol/state-folder.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { saveKeyset } from '../../sync/links/keyset-file.ts';
import { cloudKeys } from '../support/cloud-keys.ts';
import { fillIdentityFolder } from '../support/identity-folder.ts';
import { untilPowerCut } from '../support/power-cut.ts';
import { tempDir } from '../support/store.ts';

/** More than any of these makes; each loop ends by coming through. */
const callsAtMost = 200;

/** The files of a good identity. */
function identityFiles(device: string): Readonly<Record<string, string>> {
  const folder = join(tempDir(), 'identity');
  fillIdentityFolder(folder, { device, broker: 'mqtt://broker.test', keys: cloudKeys() });
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** What an enrolment does to the disk, from the key to the whole identity. */
function enrolWith(
  stateDir: string,
  { 'device.key': key = '', ...files }: Readonly<Record<string, string>>,
): void {
  settleIdentity(stateDir);
  if (keptKey(stateDir) !== key) beginIdentity(stateDir, key);
  fillIdentity(stateDir, files);
  takeUpIdentity(stateDir);
}

const deviceIn = (stateDir: string): string => {
  const loaded = loadIdentity(join(stateDir, 'identity'));
  return loaded.kind === 'identity' ? loaded.identity.device : loaded.problem;
};

it('a console that enrols has a whole identity or none, wherever the power goes', () => {
  const files = identityFiles('lobby');
  const seen = new Set<string>();
  for (let calls = 0; calls < callsAtMost; calls += 1) {
    const stateDir = tempDir();
    if (untilPowerCut(calls, () => enrolWith(stateDir, files))) break;
    seen.add(isEnrolled(stateDir) ? deviceIn(stateDir) : 'none');
    enrolWith(stateDir, files);
    expect(deviceIn(stateDir)).toBe('lobby');
    expect(readdirSync(stateDir)).toEqual(['identity']);
  }
  expect([...seen].sort()).toEqual(['lobby', 'none']);
});

it('a console that is enrolled anew has the old identity or the new one, wherever the power goes', () => {
  const before = identityFiles('before');
  const after = identityFiles('after');
  const seen = new Set<string>();
  for (let calls = 0; calls < callsAtMost; calls += 1) {
    const stateDir = tempDir();
    enrolWith(stateDir, before);
    if (untilPowerCut(calls, () => enrolWith(stateDir, after))) break;
    // As the next start does.
    settleIdentity(stateDir);
    seen.add(deviceIn(stateDir));
    enrolWith(stateDir, after);
    expect(deviceIn(stateDir)).toBe('after');
    expect(readdirSync(stateDir)).toEqual(['identity']);
  }
  expect([...seen].sort()).toEqual(['after', 'before']);
});

it('a console that is decommissioned keeps everything or is not enrolled, and the next start wipes the rest', () => {
  const files = identityFiles('lobby');
  const databases = ['events.db', 'events.db.unreadable-1', 'replica.db', 'replica.db-wal'];
  const seen = new Set<string>();
  for (let calls = 0; calls < callsAtMost; calls += 1) {
    const stateDir = tempDir();
    enrolWith(stateDir, files);
    mkdirSync(join(stateDir, 'identity.new'));
    for (const name of [...databases, 'vestibule.yaml']) writeFileSync(join(stateDir, name), name);
    const whole = untilPowerCut(calls, () => {
      beginWipe(stateDir);
      finishWipe(stateDir);
    });
    if (!isWiping(stateDir) && isEnrolled(stateDir)) {
      seen.add('kept');
      expect(readdirSync(stateDir)).toEqual(
        [...databases, 'identity', 'identity.new', 'vestibule.yaml'].sort(),
      );
      continue;
    }
    seen.add('left');
    expect(isEnrolled(stateDir)).toBe(false);
    finishWipe(stateDir);
    expect(readdirSync(stateDir)).toEqual(['vestibule.yaml']);
    if (whole) break;
  }
  expect([...seen].sort()).toEqual(['kept', 'left']);
});

it.each([
  ['keyset.jws', (folder: string, content: string): void => saveKeyset(folder, Buffer.from(content))],
  ['device.crt', (folder: string, content: string): void => replaceFile(folder, 'device.crt', content)],
])('%s that is replaced is the old one or the new one, wherever the power goes', (name, replace) => {
  const seen = new Set<string>();
  for (let calls = 0; calls < callsAtMost; calls += 1) {
    const folder = tempDir();
    const content = () => readFileSync(join(folder, name), 'utf8');
    replace(folder, 'old');
    const whole = untilPowerCut(calls, () => replace(folder, 'new'));
    seen.add(content());
    if (whole) break;
    replace(folder, 'newer');
    expect([readdirSync(folder), content()]).toEqual([[name], 'newer']);
  }
  expect([...seen]).toEqual(['old', 'new']);
});
