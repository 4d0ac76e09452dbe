/** Builds the lines with readers that a configuration names. Nothing is opened before their `start`. */

import type { CardFormatTable } from '../config/card-formats.ts';
import type { ControllerConfig } from '../config/load.ts';
import type { ReaderLines } from '../config/readers.ts';
import type { WiegandFormat } from '../drivers/osdp/credentials/wiegand-formats.ts';
import { wiegandFormats } from '../drivers/osdp/credentials/wiegand-formats.ts';
import { OsdpReaders } from '../drivers/osdp/osdp-readers.ts';
import { openSerialLine } from '../drivers/serial/serial-line.ts';
import { TextReader } from '../drivers/serial/text-reader.ts';
import type { Log } from './app/log.ts';
import type { ReaderSetup } from './app/reader-answers.ts';
import { DoorId } from './core/dataset.ts';
import type { Timers } from './ports/clock.ts';
import { type ReaderKeys, ReaderKeysFault, type ReaderLine } from './ports/reader.ts';
import { openReaderKeys } from './store/reader-key-file.ts';

interface Means {
  readonly timers: Timers;
  readonly log: Log;
}

export function readerLines(
  { stateDir, readers = {}, cardFormats = {} }: ControllerConfig,
  means: Means,
): ReadonlyMap<string, ReaderSetup> {
  const setups = new Map<string, ReaderSetup>();
  const keys = keysOf(stateDir);
  for (const [name, setup] of Object.entries(readers)) {
    if (setup.hardware === 'serialText') {
      setups.set(name, { door: DoorId.parse(setup.door), line: textReader(name, setup, means) });
      continue;
    }
    const line =
      keys instanceof ReaderKeysFault
        ? keyless(Object.keys(setup.readers), keys)
        : osdpReaders(setup, cardFormats, keys, means);
    for (const [reader, { door }] of Object.entries(setup.readers))
      setups.set(reader, { door: DoorId.parse(door), line });
  }
  return setups;
}

type OsdpSetup = Extract<ReaderLines[string], { hardware: 'osdp' }>;
type TextSetup = Extract<ReaderLines[string], { hardware: 'serialText' }>;

function osdpReaders(
  { device, baudRate, pollEvery, readers }: OsdpSetup,
  formats: CardFormatTable,
  keys: ReaderKeys,
  { timers, log }: Means,
): ReaderLine {
  return new OsdpReaders({
    readers: Object.entries(readers).map(([name, reader]) => ({
      ...reader,
      name,
      formats: Object.fromEntries(reader.cards.flatMap((format) => formatNamed(format, formats))),
    })),
    baudRate,
    pollEveryMs: pollEvery,
    open: (listener) => openSerialLine({ path: device, baudRate }, listener),
    timers,
    nowMs: () => performance.now(),
    keys,
    log,
  });
}

const textReader = (
  name: string,
  { device, baudRate, startsWith = '', endsWith = '', letters, length }: TextSetup,
  { timers }: Means,
): ReaderLine =>
  new TextReader({
    name,
    format: { startsWith, endsWith, letters, ...(length === undefined ? {} : { length }) },
    open: (listener) => openSerialLine({ path: device, baudRate }, listener),
    timers,
    nowMs: () => performance.now(),
  });

const builtIn = new Map<string, WiegandFormat>(Object.entries(wiegandFormats));

function formatNamed(name: string, own: CardFormatTable): readonly (readonly [string, WiegandFormat])[] {
  const format = builtIn.get(name) ?? own[name];
  if (format === undefined) return [];
  const { facility, ...rest } = format;
  return [[name, { ...rest, ...(facility === undefined ? {} : { facility }) }]];
}

function keysOf(stateDir: string): ReaderKeys | ReaderKeysFault {
  try {
    return openReaderKeys(stateDir);
  } catch (error) {
    if (error instanceof ReaderKeysFault) return error;
    throw error;
  }
}

/** Readers whose keys cannot be read are faulty, and never without keys: that would let anybody give them new ones. */
const keyless = (readers: readonly string[], { message }: ReaderKeysFault): ReaderLine => ({
  start(listener) {
    for (const reader of readers) listener(reader, { kind: 'state', state: 'lineDown', problem: message });
  },
  show() {},
  endShow() {},
  close: () => Promise.resolve(),
});
