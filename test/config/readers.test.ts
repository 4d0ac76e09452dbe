import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { builtInCardFormats } from '../../config/readers.ts';
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
    [
      'a format with a bit beyond its last',
      `cardFormats: {office: {bits: 32, card: {first: 1, last: 32}}}\n${line(hall)}`,
      /office/,
    ],
  ])('are refused with %s', (_, text, problem) => {
    const config = read(text);
    expect(config.kind === 'refused' && config.problem).toMatch(problem);
  });

  it('know by name every format that the driver brings', () => {
    expect([...builtInCardFormats].sort()).toEqual(Object.keys(wiegandFormats).sort());
  });
});
