import { expect, it } from 'vitest';
import type { LinkRequest } from '../../../drivers/osdp/link/link-state.ts';
import { lineOf } from '../../support/osdp/line.ts';
import { anotherKey, link, reader } from '../../support/osdp/readers.ts';

const commands: readonly LinkRequest['command'][] = [
  {
    kind: 'LED',
    leds: [
      {
        ...{ reader: 0, led: 0 },
        temporary: { onMs: 500, offMs: 0, onColor: 'green', offColor: 'black', timerMs: 5_000 },
      },
    ],
  },
  { kind: 'BUZ', reader: 0, tone: 'default', onMs: 1_000, offMs: 100, count: 1 },
  { kind: 'TEXT', reader: 0, forMs: 5_000, row: 1, column: 1, text: 'Porte ouverte' },
  { kind: 'OUT', outputs: [{ output: 0, control: 'temporaryOn', timerMs: 3_000 }] },
];

/** Everything on the line from the first probe on: `>` the panel, `<` the reader. Random numbers are those of `lineOf`. */
function recorded(): readonly string[] {
  const trace: string[] = [];
  let said = 0;
  const line = lineOf({
    links: [link(1)],
    peripherals: [reader(1)],
    carry: (bytes) => {
      for (; said < line.said.length; said += 1) trace.push(`> ${line.said[said]?.bytes.toHex()}`);
      trace.push(`< ${bytes.toHex()}`);
      return [bytes];
    },
  });
  line.feed({ kind: 'opened' });
  line.run(200);
  line.act(1, { kind: 'press', keys: ['4', '2', '#'] });
  line.run(60);
  line.act(1, { kind: 'card', bits: 26, data: Uint8Array.fromHex('bd88eb80') });
  line.run(60);
  line.act(1, { kind: 'tamper', tamper: true });
  line.run(60);
  for (const command of commands) {
    const order = { kind: 'request', id: command.kind, command } as const;
    line.feed({ kind: 'order', address: 1, order });
  }
  line.run(100);
  line.feed({ kind: 'order', address: 1, order: { kind: 'rotate', newKey: anotherKey } });
  line.run(300);
  expect(line.bus.links[0]?.scbk).toEqual(anotherKey);
  return trace;
}

it('a secure session is, byte for byte, the recorded one', async () => {
  await expect(`${recorded().join('\n')}\n`).toMatchFileSnapshot('./secure-session.trace');
});
