import { describe, expect, it } from 'vitest';
import type { LinkReport, LinkRequest } from '../../../drivers/osdp/link/link-state.ts';
import { bytes, hex } from '../../support/osdp/bytes.ts';
import { type Line, lineOf } from '../../support/osdp/line.ts';
import { anotherKey, keyOf, link, reader } from '../../support/osdp/readers.ts';

const kinds = ({ reports }: Line): readonly string[] =>
  reports.map((report) => (report.kind === 'status' ? report.status : report.kind));
const of = <K extends LinkReport['kind']>({ reports }: Line, kind: K) =>
  reports.filter((report): report is (typeof reports)[number] & { kind: K } => report.kind === kind);

function online(options: Partial<Parameters<typeof lineOf>[0]> = {}): Line {
  const line = lineOf({ links: [link(1)], peripherals: [reader(1)], ...options });
  line.feed({ kind: 'opened' });
  line.run(500);
  return line;
}

describe('a reader with its key', () => {
  it('is online within half a second, and says who and how it is', () => {
    const line = online();
    expect(kinds(line)).toEqual(['securing', 'online', 'identity', 'local', 'readers', 'inputs', 'outputs']);
    expect(of(line, 'identity')).toMatchObject([
      { identity: { cuid: '00068e0001020301', vendor: '00068e', serial: 1_001, firmware: '1.2.3' } },
    ]);
    expect(of(line, 'local')).toMatchObject([{ tamper: false, powerFailure: false }]);
  });

  it('reports cards and keys at the next poll, each once, in order', () => {
    const line = online();
    line.forget();
    const presented = line.nowMs;
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.act(1, { kind: 'press', keys: ['1', '2'] });
    line.act(1, { kind: 'press', keys: ['#'] });
    line.run(500);
    expect(line.reports).toMatchObject([
      { kind: 'card', reader: 0, bits: 26, hex: 'bd88eb80' },
      { kind: 'keys', reader: 0, keys: ['1', '2'] },
      { kind: 'keys', reader: 0, keys: ['#'] },
    ]);
    // One poll's wait; what queues behind does not wait for another.
    expect(Math.max(...line.reports.map(({ atMs }) => atMs)) - presented).toBeLessThan(70);
  });

  it('reports tamper and inputs when they change, and not again while they stay', () => {
    const line = online();
    line.forget();
    line.act(1, { kind: 'tamper', tamper: true });
    line.act(1, { kind: 'tamper', tamper: true });
    line.act(1, { kind: 'input', input: 1, active: true });
    line.run(500);
    expect(line.reports).toMatchObject([
      { kind: 'local', tamper: true },
      { kind: 'inputs', active: [false, true] },
    ]);
  });

  it('is polled every 50 ms, and no more', () => {
    const line = online();
    line.forget();
    line.run(1_000);
    expect(line.said.length).toBeGreaterThanOrEqual(19);
    expect(line.said.length).toBeLessThanOrEqual(21);
  });

  it('does what it is asked, and its outputs are looked at, because an ACK proves nothing', () => {
    const line = online();
    line.forget();
    line.feed({
      kind: 'order',
      address: 1,
      order: {
        kind: 'request',
        id: 'strike',
        command: { kind: 'OUT', outputs: [{ output: 0, control: 'temporaryOn', timerMs: 5_000 }] },
      },
    });
    line.feed({
      kind: 'order',
      address: 1,
      order: {
        kind: 'request',
        id: 'beep',
        command: { kind: 'BUZ', reader: 0, tone: 'default', onMs: 200, offMs: 0, count: 1 },
      },
    });
    line.run(200);
    expect(line.reports).toMatchObject([
      { kind: 'answered', id: 'strike', reply: { kind: 'ACK' } },
      { kind: 'outputs', active: [true] },
      { kind: 'answered', id: 'beep', reply: { kind: 'ACK' } },
    ]);
    expect(line.did.map(({ command }) => command.kind).slice(0, 3)).toEqual(['OUT', 'OSTAT', 'BUZ']);
  });

  it.each<[LinkRequest['command'], string]>([
    [{ kind: 'LSTAT' }, 'LSTATR'],
    [{ kind: 'ISTAT' }, 'ISTATR'],
    [{ kind: 'OSTAT' }, 'OSTATR'],
    [{ kind: 'RSTAT' }, 'RSTATR'],
    [{ kind: 'OUT', outputs: [{ output: 0, control: 'permanentOn', timerMs: 0 }] }, 'ACK'],
    [{ kind: 'LED', leds: [{ reader: 0, led: 0, temporary: 'cancel' }] }, 'ACK'],
    [{ kind: 'BUZ', reader: 0, tone: 'default', onMs: 200, offMs: 0, count: 1 }, 'ACK'],
    [{ kind: 'TEXT', reader: 0, row: 1, column: 1, text: 'Door open' }, 'ACK'],
    [{ kind: 'ABORT' }, 'ACK'],
    [{ kind: 'KEEPACTIVE', forMs: 7_000 }, 'ACK'],
  ])('answers %j in its session, and is polled on', (command, reply) => {
    const line = online();
    line.forget();
    line.feed({ kind: 'order', address: 1, order: { kind: 'request', id: 'a', command } });
    line.run(200);
    expect(of(line, 'answered')).toMatchObject([{ id: 'a', reply: { kind: reply } }]);
    expect(line.did).toContainEqual(expect.objectContaining({ command }));
    expect(line.bus.links[0]?.status).toBe('online');
  });

  it('moves to another address by COMSET, and is gone from the one before', () => {
    const line = online();
    line.forget();
    const command = { kind: 'COMSET', address: 5, baudRate: 115_200 } as const;
    line.feed({ kind: 'order', address: 1, order: { kind: 'request', id: 'a', command } });
    line.run(2_000);
    expect(of(line, 'answered')).toMatchObject([{ reply: { kind: 'COM', address: 5, baudRate: 115_200 } }]);
    expect(kinds(line)).toContain('offline');
    expect(line.peripherals[0]?.address).toBe(5);
  });

  it('says no to what it cannot do, and stays online', () => {
    const line = online();
    line.forget();
    const outputs = [{ output: 7, control: 'permanentOn', timerMs: 0 }] as const;
    line.feed({
      kind: 'order',
      address: 1,
      order: { kind: 'request', id: 'a', command: { kind: 'OUT', outputs } },
    });
    line.run(200);
    expect(line.reports).toMatchObject([{ kind: 'failed', id: 'a', why: { nak: 9 } }]);
  });

  it('takes so many requests and no more', () => {
    const line = online();
    line.forget();
    for (let i = 0; i < 18; i += 1)
      line.feed({
        kind: 'order',
        address: 1,
        order: { kind: 'request', id: `${i}`, command: { kind: 'LSTAT' } },
      });
    expect(of(line, 'failed')).toMatchObject([
      { id: '16', why: 'queueFull' },
      { id: '17', why: 'queueFull' },
    ]);
    line.run(1_000);
    expect(of(line, 'answered')).toHaveLength(16);
  });

  it('is told nothing that it need not be able to take', () => {
    const line = online();
    line.forget();
    const ask = (id: string, count: number) => {
      const leds = Array.from({ length: count }, (_, led) => ({
        reader: 0,
        led,
        temporary: 'cancel' as const,
      }));
      line.feed({
        kind: 'order',
        address: 1,
        order: { kind: 'request', id, command: { kind: 'LED', leds } },
      });
    };
    ask('seven', 7);
    ask('eight', 8);
    line.run(200);
    expect(line.reports).toMatchObject([
      { kind: 'failed', id: 'eight', why: 'tooLong' },
      { kind: 'answered', id: 'seven' },
    ]);
    // Beside the mark.
    expect(Math.max(...line.said.map((said) => said.bytes.length - 1))).toBeLessThanOrEqual(128);
  });

  it('may be busy for a while: asked again, not given up', () => {
    const line = online();
    line.forget();
    line.act(1, { kind: 'fault', fault: 'busy', times: 20 });
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.run(3_000);
    expect(kinds(line)).toEqual(['card']);
  });

  it('is gone when it is busy for ever', () => {
    const line = online();
    line.forget();
    line.act(1, { kind: 'fault', fault: 'busy', times: 1_000 });
    line.run(9_000);
    expect(of(line, 'status')).toMatchObject([{ status: 'offline', cause: 'busy' }]);
  });

  it('works on an adapter that hears itself', () => {
    const line = online({ echo: true });
    line.act(1, { kind: 'press', keys: ['5'] });
    line.run(100);
    expect(kinds(line)).toContain('keys');
    expect(line.noises).toEqual([]);
  });
});

