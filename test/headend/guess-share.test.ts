import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeAdvice } from '../../sync/headend/dataset/guess-share.ts';
import { temporaryHeadEnd } from '../support/head-end-state.ts';
import { publishable, smallBuilding, withChange } from '../support/published-rows.ts';
import { hashOf } from '../support/rows.ts';

const now = Date.parse('2026-06-15T16:00:00.000Z');

describe('the building’s guess budget', () => {
  const served = (...devices: readonly string[]) => {
    const { books } = temporaryHeadEnd();
    const folder = mkdtempSync(join(tmpdir(), 'vestibule-consoles-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    books.desk.publish(smallBuilding());
    const add = (id: string) => books.addDevice(id, join(folder, id), 'mqtt://broker.test');
    for (const id of devices) add(id);
    const row = () => JSON.parse(books.store.dataset.row('building', 'maple-court')?.row ?? '{}') as object;
    return { books, row, add };
  };

  it('is one console’s alone, of which the row says nothing', () => {
    const { books, row } = served('front');
    expect(row()).not.toHaveProperty('consoles');
    expect(books.store.dataset.cursor().seq).toBe(1);
  });

  it('is shared out as soon as there is a second device', () => {
    const { books, row, add } = served('front');
    add('garage');
    expect(row()).toMatchObject({ consoles: 2, version: 2 });
    expect(books.store.dataset.cursor().seq).toBe(2);
  });

  it('stays shared out when the building is published again', () => {
    const { books, row } = served('front', 'garage', 'back');
    expect(row()).toMatchObject({ consoles: 3 });
    expect(books.desk.publish(smallBuilding())).toMatchObject({ kind: 'unchanged' });
    books.desk.publish(withChange(smallBuilding(), 'maple-court', { name: 'Maple Court East' }));
    expect(row()).toMatchObject({ consoles: 3, name: 'Maple Court East' });
  });
});

describe('advice on the length of entry codes', () => {
  const building = (entryCodeLength: number) =>
    withChange(smallBuilding(), 'maple-court', { entryCodeLength });

  it('is none where they are long enough', () => {
    expect(codeAdvice(building(8), now)).toBeUndefined();
    expect(codeAdvice(building(6), now)).toBeUndefined();
  });

  it('names the length that so many live codes need', () => {
    expect(codeAdvice(building(5), now)).toBe(
      'Warning: entry codes of 5 digits are too short for 2 live codes; set building.entryCodeLength to 6 and give out new codes.',
    );
    const guests = Array.from({ length: 298 }, (_, n) =>
      publishable.guest(`g-${n}`, { hash: hashOf(`${n}`) }),
    );
    expect(codeAdvice([...building(6), ...guests], now)).toContain(
      '300 live codes; set building.entryCodeLength to 8',
    );
  });

  it('counts no code that is over', () => {
    const over = Array.from({ length: 20 }, (_, n) =>
      publishable.guest(`g-${n}`, { hash: hashOf(`${n}`), endsAt: '2026-06-01T00:00:00.000Z' }),
    );
    expect(codeAdvice([...building(6), ...over], now)).toBeUndefined();
  });
});
