import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsForm } from '../../../controller/core/hash-forms.ts';
import {
  type EntryEffect,
  entryTimeoutMs,
  maxDigits,
  noEntry,
  stepEntry,
} from '../../../drivers/osdp/credentials/keypad-entry.ts';
import {
  readWiegand,
  type WiegandCard,
  type WiegandRefusal,
} from '../../../drivers/osdp/credentials/wiegand.ts';
import { type WiegandFormat, wiegandFormats } from '../../../drivers/osdp/credentials/wiegand-formats.ts';
import type { Key } from '../../../drivers/osdp/messages/keypad.ts';
import { decodeRaw } from '../../../drivers/osdp/messages/raw.ts';
import { bytes } from '../../support/osdp/bytes.ts';

/** Keys a second apart; a number waits for so many milliseconds more. */
function typed(keys: readonly (Key | number)[]): readonly EntryEffect[] {
  let entry = noEntry;
  let nowMs = 0;
  return keys.flatMap((key) => {
    nowMs += typeof key === 'number' ? key : 1_000;
    const step = stepEntry(
      entry,
      typeof key === 'number' ? { kind: 'tick', nowMs } : { kind: 'key', key, nowMs },
    );
    entry = step.entry;
    return step.effects;
  });
}
const entries = (effects: readonly EntryEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'entered' ? [effect.digits] : []));
const keys = (text: string) => Array.from(text) as readonly Key[];

describe('keys at a keypad', () => {
  it.each<[what: string, keys: readonly (Key | number)[], entered: readonly string[]]>([
    ['are entered with #', keys('12345678#'), ['12345678']],
    ['are entered once', keys('1234##'), ['1234']],
    ['begin anew after an entry', keys('12#34#'), ['12', '34']],
    ['are cleared by *', keys('99*1234#'), ['1234']],
    ['are nothing without a digit', keys('#*#'), []],
    ['have letters without a function', keys('1A2B#C'), ['12']],
    ['are not entered by waiting', [...keys('1234'), entryTimeoutMs], []],
    ['are forgotten after a wait', [...keys('12'), entryTimeoutMs, ...keys('34#')], ['34']],
    ['wait for the slow', [...keys('1'), 8_000, ...keys('2'), 8_000, ...keys('3#')], ['123']],
    ['are cut where no code is so long', keys(`${'7'.repeat(40)}#`), ['7'.repeat(maxDigits)]],
  ])('%s', (_, pressed, entered) => {
    expect(entries(typed(pressed))).toEqual(entered);
  });

  it('that come too late clear what was there, even when no tick came between', () => {
    const first = stepEntry(noEntry, { kind: 'key', key: '1', nowMs: 0 });
    const late = stepEntry(first.entry, { kind: 'key', key: '2', nowMs: entryTimeoutMs });
    expect(late.entry.digits).toBe('2');
    expect(late.effects).toEqual([{ kind: 'timedOut' }, { kind: 'beep' }]);
  });

  it('time out once', () => {
    expect(typed(['1', entryTimeoutMs, entryTimeoutMs])).toEqual([{ kind: 'beep' }, { kind: 'timedOut' }]);
  });

  it('all beep alike: one beep a key, whatever it does', () => {
    const pressed = fc.array(fc.constantFrom<Key>(...keys('0123456789*#ABCD')), { maxLength: 60 });
    fc.assert(
      fc.property(pressed, (sequence) => {
        expect(typed(sequence).filter(({ kind }) => kind === 'beep')).toHaveLength(sequence.length);
      }),
    );
  });
});

describe('card formats', () => {
  // Cards with every parity bit set by hand.
  it.each<[format: WiegandFormat, hex: string, card: WiegandCard]>([
    [wiegandFormats.H10301, 'bd88eb80', { facility: 123n, card: 4567n }],
    [wiegandFormats.H10306, '891a2b3c40', { facility: 0x1234n, card: 0x5678n }],
    [wiegandFormats.H10304, '891a015b38', { facility: 0x1234n, card: 0x15b3n }],
    [wiegandFormats.H10302, '00001e2408', { card: 123_456n }],
    [wiegandFormats.corporate1000, 'c1ec0475e0', { facility: 123n, card: 4567n }],
  ])('%o', (format, hex, card) => {
    expect(readWiegand(format, { bits: format.bits, hex })).toEqual(card);
  });

  it.each(Object.entries(wiegandFormats))('%s refuses a card in which one bit was misread', (_, format) => {
    const sound = soundCard(format);
    for (let bit = 0; bit < format.bits; bit += 1) {
      const misread = sound.slice();
      misread[bit >> 3] = (misread[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
      expect(readWiegand(format, { bits: format.bits, hex: misread.toHex() })).toBe('parity');
    }
  });

  it.each<[bits: number, hex: string, refusal: WiegandRefusal]>([
    [25, 'bd88eb80', 'length'],
    [34, 'bd88eb8000', 'length'],
    [26, 'bd88eb', 'length'],
    [26, 'bd88ebc0', 'parity'],
  ])('%i bits %s are no card of 26: %s', (bits, hex, refusal) => {
    expect(readWiegand(wiegandFormats.H10301, { bits, hex })).toBe(refusal);
  });

  it('may be a building’s own, as data', () => {
    const own: WiegandFormat = {
      bits: 12,
      card: { first: 1, last: 10 },
      parity: [{ bit: 11, parity: 'odd', over: [1, 2] }],
    };
    expect(readWiegand(own, { bits: 12, hex: '4000' })).toEqual({ card: 512n });
    expect(readWiegand(own, { bits: 12, hex: '6000' })).toBe('parity');
    expect(readWiegand(own, { bits: 12, hex: '6010' })).toEqual({ card: 768n });
  });

  it('make no identity: that is all the bits and their number', () => {
    const raw = decodeRaw(bytes('00 01 1A00 BD88EBBF'));
    if (typeof raw === 'string') throw new Error(raw);
    expect(bitsForm(raw.bits, raw.data.toHex())).toBe('bits:26:bd88eb80');
  });
});

/** Some card of the format with its parity put right, rule by rule. */
function soundCard({ bits, parity }: WiegandFormat): Uint8Array {
  const card = new Uint8Array(Math.ceil(bits / 8));
  const at = (bit: number) => ((card[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
  const turn = (bit: number) => {
    card[bit >> 3] = (card[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  };
  for (let bit = 2; bit < bits; bit += 5) turn(bit);
  for (const rule of parity) {
    const ones = rule.over.reduce((sum, bit) => sum + at(bit), at(rule.bit));
    if (ones % 2 !== (rule.parity === 'odd' ? 1 : 0)) turn(rule.bit);
  }
  return card;
}