describe('a bad line', () => {
  it('is met by repeating byte for byte, and loses no card and doubles none', () => {
    const line = online();
    line.forget();
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.act(1, { kind: 'fault', fault: 'drop', times: 2 });
    line.run(1_000);
    expect(line.reports).toMatchObject([{ kind: 'card', hex: 'bd88eb80' }]);
    const [first, second, third, fourth] = line.said.map((said) => hex(said.bytes));
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
  });

  it.each(['corrupt', 'wrongSequence', 'wrongAddress', 'babble'] as const)(
    'with %s answers now and then is no reason to be offline',
    (fault) => {
      const line = online();
      line.forget();
      line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
      line.act(1, { kind: 'fault', fault, times: 2 });
      line.run(1_500);
      expect(kinds(line)).toEqual(['card']);
    },
  );

  it('may split answers anywhere, with noise before and behind them', () => {
    const line = online({
      carry: (answer) => [
        bytes('00 53 FF FF'),
        ...Array.from(answer, (byte) => Uint8Array.of(byte)),
        bytes('AA 55'),
      ],
    });
    line.act(1, { kind: 'press', keys: ['7'] });
    line.run(100);
    expect(of(line, 'keys')).toMatchObject([{ keys: ['7'] }]);
  });

  it('may give an answer late: it is taken once, and the conversation goes on', () => {
    const line = online();
    line.forget();
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.act(1, { kind: 'fault', fault: { delayMs: 205 }, times: 1 });
    line.run(1_500);
    expect(kinds(line)).toEqual(['card']);
  });

  it('that is noisy is reported when it begins and when it ends', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'babble', times: 200 });
    line.run(5_000);
    line.act(1, { kind: 'fault', fault: 'babble', times: 0 });
    line.run(5_000);
    expect(line.noises).toEqual([true, false]);
  });
});

