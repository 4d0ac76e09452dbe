/** `OsdpReaders` as the controller runs them, over serialport and a real pty, with simulated readers at its other end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemTimers } from '../../../controller/app/system-clock.ts';
import type { ReaderInput } from '../../../controller/ports/reader.ts';
import type { WiegandFormat } from '../../../drivers/osdp/credentials/wiegand-formats.ts';
import type { Command } from '../../../drivers/osdp/messages/command.ts';
import { OsdpReaders } from '../../../drivers/osdp/osdp-readers.ts';
import { openSerialLine } from '../../../drivers/serial/serial-line.ts';
import { SimulatedReaders, simulatedSettings } from '../../../drivers/sim/reader/simulated-reader.ts';
import { keyOf } from './readers.ts';

export type Heard = ReaderInput & { readonly reader: string };

export interface PtyLine {
  readonly panel: OsdpReaders;
  readonly readers: SimulatedReaders;
  readonly heard: readonly Heard[];
  readonly did: readonly { readonly address: number; readonly command: Command }[];
  /** The first input, from now or before, that is as wanted. */
  until(wanted: (heard: Heard) => boolean, after?: number): Promise<Heard>;
  untilDid(wanted: (command: Command) => boolean): Promise<Command>;
}

/** Readers `r1`, `r2` … at addresses 1, 2 …, with keys of their own. */
export async function ptyLine({
  count = 1,
  formats = {},
  pinned = false,
}: {
  readonly count?: number;
  readonly formats?: Readonly<Record<string, WiegandFormat>>;
  /** As after commissioning: the readers' identities are known. */
  readonly pinned?: boolean;
} = {}): Promise<PtyLine> {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-osdp-'));
  const path = join(folder, 'line');
  const addresses = Array.from({ length: count }, (_, i) => i + 1);
  const heard: Heard[] = [];
  const did: PtyLine['did'][number][] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiting) look();
  };
  const readers = new SimulatedReaders({
    path,
    readers: addresses.map((address) => simulatedSettings(address, keyOf(address))),
    onDid: (address, command) => {
      did.push({ address, command });
      wake();
    },
    onChannel: () => {},
  });
  const panel = new OsdpReaders({
    readers: addresses.map((address) => ({
      ...{ name: `r${address}`, address, formats, display: ['en', 'fr'], keyBeep: true },
      reads: ['keypad', 'card'],
    })),
    ...{ baudRate: 115_200, pollEveryMs: 50, timers: systemTimers },
    open: (listener) => openSerialLine({ path, baudRate: 115_200 }, listener),
    nowMs: () => performance.now(),
    keys: {
      get: (reader) => {
        const address = Number(reader.slice(1));
        const { cuid, id } = simulatedSettings(address, undefined);
        const { vendor, model, serial } = id;
        return {
          scbk: keyOf(address),
          ...(pinned ? { pinned: { cuid: cuid.toHex(), vendor, model, serial } } : {}),
        };
      },
      keysOfOthers: () => [],
      keep: () => {},
    },
    log: { warn: () => {} },
  });
  onTestFinished(async () => {
    await panel.close();
    await readers.close();
    rmSync(folder, { recursive: true, force: true });
  });
  readers.start();
  panel.start((reader, input) => {
    heard.push({ ...input, reader });
    wake();
  });
  const first = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    ...{ panel, readers, heard, did },
    until: (wanted, after = 0) => first(() => heard.slice(after).find(wanted)),
    untilDid: (wanted) => first(() => did.map(({ command }) => command).find(wanted)),
  };
}

export const isOnline = (input: Heard): boolean => input.kind === 'state' && input.state === 'online';
