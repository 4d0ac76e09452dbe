/** The readers' part of the configuration, and what a schema cannot say of it. */
import { z } from 'zod';
import { builtInCardFormats, type CardFormatTable, name } from './card-formats.ts';
import { didYouMean } from './did-you-mean.ts';
import { duration } from './units.ts';

const door = z.string().min(1).max(64).describe('the door that it opens; one of `doors`');
const device = z
  .string()
  .regex(/^\/[^\0]+$/, 'the path of a serial device, such as /dev/serial/by-id/usb-…')
  .describe(
    'the serial device; a path below `/dev/serial/by-id/` stays the same when adapters change places',
  );
const baudRates = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400] as const;

const OsdpReader = z
  .strictObject({
    address: z.int().min(0).max(126).describe('its address on the line'),
    door,
    reads: z
      .array(z.enum(['keypad', 'card', 'tag']))
      .min(1)
      .describe('what is listened to: its keypad, its cards and fobs, the tags of a long-range reader'),
    cards: z
      .array(z.string().min(1).max(32))
      .default([])
      .describe(
        "formats of its cards, whose parity is looked at: `H10301`, `H10306`, `H10304`, `H10302`, `corporate1000` or one of `cardFormats`; none: whatever it reads. A card's identity is all of its bits either way",
      ),
    display: z
      .array(z.enum(['en', 'fr']))
      .max(4)
      .default([])
      .describe('the languages of its display, one a row; none: it has no display'),
    keyBeep: z
      .boolean()
      .default(true)
      .describe('whether each key is made to sound; false where the keypad does that by itself'),
  })
  .describe('one reader');

const OsdpLine = z
  .strictObject({
    hardware: z.literal('osdp').describe('readers that speak OSDP with Secure Channel on a two-wire line'),
    device,
    baudRate: z
      .literal(baudRates)
      .default(9_600)
      .describe('9600, 19200, 38400, 57600, 115200 or 230400; the same for every reader of a line'),
    pollEvery: duration(z.int().min(20).max(1_000))
      .prefault('50ms')
      .describe('how often each reader is asked whether it has something to say'),
    readers: z
      .record(name, OsdpReader)
      .refine((readers) => Object.keys(readers).length > 0, 'at least one reader')
      .describe('the readers on this line, by their names'),
  })
  .describe('one serial line with readers');

const TextLine = z
  .strictObject({
    hardware: z
      .literal('serialText')
      .describe(
        'a long-range reader of car tags that sends each tag as a line of text; such a line is not authenticated. The reader has the name of its line',
      ),
    device,
    baudRate: z.literal(baudRates).default(9_600).describe('its speed; 8 data bits, no parity'),
    door,
    startsWith: z
      .string()
      .min(1)
      .max(32)
      .optional()
      .describe('what stands before the tag in each line, if anything; other lines are left out'),
    endsWith: z.string().min(1).max(32).optional().describe('what stands after it, if anything'),
    letters: z.enum(['hex', 'decimal', 'printable']).default('printable').describe('which letters a tag has'),
    length: z.int().min(1).max(96).optional().describe('how many letters a tag has; absent: any number'),
  })
  .describe('one line with one reader of car tags');

export const Readers = z
  .record(name, z.discriminatedUnion('hardware', [OsdpLine, TextLine]))
  .refine((lines) => Object.keys(lines).length > 0, 'at least one line')
  .optional()
  .describe('serial lines with readers, by names of your own; absent: this console has none');

export type ReaderLines = NonNullable<z.output<typeof Readers>>;

interface ReadersProblem {
  readonly path: readonly (string | number)[];
  readonly what: string;
}

/** References, and what may be there once only. */
export function problemInReaders(
  lines: ReaderLines,
  formats: CardFormatTable,
  doors: readonly string[],
): ReadersProblem | undefined {
  const hidden = builtInCardFormats.find((format) => Object.hasOwn(formats, format));
  if (hidden !== undefined)
    return {
      path: ['cardFormats', hidden],
      what: 'is the name of a format that every reader knows already: give yours another one',
    };
  const known = [...builtInCardFormats, ...Object.keys(formats)];
  const names = new Set<string>();
  const devices = new Set<string>();
  const unknownDoor = (named: string): string =>
    `names "${named}", which \`doors\` lacks: ${didYouMean(named, doors) || 'add that door, or name one of them'}`;
  const taken = 'is the name of another reader, too: give each its own';
  for (const [line, setup] of Object.entries(lines)) {
    const at = ['readers', line];
    if (devices.has(setup.device))
      return {
        path: [...at, 'device'],
        what: 'is the device of another line, too: put its readers together',
      };
    devices.add(setup.device);
    if (setup.hardware === 'serialText') {
      if (names.has(line)) return { path: at, what: taken };
      names.add(line);
      if (!doors.includes(setup.door)) return { path: [...at, 'door'], what: unknownDoor(setup.door) };
      continue;
    }
    const addresses = new Set<number>();
    for (const [reader, { address, door, cards }] of Object.entries(setup.readers)) {
      const path = [...at, 'readers', reader];
      if (names.has(reader)) return { path, what: taken };
      names.add(reader);
      if (addresses.has(address))
        return {
          path: [...path, 'address'],
          what: 'is taken by another reader of this line: give each its own',
        };
      addresses.add(address);
      if (!doors.includes(door)) return { path: [...path, 'door'], what: unknownDoor(door) };
      const strange = cards.findIndex((format) => !known.includes(format));
      if (strange >= 0) {
        const hint = didYouMean(cards[strange] ?? '', known) || `name one of ${known.join(', ')}`;
        return { path: [...path, 'cards', strange], what: `is no card format: ${hint}` };
      }
    }
  }
  return undefined;
}