describe('a reader that goes away', () => {
  it('is offline within 8 s, reported once, and what was asked of it has failed', () => {
    const line = online();
    line.forget();
    line.plug(1, false);
    const gone = line.nowMs;
    line.feed({ kind: 'order', address: 1, order: { kind: 'request', id: 'a', command: { kind: 'LSTAT' } } });
    line.run(30_000);
    expect(line.reports).toMatchObject([
      { kind: 'failed', id: 'a', why: 'offline' },
      { kind: 'status', status: 'offline', cause: 'silence' },
    ]);
    expect((line.reports[1]?.atMs ?? Infinity) - gone).toBeLessThan(1_000);
    line.feed({ kind: 'order', address: 1, order: { kind: 'request', id: 'b', command: { kind: 'LSTAT' } } });
    expect(of(line, 'failed')).toMatchObject([{ id: 'a' }, { id: 'b', why: 'offline' }]);
  });

  it.each([300, 1_000, 5_000, 60_000])('works again within 2 s, put back after %i ms', (awayMs) => {
    const line = online();
    line.plug(1, false);
    line.run(awayMs);
    line.act(1, { kind: 'powerCut' });
    line.plug(1, true);
    line.forget();
    line.run(2_000);
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.run(100);
    expect(of(line, 'card')).toHaveLength(1);
  });

  it('is not believed about what it kept meanwhile: whoever held a card or typed has gone', () => {
    const line = online();
    line.plug(1, false);
    line.run(1_000);
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.act(1, { kind: 'press', keys: ['1', '#'] });
    line.act(1, { kind: 'input', input: 1, active: true });
    line.run(300_000);
    line.plug(1, true);
    line.forget();
    line.run(2_000);
    expect(kinds(line)).toContain('online');
    expect([...of(line, 'card'), ...of(line, 'keys')]).toEqual([]);
    expect(of(line, 'inputs')).toMatchObject([{ active: [false, true] }]);
    line.act(1, { kind: 'press', keys: ['2'] });
    line.run(100);
    expect(of(line, 'keys')).toMatchObject([{ keys: ['2'] }]);
  });

  it('is believed about a card that was held to it in a short break', () => {
    const line = online();
    line.forget();
    line.act(1, { kind: 'fault', fault: 'plainNak', times: 1 });
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.run(500);
    expect(kinds(line)).toEqual(['securing', 'online', 'identity', 'card']);
  });

  it('is not believed about what it kept while no controller asked it', () => {
    const line = lineOf({ links: [link(1)], peripherals: [reader(1)] });
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.feed({ kind: 'opened' });
    line.run(1_000);
    expect(kinds(line)).toContain('online');
    expect(kinds(line)).not.toContain('card');
  });

  it('is found again at once after a cut of its power, with the same key', () => {
    const line = online();
    line.forget();
    line.act(1, { kind: 'powerCut' });
    line.run(300);
    expect(of(line, 'status')).toMatchObject([
      { status: 'securing', cause: 'channelLost' },
      { status: 'online' },
    ]);
  });

  it('takes nothing with it when the adapter is pulled, and comes back with it', () => {
    const line = online();
    line.forget();
    line.feed({ kind: 'lost' });
    line.run(10_000);
    expect(line.said).toEqual([]);
    expect(line.reports).toMatchObject([{ kind: 'status', status: 'offline', cause: 'lineLost' }]);
    line.feed({ kind: 'opened' });
    line.run(500);
    expect(kinds(line).slice(1, 3)).toEqual(['securing', 'online']);
  });

  it('is asked at once when the adapter is back', () => {
    const line = online();
    line.feed({ kind: 'lost' });
    line.run(100);
    line.forget();
    line.feed({ kind: 'opened' });
    line.run(100);
    expect(kinds(line).slice(0, 2)).toEqual(['securing', 'online']);
  });

  it('together with all others makes the port be opened anew, less and less often', () => {
    const line = online();
    line.forget();
    line.plug(1, false);
    const gone = line.nowMs;
    line.run(60_000);
    const waits = line.reopenings.map(
      (atMs, i) => Math.round((atMs - (line.reopenings[i - 1] ?? gone)) / 500) / 2,
    );
    expect(waits).toEqual([2.5, 5, 10, 20]);
  });
});

