import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packChunks } from '../../sync/headend/dataset/pack-chunks.ts';
import { checkRows } from '../../sync/headend/dataset/publish-rows.ts';
import { fitsSnapshot } from '../../sync/headend/dataset/snapshot-size.ts';
import { chunkLine } from '../../sync/protocol/chunk.ts';
import { temporaryHeadEnd } from '../support/head-end-state.ts';
import { publishable, smallBuilding } from '../support/published-rows.ts';

describe('a building that no console could fetch', () => {
  it('is refused when it is published, saying how large it is, and nothing of it is published', () => {
    const { store, desk } = temporaryHeadEnd().books;
    desk.publish(smallBuilding());
    const before = store.dataset.cursor();
    const note = 'x'.repeat(60_000);
    const many = Array.from({ length: 4_500 }, (_, i) => {
      const { row, ...named } = publishable.resident(`many-${i}`);
      return { ...named, row: { ...row, note } };
    });
    const tooMuch = [...smallBuilding(), ...many];
    const sentence =
      /^The building has 4507 rows of 259 MiB, more than consoles can fetch: 1024 chunks, 256 MiB in all and 90 MiB/;
    expect(() => desk.publish(tooMuch)).toThrow(sentence);
    // Before a command writes the building file, as well.
    expect(() => checkRows(store, tooMuch)).toThrow(sentence);
    expect(store.dataset.cursor()).toEqual(before);
    expect(store.dataset.tableRows('resident')).toHaveLength(1);
  });
});

describe('whether rows fit a snapshot', () => {
  it('is never said of more chunks than it may have', () => {
    const row = fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.boolean()).map(([bytes, random]) => ({
      ...{ table: 'resident', id: 'r', version: 1 },
      row: random ? randomBytes(bytes).toString('base64') : 'x'.repeat(bytes),
    }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (rows, most) => {
        const chunks = [...packChunks('00000000-0000-0000-0000-000000000000', rows.map(chunkLine))];
        expect(fitsSnapshot(rows, most)).toBe(chunks.length <= most);
      }),
      { numRuns: 40 },
    );
  });
});
