import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ReaderKeysFault, type ReaderSecret } from '../../controller/ports/reader.ts';
import { openReaderKeys } from '../../controller/store/reader-key-file.ts';
import { anotherKey, keyOf } from '../support/osdp/readers.ts';
import { untilPowerCut } from '../support/power-cut.ts';
import { tempDir } from '../support/store.ts';

const pinned = { cuid: '00068e0001020301', vendor: '00068e', model: 1, serial: 1_001 };
const first: ReaderSecret = { next: { key: keyOf(1), how: 'commissioned' } };
const second: ReaderSecret = { scbk: keyOf(1), pinned };

/** Keeps it; a power cut comes out as itself, not as the fault that it is told as. */
function keepIn(dir: string, secret: ReaderSecret): void {
  try {
    openReaderKeys(dir).keep('hall', secret);
  } catch (error) {
    throw error instanceof ReaderKeysFault ? error.cause : error;
  }
}

describe('the keys of readers at rest', () => {
  it('are read back as they were kept, reader by reader', () => {
    const dir = tempDir();
    const keys = openReaderKeys(dir);
    keys.keep('hall', first);
    keys.keep('yard', { scbk: keyOf(2) });
    keys.keep('hall', second);
    for (const read of [keys, openReaderKeys(dir)]) {
      expect(read.get('hall')).toEqual(second);
      expect(read.get('yard')).toEqual({ scbk: keyOf(2) });
      expect(read.get('cellar')).toBeUndefined();
    }
  });

  it('tell each reader’s keys to the choice of the others’, those on their way too', () => {
    const keys = openReaderKeys(tempDir());
    keys.keep('hall', { scbk: keyOf(1), next: { key: anotherKey, how: 'rotated' } });
    expect(keys.keysOfOthers('yard')).toEqual([keyOf(1), anotherKey]);
    expect(keys.keysOfOthers('hall')).toEqual([]);
  });

  it('are for their owner only, and nothing of them stands in clear', () => {
    const dir = tempDir();
    openReaderKeys(dir).keep('hall', second);
    const folder = join(dir, 'readers');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).sort()).toEqual(['keys.json', 'seal.key']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const text = readFileSync(join(folder, 'keys.json'), 'utf8');
    expect(text).not.toContain(keyOf(1).toHex());
    expect(text).not.toContain(Buffer.from(keyOf(1)).toString('base64'));
    expect(text).not.toContain(pinned.cuid);
  });

  it.each<[string, (folder: string) => void]>([
    ['without the seal', (folder) => rmSync(join(folder, 'seal.key'))],
    ['under another seal', (folder) => writeFileSync(join(folder, 'seal.key'), `${'ab'.repeat(32)}\n`)],
    ['under what is no seal', (folder) => writeFileSync(join(folder, 'seal.key'), 'ab\n')],
    ['that are no JSON', (folder) => writeFileSync(join(folder, 'keys.json'), '{')],
    [
      'of which one was given to another reader',
      (folder) => {
        const file = join(folder, 'keys.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"hall"', '"yard"'));
      },
    ],
  ])('are refused and never taken for none: %s', (_, damage) => {
    const dir = tempDir();
    openReaderKeys(dir).keep('hall', second);
    damage(join(dir, 'readers'));
    expect(() => openReaderKeys(dir)).toThrow(ReaderKeysFault);
  });

  it('that the disk refuses are not in use either', () => {
    const dir = tempDir();
    const keys = openReaderKeys(dir);
    writeFileSync(join(dir, 'readers'), 'a file where the folder belongs');
    expect(() => keys.keep('hall', first)).toThrow(ReaderKeysFault);
    expect(keys.get('hall')).toBeUndefined();
  });

  it('are, after a power cut before any call to the disk, those before or those after', () => {
    for (let calls = 0, through = false; !through; calls += 1) {
      const dir = tempDir();
      openReaderKeys(dir).keep('hall', first);
      through = untilPowerCut(calls, () => keepIn(dir, second));
      const left = openReaderKeys(dir).get('hall');
      expect([first, second]).toContainEqual(left);
      if (through) expect(left).toEqual(second);
    }
  });

  it('are, after a power cut in the very first keeping, whole or not there', () => {
    for (let calls = 0, through = false; !through; calls += 1) {
      const dir = tempDir();
      through = untilPowerCut(calls, () => keepIn(dir, first));
      expect([undefined, first]).toContainEqual(openReaderKeys(dir).get('hall'));
      // And the next keeping works.
      openReaderKeys(dir).keep('hall', second);
      expect(openReaderKeys(dir).get('hall')).toEqual(second);
    }
  });
});