describe('a bus of eight', () => {
  const addresses = [0, 1, 2, 3, 4, 5, 6, 7];
  const polls = (line: Line, address: number) =>
    line.did.filter((did) => did.address === address && did.command.kind === 'POLL').length;
  /** Polled as fast as the line can. */
  const eight = () =>
    lineOf({
      links: addresses.map((address) => ({ ...link(address), pollEveryMs: 1 })),
      peripherals: addresses.map((address) => reader(address)),
    });

  it('is polled fairly', () => {
    const line = eight();
    line.feed({ kind: 'opened' });
    line.run(1_000);
    line.forget();
    line.run(5_000);
    const counts = addresses.map((address) => polls(line, address));
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it.each([
    ['that was there before', 2_000],
    ['that never was there', 0],
  ])('is slowed by less than 10 %% by one dead reader %s', (_, aliveMs) => {
    const line = eight();
    if (aliveMs === 0) line.plug(3, false);
    line.feed({ kind: 'opened' });
    line.run(2_000);
    line.plug(3, false);
    line.run(5_000);
    line.forget();
    line.run(14_400);
    const others = addresses.filter((address) => address !== 3);
    const seven = lineOf({
      links: others.map((address) => ({ ...link(address), pollEveryMs: 1 })),
      peripherals: others.map((address) => reader(address)),
    });
    seven.feed({ kind: 'opened' });
    seven.run(2_000);
    seven.forget();
    seven.run(14_400);
    expect(polls(line, 0)).toBeGreaterThan(0.9 * polls(seven, 0));
  });
});

describe('commissioning', () => {
  const commission = (line: Line, forMs = 60_000, newKey = keyOf(1)) =>
    line.feed({
      kind: 'order',
      address: 1,
      order: { kind: 'commission', newKey, untilMs: line.nowMs + forMs },
    });
  const fresh = (): Line => {
    const line = lineOf({ links: [link(1, false)], peripherals: [reader(1, false)] });
    line.feed({ kind: 'opened' });
    line.run(3_000);
    return line;
  };

  it('is waited for: nothing that a reader without a key says is heard', () => {
    const line = fresh();
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.run(10_000);
    expect(kinds(line)).toEqual(['uncommissioned']);
    expect(line.did).toEqual([]);
  });

  it('hands the reader its key, pins who it is, and goes on under that key', () => {
    const line = fresh();
    line.forget();
    commission(line);
    line.run(1_000);
    expect(kinds(line).slice(0, 4)).toEqual(['securing', 'online', 'identity', 'keyed']);
    expect(of(line, 'keyed')).toMatchObject([{ how: 'commissioned', identity: { serial: 1_001 } }]);
    expect(line.peripherals[0]?.scbk).toEqual(keyOf(1));
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.run(100);
    expect(of(line, 'card')).toHaveLength(1);
  });

  it('over SCBK-D says KEYSET and nothing else: no card of before is heard', () => {
    const line = fresh();
    line.act(1, { kind: 'card', bits: 26, data: bytes('BD88EB80') });
    line.forget();
    commission(line);
    line.run(1_000);
    expect(line.did.map(({ command }) => command.kind).slice(0, 4)).toEqual(['KEYSET', 'POLL', 'POLL', 'ID']);
    expect(kinds(line)).toContain('keyed');
    expect(kinds(line)).not.toContain('card');
  });

  it('ends with its window', () => {
    const line = lineOf({ links: [link(1, false)], peripherals: [reader(1)] });
    line.feed({ kind: 'opened' });
    line.run(1_000);
    commission(line, 10_000);
    line.run(20_000);
    expect(of(line, 'keyFailed')).toMatchObject([{ why: 'windowClosed' }]);
    line.forget();
    line.run(20_000);
    // Asked who it is, and challenged no more.
    expect(line.said.every((said) => said.bytes.length === 10)).toBe(true);
  });

  it('takes a reader in place of another, after an operator said so', () => {
    const line = lineOf({ links: [{ ...link(1), pinned: pin }], peripherals: [reader(1, false)] });
    line.feed({ kind: 'opened' });
    line.run(5_000);
    expect(kinds(line)).toEqual(['securing', 'refused', 'refused']);
    commission(line, 60_000, anotherKey);
    line.run(2_000);
    expect(of(line, 'keyed')).toMatchObject([{ how: 'commissioned' }]);
  });
  const pin = { cuid: 'ffffffffffffffff', vendor: '00068e', model: 1, serial: 7 };

  it('fails where the reader will not have the key: the one before stays', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'keyNotTaken', times: 3 });
    line.forget();
    line.feed({ kind: 'order', address: 1, order: { kind: 'rotate', newKey: anotherKey } });
    line.run(5_000);
    expect(of(line, 'keyFailed')).toMatchObject([{ why: 'notTaken' }]);
    expect(of(line, 'status').at(-1)).toMatchObject({ status: 'online' });
    expect(line.bus.links[0]).toMatchObject({ scbk: keyOf(1), next: undefined });
  });
});

