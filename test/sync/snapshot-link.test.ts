import { expect, it } from 'vitest';
import { signDown } from '../support/cloud-keys.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { building } from '../support/identity-folder.ts';
import { RoutedDevice } from '../support/routed-device.ts';
import { area } from '../support/sync-stage.ts';

it('a snapshot whose last chunk comes more than once is swapped in once', async () => {
  const device = forThisTest(new RoutedDevice());
  device.dataset.change(area('attic', 1));
  const { manifest, chunks } = device.dataset.snapshot(10);
  device.receive('manifest', signDown(device.keys, 'manifest', { aud: `building:${building}`, ...manifest }));
  for (const chunk of [...chunks, ...chunks, ...chunks]) device.receive('chunk', chunk);
  await device.settle();
  expect(device.store.replica.cursor()).toEqual(device.dataset.cursor);
  expect(device.warnings).toEqual([]);
});
