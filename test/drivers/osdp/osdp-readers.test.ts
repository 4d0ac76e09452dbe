import { describe, expect, it, onTestFinished } from 'vitest';
import { keyOf } from '../../support/osdp/readers.ts';
import { readersLine } from '../../support/osdp/readers-line.ts';

async function online(options?: Parameters<typeof readersLine>[0]) {
  const line = readersLine(options);
  onTestFinished(() => line.readers.close());
  line.start();
  await line.run(1_000);
  return line;
}

describe('a new key', () => {
  const pulled = async () => {
    const line = readersLine({ keyed: false });
    onTestFinished(() => line.readers.close());
    line.hands.adapter = false;
    line.start();
    await line.run(1_000);
    line.readers.keying.commission('r1', 10_000);
    await line.run(5_000);
    expect(line.keyings()).toEqual([]);
    return line;
  };

  it('is given to a reader whose adapter is put there within the window', async () => {
    const line = await pulled();
    line.hands.adapter = true;
    await line.run(3_000);
    expect(line.keyings()).toEqual(['keyed']);
    expect(line.states().at(-1)).toBe('online');
  });

  it('is forgotten at the end of its window, which is told once, though the line is still down', async () => {
    const line = await pulled();
    await line.run(5_000);
    expect(line.keyings()).toEqual(['windowClosed']);
    expect(line.secrets.get('r1')).toEqual({});
    line.hands.adapter = true;
    await line.run(5_000);
    expect([line.keyings(), line.states().at(-1)]).toEqual([['windowClosed'], 'uncommissioned']);
  });

  it.each([
    ['the reader is not there', false, true],
    ['the adapter is not there', false, false],
    ['the reader will not have it', true, true],
  ])('is forgotten when the operator goes, and %s', async (_, wires, adapter) => {
    const line = readersLine({ keyed: false });
    onTestFinished(() => line.readers.close());
    line.act(1, { kind: 'fault', fault: 'badCryptogram', times: 1_000 });
    Object.assign(line.hands, { wires, adapter });
    line.start();
    await line.run(1_000);
    line.readers.keying.commission('r1', 60_000);
    await line.run(1_000);
    expect(line.keyings()).toEqual([]);
    line.readers.keying.closeWindow('r1');
    await line.run(1_500);
    expect(line.keyings()).toEqual(['windowClosed']);
    expect(line.secrets.get('r1')).toEqual({});
  });

  it('that may have arrived stays the one, also where the reader is commissioned meanwhile', async () => {
    const line = await online();
    // The reader takes it, and its answers are lost.
    line.act(1, { kind: 'fault', fault: 'drop', times: 4 });
    line.readers.keying.rotate('r1');
    await line.run(300);
    line.hands.adapter = false;
    line.pull();
    await line.run(1_500);
    line.readers.keying.commission('r1', 60_000);
    await line.run(500);
    line.readers.keying.closeWindow('r1');
    await line.run(500);
    expect(line.secrets.get('r1')?.next?.key).toEqual(line.keyOfReader());
    line.hands.adapter = true;
    await line.run(10_000);
    expect(line.states().at(-1)).toBe('online');
    expect(line.secrets.get('r1')).toMatchObject({ scbk: line.keyOfReader() });
    expect(line.secrets.get('r1')?.next).toBeUndefined();
  });

  it('that was on its way when the console stopped, and never arrived, leaves a reader from its box as it was', async () => {
    const key = keyOf(9);
    const line = readersLine({ keyed: false, kept: { next: { key, how: 'commissioned' } } });
    onTestFinished(() => line.readers.close());
    line.start();
    await line.run(10_000);
    expect([line.states(), line.alarms()]).toEqual([['securing', 'uncommissioned'], []]);
    line.readers.keying.commission('r1', 10_000);
    await line.run(1_000);
    expect([line.keyings(), line.states().at(-1)]).toEqual([['keyed'], 'online']);
  });

  it('that was not sent before the reader went is told of and forgotten', async () => {
    const line = await online();
    line.hands.wires = false;
    // The poll is on its way, and not answered any more.
    await line.run(60);
    line.readers.keying.rotate('r1');
    await line.run(5_000);
    expect(line.keyings()).toEqual(['notOnline']);
    expect(line.secrets.get('r1')?.next).toBeUndefined();
    line.hands.wires = true;
    await line.run(5_000);
    line.readers.keying.rotate('r1');
    await line.run(1_000);
    expect(line.keyings()).toEqual(['notOnline', 'keyed']);
  });
});

describe('a closed line', () => {
  it('says nothing more, whatever it is asked to show', async () => {
    const line = await online();
    await line.readers.close();
    const { written } = line.hands;
    line.readers.show('r1', { outcome: 'denied', text: { en: 'Not opened', fr: 'Non ouverte' } });
    expect(line.time.timers.pending).toBe(0);
    await line.run(5_000);
    expect(line.hands.written).toBe(written);
    expect(line.states().at(-1)).toBe('online');
  });
});

describe('how readers stand', () => {
  it('is no fault while they are asked for the first time', async () => {
    const line = await online();
    expect(line.states()).toEqual(['securing', 'online']);
  });

  it('is right again after a silence in which the port was opened anew', async () => {
    const line = await online({ count: 8 });
    line.hands.wires = false;
    await line.run(2_700);
    line.hands.wires = true;
    await line.run(10_000);
    const last = Array.from({ length: 8 }, (_, i) => line.states(`r${i + 1}`).at(-1));
    expect(new Set(last)).toEqual(new Set(['online']));
  });

  it('is told when the adapter is pulled and when it is back', async () => {
    const line = await online();
    line.pull();
    await line.run(3_000);
    expect(line.states().slice(2)).toEqual(['lineDown', 'offline', 'securing', 'online']);
  });
});

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