describe('rotation', () => {
  it('puts another key in place of the one in use', () => {
    const line = online();
    line.forget();
    line.feed({ kind: 'order', address: 1, order: { kind: 'rotate', newKey: anotherKey } });
    line.run(1_000);
    expect(of(line, 'keyed')).toMatchObject([{ how: 'rotated' }]);
    expect(line.peripherals[0]?.scbk).toEqual(anotherKey);
    line.forget();
    line.act(1, { kind: 'powerCut' });
    line.run(1_000);
    expect(of(line, 'status').at(-1)).toMatchObject({ status: 'online' });
  });

  it('survives that nobody heard whether the reader took the key', () => {
    const line = online();
    line.feed({ kind: 'order', address: 1, order: { kind: 'rotate', newKey: anotherKey } });
    line.act(1, { kind: 'fault', fault: 'drop', times: 3 });
    line.forget();
    line.run(10_000);
    expect(kinds(line)).toContain('offline');
    expect(of(line, 'keyed')).toMatchObject([{ how: 'rotated' }]);
  });

  it.each([
    ['had taken', anotherKey],
    ['had not taken', keyOf(1)],
  ])('goes on after a restart with a reader that %s the key on its way', (_, scbk) => {
    const line = online({
      links: [{ ...link(1), nextScbk: anotherKey }],
      peripherals: [{ ...reader(1), scbk }],
    });
    line.run(3_000);
    expect(of(line, 'status').at(-1)).toMatchObject({ status: 'online' });
    expect(kinds(line)).toContain(scbk === anotherKey ? 'keyed' : 'keyFailed');
    expect(line.bus.links[0]).toMatchObject({ scbk, next: undefined });
  });

  it('is refused while the reader is not online', () => {
    const line = lineOf({ links: [link(1)], peripherals: [] });
    line.feed({ kind: 'order', address: 1, order: { kind: 'rotate', newKey: anotherKey } });
    expect(of(line, 'keyFailed')).toMatchObject([{ why: 'notOnline' }]);
  });
});

