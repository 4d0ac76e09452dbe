import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInCardFormats } from '../../config/card-formats.ts';
import { loadConfig } from '../../config/load.ts';
import { wiegandFormats } from '../../drivers/osdp/credentials/wiegand-formats.ts';
import { tempDir } from '../support/store.ts';

const door = '{hardware: simulated, monitor: true, rex: release, fire: release}';
const head = `console: {keypadDoor: front}\ndoors: {front: ${door}}\n`;
const hall = 'hall: {address: 0, door: front, reads: [keypad]}';
const line = (readers: string): string =>
  `readers: {main: {hardware: osdp, device: /dev/ttyS0, readers: {${readers}}}}\n`;

function read(text: string) {
  const file = join(tempDir(), 'vestibule.yaml');
  writeFileSync(file, head + text);
  return loadConfig(file);
}

describe('readers in the configuration', () => {
  it('have sensible defaults', () => {
    const config = read(line(hall));
    expect(config.kind === 'config' && config.config.readers).toEqual({
      main: {
        hardware: 'osdp',
        device: '/dev/ttyS0',
        baudRate: 9_600,
        pollEvery: 50,
        readers: {
          hall: { address: 0, door: 'front', reads: ['keypad'], cards: [], display: [], keyBeep: true },
        },
      },
    });
  });

  it('may name formats of their own', () => {
    const own = 'cardFormats: {office: {bits: 32, card: {first: 1, last: 30}}}\n';
    expect(
      read(own + line('hall: {address: 0, door: front, reads: [card], cards: [office, H10301]}')).kind,
    ).toBe('config');
  });

  it('may name formats whose printed number has the facility code in it', () => {
    const own =
      'cardFormats: {office: {bits: 32, facility: {first: 1, last: 12}, card: {first: 1, last: 30}}}\n';
    expect(read(own + line(hall))).toMatchObject({ kind: 'config' });
  });

  it.each<[what: string, text: string, problem: RegExp]>([
    [
      'a door that is not there',
      line('hall: {address: 0, door: frnt, reads: [card]}'),
      /hall\.door names "frnt".*front/,
    ],
    [
      'one address twice',
      line(`${hall}, yard: {address: 0, door: front, reads: [card]}`),
      /yard\.address is taken/,
    ],
    [
      'a format that nobody knows',
      line('hall: {address: 0, door: front, reads: [card], cards: [H10302, H1O301]}'),
      /hall\.cards\[1\] is no card format: .*H10301/,
    ],
    [
      'one name on two lines',
      `readers:\n  a: {hardware: osdp, device: /dev/a, readers: {${hall}}}\n  b: {hardware: osdp, device: /dev/b, readers: {${hall}}}\n`,
      /readers\.b\.readers\.hall is the name of another reader/,
    ],
    [
      'one device for two lines',
      `readers:\n  a: {hardware: osdp, device: /dev/a, readers: {${hall}}}\n  b: {hardware: serialText, device: /dev/a, door: front}\n`,
      /readers\.b\.device is the device of another line/,
    ],
    [
      'a text reader with another’s name',
      `readers:\n  a: {hardware: osdp, device: /dev/a, readers: {${hall}}}\n  hall: {hardware: serialText, device: /dev/b, door: front}\n`,
      /readers\.hall is the name of another reader/,
    ],
    [
      'a text reader without its door',
      'readers: {gate: {hardware: serialText, device: /dev/b, door: gate}}\n',
      /gate\.door names/,
    ],
    ['an address that is none', line('hall: {address: 127, door: front, reads: [card]}'), /address/],
    ['a speed that is none', line(hall).replace('device:', 'baudRate: 9601, device:'), /baudRate/],
    ['a device by another name than its path', line(hall).replace('/dev/ttyS0', 'ttyS0'), /device/],
  ])('are refused with %s', (_, text, problem) => {
    const config = read(text);
    expect(config.kind === 'refused' && config.problem).toMatch(problem);
  });

  const rule = (bit: number, parity: string, over: string): string =>
    `{bit: ${bit}, parity: ${parity}, over: [${over}]}`;
  const rules = (...all: readonly string[]): string =>
    `bits: 32, card: {first: 5, last: 20}, parity: [${all.join(', ')}]`;

  it.each<[what: string, layout: string, problem: string]>([
    [
      'a number that ends beyond the card',
      'bits: 32, card: {first: 1, last: 32}',
      'card.last must be at most 31, the last bit of a card whose `bits` are 32.',
    ],
    [
      'a number that ends before it begins',
      'bits: 32, card: {first: 20, last: 5}',
      'card.last must be the bit of `first`, or one behind it.',
    ],
    [
      'a facility code that begins beyond the card',
      'bits: 32, facility: {first: 40, last: 50}, card: {first: 1, last: 30}',
      'facility.first must be at most 31, the last bit of a card whose `bits` are 32.',
    ],
    ['fewer bits than none', 'bits: -3, card: {first: 1, last: 30}', 'bits must be at least 1.'],
    [
      'a parity bit beyond the card',
      rules(rule(0, 'even', '1, 2'), rule(32, 'odd', '3, 4')),
      'parity[1].bit must be at most 31, the last bit of a card whose `bits` are 32.',
    ],
    [
      'parity over a bit beyond the card',
      rules(rule(0, 'even', '1, 32')),
      'parity[0].over[1] must be at most 31, the last bit of a card whose `bits` are 32.',
    ],
    [
      'odd parity over its own bit',
      rules(rule(0, 'odd', '0')),
      'parity[0].over[0] must be another bit than the parity bit, which counts by itself.',
    ],
    [
      'a bit that is counted twice',
      rules(rule(0, 'even', '1, 2, 1')),
      'parity[0].over[2] must be a bit that is not in this list yet.',
    ],
    [
      'one parity bit that is to be even and odd',
      rules(rule(0, 'even', '1, 2'), rule(0, 'odd', '2, 1')),
      'parity[1] must be a rule that a card can meet together with those before it.',
    ],
    [
      'three rules of which each two are possible',
      rules(rule(0, 'even', '1'), rule(1, 'even', '2'), rule(2, 'odd', '0')),
      'parity[2] must be a rule that a card can meet together with those before it.',
    ],
  ])('are refused with a card format that no card can have: %s', (_, layout, problem) => {
    const config = read(`cardFormats: {office: {${layout}}}\n`);
    expect(config.kind === 'refused' && config.problem.replace(/^.* cardFormats\.office\./, '')).toBe(
      problem,
    );
  });

  it('are refused with a card format whose name hides one that every reader knows', () => {
    const config = read('cardFormats: {H10301: {bits: 26, card: {first: 1, last: 24}}}\n');
    expect(config.kind === 'refused' && config.problem).toMatch(
      /:3:\d+: cardFormats\.H10301 is the name of a format that every reader knows already: give yours another one\.$/,
    );
  });

  it.each(Object.entries(wiegandFormats))('may have a layout like %s', (_, layout) => {
    expect(read(`cardFormats: {office: ${JSON.stringify(layout)}}\n`).kind).toBe('config');
  });

  it('may have two rules that say the same', () => {
    const layout = rules(rule(0, 'even', '1, 2'), rule(0, 'even', '2, 1'));
    expect(read(`cardFormats: {office: {${layout}}}\n`).kind).toBe('config');
  });

  it('know by name every format that the driver brings', () => {
    expect([...builtInCardFormats].sort()).toEqual(Object.keys(wiegandFormats).sort());
  });
});
