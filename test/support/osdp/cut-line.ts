/**
 * Readers' keys through power cuts, in virtual time: `OsdpReaders` over a line to one peripheral, and the disk in the
 * test's hands. Power goes between any two things that the controller does; the peripheral and the disk go on.
 */
import type { ReaderInput, ReaderKeys, ReaderSecret } from '../../../controller/ports/reader.ts';
import { OsdpReaders } from '../../../drivers/osdp/osdp-readers.ts';
import { stepPeripheral } from '../../../drivers/osdp/peripheral/peripheral-machine.ts';
import { newPeripheral, type PeripheralSettings } from '../../../drivers/osdp/peripheral/peripheral-state.ts';
import type { SerialListener } from '../../../drivers/serial/serial-line.ts';
import { HandTime } from '../hand-time.ts';

class PowerCut extends Error {}

export interface CutLine {
  /** What reached the disk. */
  readonly disk: Map<string, ReaderSecret>;
  readonly time: HandTime;
  /** A controller that starts on that disk; power goes before the thing that it does as number `cutBefore`. */
  boot(cutBefore?: number): Promise<Booted>;
  /** Takes the peripheral for another. */
  replace(by: PeripheralSettings): void;
}

export interface Booted {
  readonly readers: OsdpReaders;
  readonly inputs: readonly ReaderInput[];
  /** How many things it has done. */
  readonly done: () => number;
  readonly isCut: () => boolean;
  /** Lets time pass; false once power has gone. */
  run(ms: number): boolean;
  do(order: () => void): void;
}

export function cutLine(settings: PeripheralSettings): CutLine {
  const time = new HandTime();
  const disk = new Map<string, ReaderSecret>();
  let peripheral = newPeripheral(settings);
  let counter = 0;
  return {
    disk,
    time,
    replace(by) {
      peripheral = newPeripheral(by);
    },
    async boot(cutBefore = Number.POSITIVE_INFINITY) {
      let acts = 0;
      let cut = false;
      const act = (): void => {
        if (cut) throw new PowerCut();
        if (acts === cutBefore) {
          cut = true;
          throw new PowerCut();
        }
        acts += 1;
      };
      const keys: ReaderKeys = {
        get: (reader) => disk.get(reader),
        keysOfOthers: () => [],
        keep(reader, secret) {
          act();
          disk.set(reader, secret);
        },
      };
      let panel: SerialListener | undefined;
      const inputs: ReaderInput[] = [];
      const readers = new OsdpReaders({
        readers: [
          {
            ...{ name: 'hall', address: settings.address, formats: {}, display: [], keyBeep: false },
            reads: ['keypad', 'card'],
          },
        ],
        ...{ baudRate: 115_200, pollEveryMs: 50, keys, timers: time.timers },
        nowMs: () => time.monotonicMs(),
        log: { warn: () => {} },
        open: (listener) => {
          panel = listener;
          return Promise.resolve({
            write(bytes: Uint8Array) {
              act();
              counter += 1;
              const rndB = new Uint8Array(8).fill(counter & 0xff);
              const step = stepPeripheral(peripheral, {
                kind: 'bytes',
                bytes,
                nowMs: time.monotonicMs(),
                rndB,
              });
              peripheral = step.state;
              for (const effect of step.effects)
                if (effect.kind === 'send') time.timers.after(2, () => panel?.bytes(effect.bytes));
            },
            close: () => Promise.resolve(),
          });
        },
      });
      const guarded = (work: () => void): void => {
        try {
          work();
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          panel = undefined;
          time.timers.forget();
        }
      };
      readers.start((_, input) => void inputs.push(input));
      await Promise.resolve()
        .then(() => {})
        .then(() => {});
      return {
        readers,
        inputs,
        done: () => acts,
        isCut: () => cut,
        run(ms) {
          for (let passed = 0; passed < ms && !cut; passed += 1) guarded(() => time.pass(1));
          return !cut;
        },
        do: guarded,
      };
    },
  };
}