describe('a long answer', () => {
  const piecesOf = (bytes: Uint8Array): Uint8Array[] =>
    Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => bytes.subarray(16 * i, 16 * i + 16));

  it.each([9_600, 19_200, 38_400, 115_200])('at %i baud is heard to its end', (baudRate) => {
    // ISTATR of 1,400 bytes, which makes a frame of 1,422.
    const line = lineOf({
      links: [{ ...link(1), baudRate }],
      peripherals: [{ ...reader(1), inputs: 1_400 }],
      carry: piecesOf,
      paced: true,
    });
    line.feed({ kind: 'opened' });
    line.run(10_000);
    expect(kinds(line)).toEqual(['securing', 'online', 'identity', 'local', 'readers', 'inputs', 'outputs']);
    expect(of(line, 'inputs')[0]?.active).toHaveLength(1_400);
  });

  it('that never comes holds the others up three times while there is a session, and then hardly', () => {
    let lies = false;
    /** The beginning of the longest frame there is, and as much as it promises, that makes none. */
    const lie = new Uint8Array(1_440).fill(0xa5);
    lie.set([0x53, 0x81, 0xa0, 0x05, 0x0e]);
    const links = [1, 2].map((address) => ({ ...link(address), baudRate: 9_600 }));
    const line = lineOf({
      links,
      peripherals: [reader(1), reader(2)],
      carry: (bytes) => piecesOf(lies && bytes[2] === 0x81 ? lie : bytes),
      paced: true,
    });
    line.feed({ kind: 'opened' });
    line.run(5_000);
    line.forget();
    lies = true;
    line.run(60_000);
    expect(line.reports).toMatchObject([{ kind: 'status', status: 'offline', address: 1 }]);
    const asked = line.said.flatMap(({ bytes, atMs }) => (bytes[2] === 2 ? [atMs] : []));
    const gapsMs = asked.slice(1).map((atMs, i) => atMs - (asked[i] ?? 0));
    expect(Math.max(...gapsMs)).toBeLessThan(1_900);
    expect(gapsMs.filter((gapMs) => gapMs > 1_000)).toHaveLength(3);
  });
});
