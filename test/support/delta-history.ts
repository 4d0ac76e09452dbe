import type { Delta } from '../../controller/ports/replica.ts';
import { CloudRows, rowOf } from './cloud-rows.ts';

/** The same deltas in every process, without end: each changes two rows, and every third deletes one. */
export function* historyOf(): Generator<Delta, never> {
  const cloud = new CloudRows();
  for (let version = 1; ; version += 1) {
    const area = (id: string) => rowOf('area', { id, version, name: { en: id, fr: id } });
    const gone = `gone-${version % 5}`;
    const drop =
      version % 3 === 0 && cloud.rows.has(`area ${gone}`)
        ? [{ delete: { table: 'area', id: gone, version } }]
        : [{ put: area(gone) }];
    yield cloud.delta({ put: area(`kept-${version % 7}`) }, ...drop);
  }
}
