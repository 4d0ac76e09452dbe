import { describe, expect, it, onTestFinished } from 'vitest';
import { readersLine } from '../../support/osdp/readers-line.ts';

async function online(options?: Parameters<typeof readersLine>[0]) {
  const line = readersLine(options);
  onTestFinished(() => line.readers.close());
  line.start();
  await line.run(1_000);
  return line;
}

describe('a code that is being typed', () => {
  it('is forgotten when the reader goes away, however soon it is back', async () => {
    const line = await online();
    line.act(1, { kind: 'press', keys: ['1', '2'] });
    await line.run(200);
    line.act(1, { kind: 'powerCut' });
    await line.run(500);
    line.act(1, { kind: 'press', keys: ['3', '#'] });
    await line.run(200);
    expect(line.codes()).toEqual(['3']);
  });
});
